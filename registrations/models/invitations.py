"""Invitations: who may take places behind a door, for how long, and the facts about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import history
from events.models import Event, EventQuerySet, Municipality, Series
from events.states import Status as EventStatus
from registrations.models.bookings import new_secret
from registrations.models.registration import Registration, RegistrationQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

MOST_PLACES = 50
QUIET_AFTER_INVITING = timedelta(hours=24)


def _came() -> RegistrationQuerySet:
    """Who came by the invitation of the outer query, also who has left again."""
    return Registration.objects.filter(invitation=OuterRef("pk"))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def with_target(self) -> Self:
        """With everything that a page or a mail prints of what it invites to."""
        events = ("event__series", "event__region", "event__venue__town")
        return self.select_related("series", "town__kraj", *events)

    def to(self, target: Event | Series) -> Self:
        """Those to this event, or to this series as a whole."""
        return (
            self.filter(event=target) if isinstance(target, Event) else self.filter(series=target)
        )

    def in_series(self, series: Series) -> Self:
        """Those to the series or to one of its events."""
        return self.filter(Q(series=series) | Q(event__series=series))

    def of_address(self, email: str) -> Self:
        return self.filter(email=email)

    def known(self, emails: Sequence[str]) -> set[str]:
        """Which of these addresses are invited already."""
        rows = self.standing().filter(email__in=emails)
        return set(rows.values_list("email", flat=True))

    def standing(self) -> Self:
        """Those not withdrawn: an address has one of these per event or series."""
        return self.filter(revoked_at__isnull=True)

    def valid(self, now: datetime) -> Self:
        """Those that open something at this moment."""
        return self.filter(revoked_at__isnull=True, declined_at__isnull=True, expires_at__gt=now)

    def dead(self, now: datetime) -> Self:
        """Those that open nothing any more."""
        is_over = Q(revoked_at__isnull=False) | Q(declined_at__isnull=False)
        return self.filter(is_over | Q(expires_at__lte=now))

    def nominating(self) -> Self:
        """Those by which somebody is nominated who has not answered."""
        return self.filter(
            Exists(Registration.objects.nominated().filter(invitation=OuterRef("pk")))
        )

    def answered(self) -> Self:
        """Those by which somebody has come, also who has left again."""
        return self.filter(Exists(_came()))

    def unanswered(self, now: datetime) -> Self:
        """Those that are valid, and nobody has come by them."""
        return self.valid(now).filter(~Exists(_came()))

    def remindable(self, now: datetime) -> Self:
        """Those unanswered to which nobody wrote for a day: a second click writes nobody twice."""
        quiet = self.unanswered(now).filter(sent_at__lte=now - QUIET_AFTER_INVITING)
        return quiet.exclude(email="")

    def forgettable(self, before: datetime) -> Self:
        """Those that led nowhere and ended before this moment, or what they invite to did."""
        is_over = Q(expires_at__lt=before) | Q(revoked_at__lt=before) | Q(event__ends_at__lt=before)
        is_called_off = Q(event__status=EventStatus.CANCELLED, event__changed_at__lt=before)
        return self.filter(is_over | is_called_off).filter(~Exists(_came())).exclude(email="")

    def in_state(self, state: str | None, now: datetime) -> Self:
        """Those of one state, as `Invitation.state` says it; all of them for no state."""
        states, asked = Invitation.State, self.standing().filter(declined_at__isnull=True)
        of_state: dict[str, Self] = {
            states.OPEN: self.unanswered(now),
            states.ACCEPTED: asked.answered(),
            states.DECLINED: self.standing().filter(declined_at__isnull=False),
            states.EXPIRED: asked.filter(~Exists(_came()), expires_at__lte=now),
            states.REVOKED: self.filter(revoked_at__isnull=False),
        }
        return of_state.get(state or "", self)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Organisers see all; everybody else reaches one invitation by its secret."""
        if user.is_active and getattr(user, "is_staff", False):
            return self
        return self.none()


class Invitation(models.Model):
    """A right to take so many places in one event, or in each event of one series.

    It holds no place; used are its live registrations.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        CITY = "city", _("Town that nominates")
        FIRM = "firm", _("Company that nominates")

    class State(models.TextChoices):
        OPEN = "open", _("Has not answered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Withdrawn")

    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("session"),
    )
    series = models.ForeignKey(
        Series,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("series"),
    )
    kind = models.CharField(_("whom"), max_length=10, choices=Kind)
    # Of a town or a company: who answers for it.
    name = models.CharField(_("name"), max_length=120)
    # Empty, as the name: it led nowhere, and whom it was to is forgotten.
    email = models.EmailField(_("e-mail"), blank=True)
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)
    town = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("town"),
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    places = models.PositiveSmallIntegerField(
        _("places"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_PLACES)]
    )
    token = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    sent_at = models.DateTimeField(_("last written to"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    declined_at = models.DateTimeField(_("declined"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(event__isnull=True, series__isnull=False)
                | Q(event__isnull=False, series__isnull=True),
                name="invitation_is_to_an_event_or_to_a_series",
            ),
            models.CheckConstraint(
                condition=Q(kind="person")
                | Q(kind="city", town__isnull=False)
                | (Q(kind="firm") & ~Q(organisation="")),
                name="invitation_names_who_nominates",
            ),
            models.CheckConstraint(condition=Q(places__gte=1), name="invitation_is_for_somebody"),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="invitation_email_is_lower_case"
            ),
            models.UniqueConstraint(
                fields=["event", "email"],
                condition=Q(event__isnull=False, revoked_at__isnull=True) & ~Q(email=""),
                name="address_is_invited_to_an_event_once",
            ),
            models.UniqueConstraint(
                fields=["series", "email"],
                condition=Q(series__isnull=False, revoked_at__isnull=True) & ~Q(email=""),
                name="address_is_invited_to_a_series_once",
            ),
        ]

    def __str__(self) -> str:
        name = _("(name deleted)") if self.is_forgotten else self.name
        return f"{self.sender}, {name}" if self.is_nominating else str(name)

    @property
    def is_forgotten(self) -> bool:
        """Whether name and address were deleted, since nobody came by it."""
        return not self.email

    @property
    def sender(self) -> str:
        """Who comes or sends people, as a page names them."""
        if self.kind == self.Kind.CITY and self.town:
            return self.organisation or self.town.name
        return self.organisation or self.name

    @property
    def is_nominating(self) -> bool:
        return self.kind != self.Kind.PERSON

    @property
    def target(self) -> Event | Series:
        """What it invites to. Raises ValueError for a row that the database refuses."""
        target = self.event or self.series
        if target is None:
            raise ValueError("an invitation is to something")
        return target

    @property
    def target_series(self) -> Series:
        return self.event.series if self.event else self.target  # type: ignore[return-value]

    @property
    def events(self) -> EventQuerySet:
        """The events that it lets people into, published ones, by date."""
        events = Event.objects.published().with_place().by_date()
        return (
            events.filter(pk=self.event_id)
            if self.event_id
            else events.of_series(self.target_series)
        )

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at <= now

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens something at this moment; how much of it is left is another question."""
        return not (self.revoked_at or self.declined_at or self.is_expired(now))

    def used_in(self, event: Event) -> int:
        """How many have come or are nominated by it; under the event's lock the answer holds."""
        return self.registrations.live().filter(event=event).count()

    @property
    def is_used(self) -> bool:
        """Whether anybody came by it, also who has left again; a list has asked that already."""
        known: bool | None = getattr(self, "has_come", None)
        return self.registrations.exists() if known is None else known

    def state(self, now: datetime) -> "Invitation.State":
        """One word for organisers; an answer outlives the expiry."""
        if self.revoked_at:
            return self.State.REVOKED
        if self.declined_at:
            return self.State.DECLINED
        if self.is_used:
            return self.State.ACCEPTED
        return self.State.EXPIRED if self.is_expired(now) else self.State.OPEN

    def write_fact(
        self, kind: "InvitationChange.Kind", now: datetime, **fields: Any
    ) -> "InvitationChange":
        """A fact about it; `fields` are the other columns of the fact.

        It stands beside the events' own facts and counts no revisions of them.
        """
        return InvitationChange.objects.create(
            invitation=self, kind=kind, at=now, event_revision=0, incarnation=0, **fields
        )


class InvitationChange(history.Change):
    """A fact about an invitation."""

    class Kind(models.TextChoices):
        INVITED = "invited", _("Invited")
        SENT_AGAIN = "sent_again", _("Sent again")
        REMINDED = "reminded", _("Reminded")
        DECLINED = "declined", _("Declined")
        REVOKED = "revoked", _("Withdrawn")

    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="changes")

    class Meta:
        verbose_name = _("invitation's history")
        verbose_name_plural = _("invitations' history")
        indexes = [history.unannounced("invitation_change_unann")]

    def __str__(self) -> str:
        return str(self.Kind(self.kind).label)
