"""The ticks of notifications: each calls one function, and a full batch calls the next."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notifications import announcing, delivery, forgetting, reminders


@shared_task
def announce() -> None:
    if announcing.announce(timezone.now()) >= announcing.BATCH:
        # It dies where the worker is busy: the next tick goes on.
        announce.apply_async(expires=settings.TICK_SECONDS)


@shared_task
def remind() -> None:
    if reminders.remind(timezone.now()) >= reminders.BATCH:
        remind.apply_async(expires=settings.TICK_SECONDS)


@shared_task
def deliver() -> None:
    if delivery.deliver().has_more:
        deliver.apply_async(expires=settings.TICK_SECONDS)


@shared_task
def forget() -> None:
    forgetting.forget(timezone.now())
