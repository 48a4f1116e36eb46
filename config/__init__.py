"""How the parts are wired: settings, urls, workers. Knows everybody; nobody knows it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
