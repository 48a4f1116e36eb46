"""The tick of the waiting lists."""

from celery import shared_task
from django.utils import timezone

from registrations import waiting_list


@shared_task
def settle() -> None:
    waiting_list.settle(timezone.now())
