"""A programme: its series, its areas, its partners."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.texts import translated

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

# First path segments that are the program's own; a test compares this list with the urls.
RESERVED_SLUGS = (
    *("account", "accessibility", "admin", "api", "b", "calendar", "cs", "d", "desk", "en"),
    *("follow", "healthz", "i", "mine", "privacy", "r", "readyz", "robots", "sitemap", "static"),
    *("town", "towns"),
)


def refuse_reserved_slug(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(
            _("This address is the program's own: %(slug)s"), params={"slug": slug}
        )


class SeriesQuerySet(models.QuerySet["Series"]):
    def public(self) -> Self:
        """Series without a closed door."""
        return self.filter(is_closed_door=False)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Every series has a page; an organiser may change what stands behind it."""
        if user.is_active and getattr(user, "is_staff", False):
            return self
        return self.none()

    def sending_links(self) -> Self:
        """Series whose people lose links that stand on no page: invited ones, and members."""
        members = models.Q(events__admits_from__isnull=False)
        return self.filter(models.Q(is_closed_door=True) | members).distinct()

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
    def is_public_roadshow(self) -> bool:
        return self.kind == self.Kind.ROADSHOW and not self.is_closed_door

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
