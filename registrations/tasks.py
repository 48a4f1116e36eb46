"""The tick of the waiting lists."""

from celery import shared_task
from django.utils import timezone

from registrations import waiting_list


@shared_task
def settle() -> None:
    """Promotes wherever a place stands free and somebody waits; doing it twice changes nothing."""
    waiting_list.settle(timezone.now())
