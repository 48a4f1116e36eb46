"""An event: what one can have a place in."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.agenda import AgendaItem
from events.models.places import Municipality, Region, Venue
from events.models.series import Area, Partner, Series
from events.models.texts import translated
from events.states import State, Status

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def new_uid() -> str:
    """A calendar UID: random, with the domain of today, stored for good (calendar.md §2)."""
    return f"{secrets.token_hex(16)}@{settings.MAIL_DOMAIN}"


class EventQuerySet(models.QuerySet["Event"]):
    def published(self) -> Self:
        """What has been made public, called off or not."""
        return self.exclude(status=Status.DRAFT)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Public events, and every event for an organiser (rule 15; a stranger gets 404)."""
        if user.is_active and getattr(user, "is_staff", False):
            return self
        return self.published().public()

    def public(self) -> Self:
        """Events of series without a closed door."""
        return self.filter(series__is_closed_door=False)

    def behind_closed_doors(self) -> Self:
        return self.filter(series__is_closed_door=True)

    def dated(self) -> Self:
        return self.filter(starts_at__isnull=False)

    def upcoming(self, now: datetime) -> Self:
        """Not over, not called off; events without a date come last."""
        return self.filter(Q(starts_at__isnull=True) | Q(ends_at__gt=now)).exclude(
            status=Status.CANCELLED
        )

    def with_place(self) -> Self:
        """Everything that a page prints of an event; a former hall is asked for where one is."""
        return self.select_related("series", "region", "venue__town").prefetch_related(
            "moved_from_venue__town"
        )

    def with_kraje(self) -> Self:
        return self.prefetch_related("region__kraje")

    def with_everything(self) -> Self:
        """What the page of an event prints: its place, programme, and the parts of its series."""
        items = AgendaItem.objects.select_related("area").order_by("minutes_after_start")
        partners = Partner.objects.order_by("rank", "position", "pk")
        return (
            self.with_place()
            .with_kraje()
            .prefetch_related(
                models.Prefetch("agenda", items),
                models.Prefetch("series__areas", Area.objects.order_by("position", "pk")),
                models.Prefetch("series__partners", partners),
            )
        )

    def by_date(self) -> Self:
        return self.order_by(F("starts_at").asc(nulls_last=True), "position", "pk")

    def by_region(self) -> Self:
        """CZ01 to CZ08, within a region by date."""
        return self.order_by(
            F("region__code").asc(nulls_last=True), F("starts_at").asc(nulls_last=True), "pk"
        )

    def in_calendar(self, now: datetime) -> Self:
        """What feeds hold: a date, at most 400 days old; called off at most 30 days past it."""
        return self.dated().filter(
            Q(ends_at__gte=now - timedelta(days=400)),
            ~Q(status=Status.CANCELLED) | Q(ends_at__gte=now - timedelta(days=30)),
        )

    def at(self, path: str) -> "Event":
        """The event of an address like smart-regiony-2018/jihozapad. Raises Event.DoesNotExist."""
        series, _slash, event = path.strip("/").partition("/")
        return self.select_related("series").get(series__slug=series, slug=event)

    def admitting_from(self, call: "Event") -> Self:
        """The published events to which the members of this call may come."""
        return self.published().filter(admits_from=call)

    def calls(self) -> Self:
        return self.filter(kind=Event.Kind.CALL)

    def of_series(self, series: "Series") -> Self:
        return self.filter(series=series)

    def in_region(self, region: Region) -> Self:
        return self.filter(region=region)

    def with_free_places(self, now: datetime) -> Self:
        """Events one can register for now and get a place in at once."""
        # SQLite multiplies a duration by a plain integer only, and must be told what comes out.
        hours = Cast("closing_hours", models.IntegerField())
        closing_time = models.ExpressionWrapper(
            hours * timedelta(hours=1), output_field=models.DurationField()
        )
        return self.filter(
            Q(opens_at__isnull=True) | Q(opens_at__lte=now),
            Q(admission=Event.Admission.OPEN) | Q(opens_to_everybody_at__lte=now),
            status=Status.PUBLISHED,
            starts_at__gt=now + closing_time,
            places_taken__lt=F("capacity"),
            places_waiting=0,
        )

    def locked(self, *pks: int) -> list["Event"]:
        """The events under their row locks, ids ascending (rule 2)."""
        return list(self._under_lock().filter(pk__in=pks).order_by("pk"))

    def locked_one(self, event_id: int) -> "Event":
        """The event under its row lock. Raises Event.DoesNotExist."""
        return self._under_lock().get(pk=event_id)

    def _under_lock(self) -> Self:
        return self.select_related("series").select_for_update(of=("self",), no_key=True)


class Event(models.Model):
    """Something one can have a place in.

    `places_taken` and `places_waiting` are written by registrations/capacity.py alone.
    """

    class Kind(models.TextChoices):
        REGIONAL_MEETING = "regional_meeting", _("Session")
        WORKSHOP = "workshop", _("Workshop")
        GROUP_MEETING = "group_meeting", _("Meeting")
        CALL = "call", _("Call")

    class Admission(models.TextChoices):
        OPEN = "open", _("Open")
        APPROVAL = "approval", _("With approval")
        INVITATION = "invitation", _("By invitation")
        MEMBERS = "members", _("Members only")

    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="events", verbose_name=_("series")
    )
    slug = models.SlugField(_("address"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    admission = models.CharField(
        _("admission"), max_length=10, choices=Admission, default=Admission.OPEN
    )
    # Whose members may come, where only members may.
    admits_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="admits_to",
        verbose_name=_("members of"),
    )
    # Set: members come first, and everybody from then on.
    opens_to_everybody_at = models.DateTimeField(_("opens to everybody"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("region"),
    )
    venue = models.ForeignKey(
        Venue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("venue"),
    )
    title_cs = models.CharField(_("title (Czech)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120, blank=True)
    description_cs = models.TextField(_("description (Czech)"), max_length=4000, blank=True)
    description_en = models.TextField(_("description (English)"), max_length=4000, blank=True)

    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    period_from = models.DateField(_("period from"), null=True, blank=True)
    period_to = models.DateField(_("period to"), null=True, blank=True)
    opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("call closes"), null=True, blank=True)
    closing_hours = models.PositiveSmallIntegerField(
        _("registration closes, hours before"), default=24
    )
    answer_hours = models.PositiveSmallIntegerField(_("answers, hours before"), default=48)
    substitution_hours = models.PositiveSmallIntegerField(_("substitutes, hours before"), default=2)
    promotion_ends_hours = models.PositiveSmallIntegerField(
        _("promotion ends, hours before"), default=18
    )
    # Empty: who is promoted is confirmed at once.
    offer_hours = models.PositiveSmallIntegerField(
        _("hours an offer is held"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    capacity = models.PositiveIntegerField(
        _("capacity"), validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    has_waiting_list = models.BooleanField(_("waiting list"), default=True)
    has_place_while_pending = models.BooleanField(
        _("an application holds a place until it is decided"), default=True
    )

    uid = models.CharField(max_length=120, unique=True, default=new_uid, editable=False)
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    incarnation = models.PositiveIntegerField(_("incarnation"), default=0, editable=False)
    moved_from_starts_at = models.DateTimeField(null=True, blank=True, editable=False)
    moved_from_ends_at = models.DateTimeField(null=True, blank=True, editable=False)
    moved_from_venue = models.ForeignKey(
        Venue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    places_taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)
    places_waiting = models.PositiveIntegerField(_("waiting"), default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    # Of a row under its lock alone: without that of its series, or with all others of the series.
    is_locked_alone = False
    locked_siblings: "Sequence[Event]" = ()

    objects: ClassVar[EventQuerySet] = EventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [models.Index(fields=["starts_at"], name="event_by_start")]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "slug"], name="event_slug_stands_once_in_its_series"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True, period_to__isnull=True)
                | Q(period_to__gte=F("period_from")),
                name="event_period_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT)
                | Q(starts_at__isnull=False)
                | Q(period_from__isnull=False)
                | Q(kind="call", closes_at__isnull=False),
                name="published_event_has_a_date_or_a_period",
            ),
            models.CheckConstraint(
                condition=~Q(kind="call") | Q(starts_at__isnull=True), name="call_has_no_start"
            ),
            models.CheckConstraint(
                condition=Q(admission="members", admits_from__isnull=False)
                | (
                    ~Q(admission="members")
                    & Q(admits_from__isnull=True, opens_to_everybody_at__isnull=True)
                ),
                name="members_are_of_a_call",
            ),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="event_has_capacity"),
            models.CheckConstraint(
                condition=Q(offer_hours__isnull=True) | Q(offer_hours__gte=1),
                name="an_offer_lasts_an_hour_or_more",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="event_status_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("event", args=[self.series.slug, self.slug])

    @property
    def title(self) -> str:
        return translated(self, "title")

    @property
    def description(self) -> str:
        return translated(self, "description")

    @property
    def town(self) -> Municipality | None:
        """The host town, once a venue is known."""
        return self.venue.town if self.venue else None

    @property
    def name(self) -> str:
        """As a heading: "Jihozápad: Plzeň"; the town is not said twice."""
        return self._with_town(": ")

    @property
    def name_in_line(self) -> str:
        """As a part of a line: "Jihozápad, Plzeň"."""
        return self._with_town(", ")

    def _with_town(self, separator: str) -> str:
        town = str(self.town or "")
        return self.title if not town or town in self.title else f"{self.title}{separator}{town}"

    @property
    def is_called_off(self) -> bool:
        return self.status == Status.CANCELLED

    @property
    def places_free(self) -> int:
        """Never below zero: a lowered capacity removes nobody."""
        return max(0, self.capacity - self.places_taken)

    @property
    def is_full(self) -> bool:
        return self.places_free == 0

    @property
    def has_few_places(self) -> bool:
        return 0 < self.places_free <= max(5, self.capacity // 10)

    def admits_anybody(self, now: datetime) -> bool:
        """Whether one registers without being invited or a member at this moment."""
        if self.opens_to_everybody_at is not None:
            return self.opens_to_everybody_at <= now
        return self.admission in {self.Admission.OPEN, self.Admission.APPROVAL}

    @property
    def is_never_open(self) -> bool:
        """Whether nobody ever comes without being invited or a member."""
        closed = {self.Admission.INVITATION, self.Admission.MEMBERS}
        return self.admission in closed and self.opens_to_everybody_at is None

    @property
    def is_for_members(self) -> bool:
        """Whether members of a call come first, or alone."""
        return self.admission == self.Admission.MEMBERS

    @property
    def is_call(self) -> bool:
        """Whether one applies for membership, not for a day."""
        return self.kind == self.Kind.CALL

    @property
    def is_dated(self) -> bool:
        """Whether there is something to register for: a start, or a call, which has none."""
        return self.starts_at is not None or self.is_call

    @property
    def is_by_approval(self) -> bool:
        """Whether an organiser decides on each application."""
        return self.admission == self.Admission.APPROVAL

    @property
    def is_by_invitation(self) -> bool:
        """Whether one registers by an invitation alone."""
        return self.admission == self.Admission.INVITATION

    @property
    def is_moved(self) -> bool:
        return self.moved_from_starts_at is not None or self.moved_from_venue_id is not None

    def hours_before(self, hours: int) -> datetime | None:
        """The moment so many hours before the start (UTC); None without a start."""
        return self.starts_at - timedelta(hours=hours) if self.starts_at else None

    @property
    def registration_closes_at(self) -> datetime | None:
        """The last moment to register: a call names it, other events count back from the start."""
        return self.closes_at if self.is_call else self.hours_before(self.closing_hours)

    @property
    def substitution_ends_at(self) -> datetime | None:
        """Until when a place may be passed to somebody else."""
        return self.hours_before(self.substitution_hours)

    @property
    def promotion_ends_at(self) -> datetime | None:
        return self.hours_before(self.promotion_ends_hours)

    @property
    def answers_close_at(self) -> datetime | None:
        """Until when people change their answers themselves (UTC); a call closes as a whole."""
        return self.closes_at if self.is_call else self.hours_before(self.answer_hours)

    def has_started(self, now: datetime) -> bool:
        return self.starts_at is not None and self.starts_at <= now

    def is_over(self, now: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= now

    def is_open(self, now: datetime) -> bool:
        """Whether the clock and the status let people register; places are another question."""
        closes_at = self.registration_closes_at
        return (
            self.status == Status.PUBLISHED
            and closes_at is not None
            and now < closes_at
            and (self.opens_at is None or self.opens_at <= now)
        )

    def state(self, now: datetime) -> State:
        """The one word for the public; the first that is true, in this order."""
        if self.is_called_off:
            return State.CALLED_OFF
        if self.is_over(now):
            return State.OVER
        if not self.is_dated:
            return State.ANNOUNCED
        return State.MOVED if self.is_moved else self.state_of_places(now)

    def way_in(self, now: datetime) -> State:
        """The state, and of a moved event the state of its places: what one can still do."""
        state = self.state(now)
        return self.state_of_places(now) if state == State.MOVED else state

    def state_of_places(self, now: datetime) -> State:
        """The word for the way in, whatever else happened to the event."""
        if self.opens_at is not None and now < self.opens_at:
            return State.OPENS_LATER
        if not self.is_open(now):
            return State.CLOSED
        if self.is_full or self.places_waiting:
            return State.WAITING_LIST if self.has_waiting_list else State.FULL
        return State.FEW if self.has_few_places else State.OPEN
