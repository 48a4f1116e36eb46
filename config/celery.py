"""The alarm clock: a worker that runs ticks; what must be done is read from the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("setkani")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
