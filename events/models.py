"""What happens, when and where: regions and towns, series, events and their parts."""

import math
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Collate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.text import fold
from events import history
from events.states import State, Status

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

CZECH_ORDER = "cs-x-icu"
EARTH_RADIUS_KM = 6371.0

# First path segments that are the program's own; a test compares this list with the urls.
RESERVED_SLUGS = (
    "account admin accessibility api b calendar d desk en cs follow healthz i mine privacy r readyz"
    " robots static sitemap town towns"
).split()


def translated(instance: models.Model, name: str) -> str:
    """The text of a pair of columns in the active language; Czech where English is empty."""
    text: str = getattr(instance, f"{name}_{(get_language() or 'cs')[:2]}", "")
    return text or getattr(instance, f"{name}_cs")


def new_uid() -> str:
    """A calendar UID: random, with the domain of today, stored for good (calendar.md §2)."""
    return f"{secrets.token_hex(16)}@{settings.MAIL_DOMAIN}"


class Region(models.Model):
    """A NUTS 2 region of Czechia, CZ01 to CZ08."""

    code = models.CharField(_("code"), max_length=4, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")

    def __str__(self) -> str:
        return self.name

    @property
    def css_class(self) -> str:
        """The tile's place on the map."""
        return self.code.lower()

    @property
    def kraje_words(self) -> str:
        """Its kraje in one line; the word kraj stands once: "Plzeňský, Jihočeský kraj"."""
        names = [kraj.name for kraj in sorted(self.kraje.all(), key=lambda kraj: kraj.position)]
        shortened = [name.removesuffix(" kraj") for name in names[:-1]]
        return ", ".join([*shortened, *names[-1:]])


class Kraj(models.Model):
    """A self-governing region (NUTS 3); each lies in one NUTS 2 region."""

    code = models.CharField(_("code"), max_length=5, unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="kraje", verbose_name=_("region")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("kraj")
        verbose_name_plural = _("kraje")

    def __str__(self) -> str:
        return self.name


class MunicipalityQuerySet(models.QuerySet["Municipality"]):
    def listed(self) -> Self:
        """Towns of the official list; those typed by hand are offered to nobody."""
        return self.filter(is_listed=True)

    def with_region(self) -> Self:
        return self.select_related("kraj__region")

    def named(self, text: str) -> Self:
        """Towns whose whole name is the text, whatever its case and diacritics."""
        return self.filter(search_key=fold(text))

    def starting_with(self, text: str) -> Self:
        return self.filter(search_key__startswith=fold(text))

    def namesakes_of(self, towns: "list[Municipality]") -> Self:
        """Every town that bears the name of one of these, they included."""
        return self.filter(search_key__in={town.search_key for town in towns})

    def larger_than(self, population: int) -> Self:
        return self.filter(population__gt=population)

    def in_order(self) -> Self:
        """Larger towns first: the one that is meant stands at the top."""
        return self.order_by("-population", Collate("name", CZECH_ORDER), "pk")


class Municipality(models.Model):
    """A Czech town or village; choosing it decides the region, never the person."""

    name = models.CharField(_("name"), max_length=80)
    kraj = models.ForeignKey(Kraj, on_delete=models.PROTECT, verbose_name=_("kraj"))
    population = models.PositiveIntegerField(_("population"), default=0)
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    geoname_id = models.PositiveIntegerField(_("GeoNames id"), null=True, blank=True, unique=True)
    is_listed = models.BooleanField(_("on the list"), default=True)
    search_key = models.CharField(max_length=80, editable=False, db_index=True)

    objects: ClassVar[MunicipalityQuerySet] = MunicipalityQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("town")
        verbose_name_plural = _("towns")
        constraints = [
            models.UniqueConstraint(
                fields=["kraj", "search_key"],
                condition=Q(is_listed=False),
                name="town_typed_by_hand_stands_once_in_its_kraj",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="town_has_both_coordinates_or_none",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = fold(self.name)
        super().save(*args, **kwargs)

    @property
    def region(self) -> Region:
        return self.kraj.region

    def distance_to(self, other: "Municipality") -> float | None:
        """Kilometres as the crow flies (haversine); None where a town has no coordinates."""
        points = (self.latitude, self.longitude, other.latitude, other.longitude)
        if None in points:
            return None
        lat1, lon1, lat2, lon2 = (
            math.radians(float(value)) for value in points if value is not None
        )
        half = math.sin((lat2 - lat1) / 2) ** 2 + (
            math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
        )
        return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def refuse_reserved_slug(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(
            _("This address is the program's own: %(slug)s"), params={"slug": slug}
        )


class SeriesQuerySet(models.QuerySet["Series"]):
    def public(self) -> Self:
        """Series without a closed door."""
        return self.filter(is_closed_door=False)

    def roadshows(self) -> Self:
        return self.filter(kind=Series.Kind.ROADSHOW)

    def with_parts(self) -> Self:
        """Areas and partners, in the order in which a page prints them."""
        return self.prefetch_related(
            models.Prefetch("areas", Area.objects.order_by("position", "pk")),
            models.Prefetch("partners", Partner.objects.order_by("rank", "position", "pk")),
        )

    def in_order(self) -> Self:
        return self.order_by("position", "pk")


class Series(models.Model):
    """A programme: a roadshow, a row of workshops, a working group."""

    class Kind(models.TextChoices):
        ROADSHOW = "roadshow", _("Roadshow")
        WORKSHOP = "workshop", _("Workshops")
        WORKING_GROUP = "working_group", _("Working group")

    slug = models.SlugField(_("address"), unique=True, validators=[refuse_reserved_slug])
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    is_closed_door = models.BooleanField(_("closed-door"), default=False)
    is_example = models.BooleanField(_("example data"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    reference_code = models.CharField(
        _("code of references"),
        max_length=4,
        validators=[RegexValidator(r"^[A-Z]{2,4}$", _("Two to four capital letters."))],
    )
    title_cs = models.CharField(_("title (Czech)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=120, blank=True)
    headline_cs = models.CharField(_("headline (Czech)"), max_length=120, blank=True)
    headline_en = models.CharField(_("headline (English)"), max_length=120, blank=True)
    lead_cs = models.TextField(_("lead (Czech)"), max_length=600, blank=True)
    lead_en = models.TextField(_("lead (English)"), max_length=600, blank=True)
    description_cs = models.TextField(_("description (Czech)"), max_length=4000, blank=True)
    description_en = models.TextField(_("description (English)"), max_length=4000, blank=True)
    organiser_cs = models.CharField(_("organiser (Czech)"), max_length=200)
    organiser_en = models.CharField(_("organiser (English)"), max_length=200, blank=True)
    contact_email = models.EmailField(_("contact e-mail"))
    reminders = models.CharField(
        _("reminders"),
        max_length=100,
        default="7d@9 1d@9",
        blank=True,
        validators=[
            RegexValidator(
                r"^((\d{1,2}d@\d{1,2}|\d{1,2}h)( |$))*$",
                _("Days before at an hour, or hours before: 7d@9 1d@9 3h"),
            )
        ],
        help_text=_("Days before at an hour, or hours before: 7d@9 1d@9 3h"),
    )

    objects: ClassVar[SeriesQuerySet] = SeriesQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = pgettext_lazy("several", "series")
        constraints = [
            models.CheckConstraint(
                condition=~Q(slug__in=RESERVED_SLUGS), name="series_slug_is_not_reserved"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("series", args=[self.slug])

    @property
    def title(self) -> str:
        return translated(self, "title")

    @property
    def headline(self) -> str:
        return translated(self, "headline") or self.title

    @property
    def lead(self) -> str:
        return translated(self, "lead")

    @property
    def description(self) -> str:
        return translated(self, "description")

    @property
    def organiser(self) -> str:
        return translated(self, "organiser")


class Area(models.Model):
    """A track of a series: what every session speaks about."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="areas")
    position = models.PositiveSmallIntegerField(_("position"))
    name_cs = models.CharField(_("name (Czech)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    description_cs = models.CharField(_("description (Czech)"), max_length=300, blank=True)
    description_en = models.CharField(_("description (English)"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "name_cs"], name="area_stands_once_in_a_series"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return translated(self, "name")

    @property
    def description(self) -> str:
        return translated(self, "description")


class Partner(models.Model):
    """A sponsor of a series, in one of two ranks."""

    class Rank(models.TextChoices):
        GENERAL = "general", _("General partners")
        PARTNER = "partner", _("Partners")

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="partners")
    rank = models.CharField(_("rank"), max_length=10, choices=Rank)
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "name"], name="partner_stands_once_in_a_series"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Venue(models.Model):
    """A hall, or only a town where the hall is not known yet."""

    town = models.ForeignKey(Municipality, on_delete=models.PROTECT, verbose_name=_("town"))
    name_cs = models.CharField(_("name (Czech)"), max_length=120, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=8, decimal_places=5, null=True, blank=True
    )
    travel_cs = models.TextField(_("how to get there (Czech)"), max_length=1000, blank=True)
    travel_en = models.TextField(_("how to get there (English)"), max_length=1000, blank=True)
    access_cs = models.TextField(_("accessibility (Czech)"), max_length=1000, blank=True)
    access_en = models.TextField(_("accessibility (English)"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        constraints = [
            models.UniqueConstraint(
                fields=["town", "name_cs", "street"], name="venue_stands_once_in_its_town"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="venue_has_both_coordinates_or_none",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, str(self.town)) if part)

    @property
    def name(self) -> str:
        return translated(self, "name")

    @property
    def travel(self) -> str:
        return translated(self, "travel")

    @property
    def access(self) -> str:
        return translated(self, "access")

    @property
    def address(self) -> str:
        """Hall, street, postcode town: one line, as LOCATION wants it."""
        town = f"{self.postcode} {self.town}".strip()
        return ", ".join(part for part in (self.name, self.street, town) if part)

    @property
    def street_and_town(self) -> str:
        return ", ".join(part for part in (self.street, str(self.town)) if part)


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

    def dated(self) -> Self:
        return self.filter(starts_at__isnull=False)

    def upcoming(self, now: datetime) -> Self:
        """Not over, not called off; events without a date come last."""
        return self.filter(Q(starts_at__isnull=True) | Q(ends_at__gt=now)).exclude(
            status=Status.CANCELLED
        )

    def with_place(self) -> Self:
        """Everything that a page prints of an event, in one query."""
        return self.select_related(
            "series", "region", "venue__town__kraj__region", "moved_from_venue__town"
        )

    def with_kraje(self) -> Self:
        return self.prefetch_related("region__kraje")

    def with_everything(self) -> Self:
        """What the page of an event prints: place, kraje, agenda, the series' areas and partners."""
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
            status=Status.PUBLISHED,
            admission=Event.Admission.OPEN,
            starts_at__gt=now + closing_time,
            places_taken__lt=F("capacity"),
            places_waiting=0,
        )

    def locked(self, *pks: int) -> list["Event"]:
        """The events under their row locks, ids ascending (rule 2)."""
        rows = self.filter(pk__in=pks).select_related("series", "venue__town").order_by("pk")
        return list(rows.select_for_update(of=("self",), no_key=True))


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
    offer_hours = models.PositiveSmallIntegerField(
        _("hours an offer is held"), null=True, blank=True
    )
    capacity = models.PositiveIntegerField(
        _("capacity"), validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    has_waiting_list = models.BooleanField(_("waiting list"), default=True)

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
            models.CheckConstraint(condition=Q(capacity__gte=1), name="event_has_capacity"),
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

    @property
    def admits_anybody(self) -> bool:
        """Whether one registers without being invited or a member."""
        return self.admission in {self.Admission.OPEN, self.Admission.APPROVAL}

    @property
    def is_moved(self) -> bool:
        return self.moved_from_starts_at is not None or self.moved_from_venue_id is not None

    def hours_before(self, hours: int) -> datetime | None:
        """The moment so many hours before the start (UTC); None without a start."""
        return self.starts_at - timedelta(hours=hours) if self.starts_at else None

    @property
    def registration_closes_at(self) -> datetime | None:
        """The last moment to register: a call names it, other events count back from the start."""
        return (
            self.closes_at if self.kind == self.Kind.CALL else self.hours_before(self.closing_hours)
        )

    @property
    def promotion_ends_at(self) -> datetime | None:
        return self.hours_before(self.promotion_ends_hours)

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
        """The one word for the public; precedence by ux.md, Words."""
        if self.is_called_off:
            return State.CALLED_OFF
        if self.is_over(now):
            return State.OVER
        if self.starts_at is None and self.kind != self.Kind.CALL:
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


class AgendaItem(models.Model):
    """A point of an event's programme; it moves with the start."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="agenda")
    minutes_after_start = models.PositiveSmallIntegerField(_("minutes after the start"))
    title_cs = models.CharField(_("title (Czech)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    note_cs = models.CharField(_("note (Czech)"), max_length=200, blank=True)
    note_en = models.CharField(_("note (English)"), max_length=200, blank=True)
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("area")
    )
    is_break = models.BooleanField(_("break"), default=False)

    class Meta:
        verbose_name = _("point of the programme")
        verbose_name_plural = _("programme")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "minutes_after_start"], name="agenda_has_one_point_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return translated(self, "title")

    @property
    def note(self) -> str:
        return translated(self, "note")

    @property
    def starts_at(self) -> datetime | None:
        start = self.event.starts_at
        return start + timedelta(minutes=self.minutes_after_start) if start else None


class EventChange(history.Change):
    """A fact about an event."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Created")
        ANNOUNCED = "announced", _("Announced for a period")
        SCHEDULED = "scheduled", _("Date set")
        MOVED = "moved", _("Moved")
        RETITLED = "retitled", _("Renamed")
        CALLED_OFF = "called_off", _("Called off")
        REINSTATED = "reinstated", _("Reinstated")
        CAPACITY_CHANGED = "capacity_changed", _("Capacity changed")
        EDITED = "edited", _("Edited")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        verbose_name = _("event's history")
        verbose_name_plural = _("events' history")
        indexes = [history.unannounced("event_change_unannounced")]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "event_revision"],
                condition=~Q(kind__in=["capacity_changed", "edited"]),
                name="event_change_has_its_own_revision",
            ),
        ]

    def __str__(self) -> str:
        return str(self.Kind(self.kind).label)
