"""Where: regions, kraje and towns, and the halls in them."""

import math
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from accounts.text import fold
from events.models.texts import translated

CZECH_ORDER = "cs-x-icu"
EARTH_RADIUS_KM = 6371.0


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
    # Středočeský kraj is run from Praha, which lies in another one.
    seat = models.ForeignKey(
        "Municipality",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("seat"),
    )

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

    @property
    def point(self) -> "tuple[Decimal | None, Decimal | None]":
        """Latitude and longitude; a town typed by hand counts as the seat of its kraj."""
        seat = self.kraj.seat if self.latitude is None and not self.is_listed else None
        return (seat or self).latitude, (seat or self).longitude

    def distance_to(self, other: "Municipality") -> float | None:
        """Kilometres as the crow flies (haversine); None where a town has no coordinates."""
        points = (*self.point, *other.point)
        if None in points:
            return None
        lat1, lon1, lat2, lon2 = (
            math.radians(float(value)) for value in points if value is not None
        )
        half = math.sin((lat2 - lat1) / 2) ** 2 + (
            math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
        )
        return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


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
