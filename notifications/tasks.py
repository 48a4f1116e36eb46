"""The ticks of notifications: each calls one function, and a full batch calls the next."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from notifications import announcing, delivery, forgetting, reminders


@shared_task
def announce() -> None:
    """Derives the messages of new facts."""
    if announcing.announce(timezone.now()) >= announcing.BATCH:
        # It dies where the worker is busy: the next tick goes on.
        announce.apply_async(expires=settings.TICK_SECONDS)


@shared_task
def remind() -> None:
    """Decides the reminders that have come due."""
    if reminders.remind(timezone.now()) >= reminders.BATCH:
        remind.apply_async(expires=settings.TICK_SECONDS)


@shared_task
def deliver() -> None:
    """Sends a batch of due messages."""
    if delivery.deliver().has_more:
        deliver.apply_async(expires=settings.TICK_SECONDS)


@shared_task
def forget() -> None:
    """Deletes what has been kept long enough."""
    forgetting.forget(timezone.now())
