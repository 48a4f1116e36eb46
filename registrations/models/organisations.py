"""Who sends people: town halls, ministries, firms and the rest, by sector."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.text import fold
from events.models import Municipality


class Sector(models.TextChoices):
    CITY = "city", _("Town or municipality")
    REGION = "region", _("Kraj")
    MINISTRY = "ministry", _("Ministry")
    ACADEMIA = "academia", _("University, research")
    PRIVATE = "private", _("Company")
    OTHER = "other", _("Other organisation")


# Sectors that have a name together: what a working group counts its members by.
SECTOR_GROUPS = {
    frozenset({Sector.CITY, Sector.REGION, Sector.MINISTRY}): _("Public sector"),
    frozenset({Sector.ACADEMIA}): _("Academic sector"),
    frozenset({Sector.PRIVATE}): _("Private sector"),
}


def words_of_sectors(sectors: Iterable[str]) -> str:
    """The name that these sectors have together, or else each of their names."""
    chosen = [Sector(sector) for sector in sectors]
    together = SECTOR_GROUPS.get(frozenset(chosen))
    return str(together or ", ".join(str(sector.label) for sector in chosen))


class Organisation(models.Model):
    """Who sends people. In the sector `city` it is the municipality."""

    sector = models.CharField(_("sector"), max_length=10, choices=Sector)
    name = models.CharField(_("name"), max_length=160)
    search_key = models.CharField(max_length=160, editable=False)
    municipality = models.OneToOneField(
        Municipality,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("town"),
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.UniqueConstraint(
                fields=["sector", "search_key"],
                condition=Q(municipality__isnull=True),
                name="organisation_stands_once_in_its_sector",
            ),
            models.CheckConstraint(
                condition=Q(municipality__isnull=True) | Q(sector=Sector.CITY),
                name="only_a_town_hall_is_a_municipality",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = fold(self.name)
        super().save(*args, **kwargs)
