"""Follows: who wishes to hear when an announced event has its date."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event
from registrations.models import new_secret

# Who does not confirm the wish within this time never made it.
CONFIRMED_WITHIN = timedelta(days=7)


class FollowQuerySet(models.QuerySet["Follow"]):
    def with_event(self) -> Self:
        """With everything that a page or a mail prints of the event."""
        return self.select_related("event__series", "event__region", "event__venue__town")

    def public(self) -> Self:
        """Of events that anybody may see: a door that closed hides its wishes, too."""
        return self.filter(event__in=Event.objects.published().public())

    def of_event(self, event: Event) -> Self:
        return self.filter(event=event)

    def active(self) -> Self:
        """Confirmed and not stopped: the wishes that count."""
        return self.filter(confirmed_at__isnull=False, stopped_at__isnull=True)


class Follow(models.Model):
    """One address's wish to hear of the date of one event, confirmed by the link in a mail.

    It holds an address and nothing else about a person, and is deleted soon after its end.
    """

    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="follows", verbose_name=_("session")
    )
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    token = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    objects: ClassVar[FollowQuerySet] = FollowQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("wish to hear of a date")
        verbose_name_plural = _("wishes to hear of a date")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email"], name="address_follows_an_event_once"
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="follow_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return str(self.event)

    @property
    def is_active(self) -> bool:
        return self.confirmed_at is not None and self.stopped_at is None

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None

    def is_expired(self, now: datetime) -> bool:
        """Whether it was not confirmed in time."""
        return self.confirmed_at is None and self.created_at < now - CONFIRMED_WITHIN

    def begin_anew(self, now: datetime) -> None:
        """As if never made before, without saving; links that were sent open nothing any more."""
        self.token, self.created_at = new_secret(), now
        self.confirmed_at = self.stopped_at = None
