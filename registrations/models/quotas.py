"""Caps inside an event's capacity, or across a series: how many may hold a place."""

from collections.abc import Hashable
from typing import ClassVar, NamedTuple, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Event, Series
from registrations.models.organisations import Sector
from registrations.models.registration import Registration


class Person(NamedTuple):
    """What a quota counts of a registration."""

    sector: str
    town_id: int | None
    organisation_id: int | None
    email: str = ""

    @classmethod
    def of(cls, registration: Registration) -> "Person":
        return cls(
            registration.organisation.sector,
            registration.town_id,
            registration.organisation_id,
            registration.email,
        )


def known_sectors(value: object) -> None:
    """Raises ValidationError for anything but a list of different sectors."""
    names = [str(name) for name in value] if isinstance(value, list) else [""]
    if len(set(names)) < len(names) or not set(names) <= set(Sector.values):
        raise ValidationError(_("Choose from the types of organisation."))


class QuotaQuerySet(models.QuerySet["Quota"]):
    def concerning(self, event: Event) -> Self:
        """Those of the event, then those of its series."""
        return self.filter(Q(event=event) | Q(series=event.series_id)).order_by("series", "pk")


class Quota(models.Model):
    """At most so many places of an event for people of these sectors, or for each town.

    One of a series counts the places of all its events together.
    """

    class Scope(models.TextChoices):
        SECTORS = "sectors", _("together from these types of organisation")
        EACH_MUNICIPALITY = "each_municipality", _("from each town")
        EACH_ORGANISATION = "each_organisation", _("from each organisation")
        # By address: who has none is known to their contact alone.
        EACH_PERSON = "each_person", _("for each person")

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, null=True, blank=True, related_name="quotas"
    )
    series = models.ForeignKey(
        Series, on_delete=models.CASCADE, null=True, blank=True, related_name="quotas"
    )
    scope = models.CharField(_("whom it counts"), max_length=20, choices=Scope)
    sectors = models.JSONField(
        _("types of organisation"), default=list, blank=True, validators=[known_sectors]
    )
    limit = models.PositiveIntegerField(_("at most"), validators=[MinValueValidator(1)])

    objects: ClassVar[QuotaQuerySet] = QuotaQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "scope"],
                condition=~Q(scope="sectors"),
                name="each_scope_has_one_quota_per_event",
            ),
            models.UniqueConstraint(
                fields=["series", "scope"], name="each_scope_has_one_quota_per_series"
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=False, series__isnull=True)
                & Q(scope__in=["sectors", "each_municipality", "each_organisation"])
                | Q(event__isnull=True, series__isnull=False)
                & Q(scope__in=["each_municipality", "each_person"]),
                name="quota_is_of_an_event_or_of_a_series",
            ),
            models.CheckConstraint(condition=Q(limit__gte=1), name="quota_admits_somebody"),
            models.CheckConstraint(
                condition=Q(scope="sectors") & ~Q(sectors=[]) | ~Q(scope="sectors") & Q(sectors=[]),
                name="quota_of_sectors_names_them",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.limit}"

    def group_of(self, person: Person) -> Hashable | None:
        """Whom this person is counted with; None where the quota does not concern them."""
        if self.scope == self.Scope.SECTORS:
            return self.scope if person.sector in self.sectors else None
        if self.scope == self.Scope.EACH_MUNICIPALITY:
            return person.town_id
        if self.scope == self.Scope.EACH_PERSON:
            return person.email or None
        return person.organisation_id

    @property
    def is_of_person(self) -> bool:
        """Whether it depends on an address, so that no page may tell of it (rule 20)."""
        return self.scope == self.Scope.EACH_PERSON
