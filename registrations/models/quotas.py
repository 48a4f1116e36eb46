"""Caps inside an event's capacity: how many may hold a place of one sector, town, organisation."""

from collections.abc import Hashable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.models import Event
from registrations.models.organisations import Sector
from registrations.models.registration import Registration


class Person(NamedTuple):
    """What a quota counts of a registration."""

    sector: str
    town_id: int | None
    organisation_id: int | None

    @classmethod
    def of(cls, registration: Registration) -> "Person":
        return cls(
            registration.organisation.sector, registration.town_id, registration.organisation_id
        )


def known_sectors(value: object) -> None:
    """Raises ValidationError for anything but a list of different sectors."""
    names = [str(name) for name in value] if isinstance(value, list) else [""]
    if len(set(names)) < len(names) or not set(names) <= set(Sector.values):
        raise ValidationError(_("Choose from the types of organisation."))


class Quota(models.Model):
    """At most so many places of an event for people of these sectors, or for each town."""

    class Scope(models.TextChoices):
        SECTORS = "sectors", _("together from these types of organisation")
        EACH_MUNICIPALITY = "each_municipality", _("from each town")
        EACH_ORGANISATION = "each_organisation", _("from each organisation")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="quotas")
    scope = models.CharField(_("whom it counts"), max_length=20, choices=Scope)
    sectors = models.JSONField(
        _("types of organisation"), default=list, blank=True, validators=[known_sectors]
    )
    limit = models.PositiveIntegerField(_("at most"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "scope"],
                condition=~Q(scope="sectors"),
                name="each_scope_has_one_quota_per_event",
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
        return person.organisation_id
