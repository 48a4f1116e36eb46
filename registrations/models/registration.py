"""One person's whole relation to one event."""

import functools
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.text import fold
from events.models import Event, Municipality, Series, new_uid
from registrations.models.bookings import Booking, new_secret
from registrations.models.changes import RegistrationChange
from registrations.models.organisations import Organisation
from registrations.states import CSS_CLASS, HOLDING_A_PLACE, LIVE, MOVES, Status

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

# Letters that are read out and typed without a mistake: no 0 O, 1 I L.
REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
NEEDS = ("vegetarian", "gluten_free", "wheelchair", "sign_language", "needs_note")


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def confirmed(self) -> Self:
        return self.filter(status=Status.CONFIRMED)

    def dated(self) -> Self:
        """Those with a day: a membership has none."""
        return self.filter(event__starts_at__isnull=False)

    def waiting(self) -> Self:
        return self.filter(status=Status.WAITING)

    def of_address(self, email: str) -> Self:
        """Those of somebody's own address."""
        return self.filter(email=email)

    def members_to_register(self, event: Event) -> Self:
        """The members of the event's call who never were registered for it, in order of arrival.

        Who has cancelled is not put back.
        """
        ever = Registration.objects.filter(event=event)
        is_there = Q(membership=OuterRef("pk")) | Q(email=OuterRef("email")) & ~Q(email="")
        members = self.confirmed().filter(event=event.admits_from_id)
        return (
            members.filter(~Exists(ever.filter(is_there)))
            .in_order_of_arrival()
            .select_related("booking", "organisation", "town")
        )

    def upcoming_in(self, series: Series, now: datetime) -> Self:
        """For the events of a series that are not over."""
        return self.filter(event__in=Event.objects.of_series(series).upcoming(now))

    def nominated(self) -> Self:
        return self.filter(status=Status.NOMINATED)

    def pending(self) -> Self:
        return self.filter(status=Status.PENDING)

    def awaiting_decision(self, event: Event) -> Self:
        """The applications for an event with what a list of them prints, in order of arrival."""
        rows = self.filter(event=event).pending().in_order_of_arrival()
        return rows.select_related("booking", "event", "organisation", "town")

    def listed(self) -> Self:
        """Without the rows that ended because their address was corrected."""
        kind = RegistrationChange.Kind.TRANSFERRED
        moved = RegistrationChange.objects.filter(registration=OuterRef("pk"), kind=kind)
        return self.exclude(Exists(moved))

    def undecided(self) -> Self:
        """Who can still be turned down: nobody gave them a place."""
        return self.filter(status__in=[Status.PENDING, Status.WAITING])

    def in_order_of_arrival(self) -> Self:
        return self.order_by("joined_at", "pk")

    def holding_a_place(self) -> Self:
        """Who takes one of the places of their event, across events."""
        is_held = Q(status=Status.PENDING, event__has_place_while_pending=True)
        return self.filter(Q(status__in=HOLDING_A_PLACE) | is_held)

    def offered_before(self, now: datetime) -> Self:
        """Whose offer is over at this moment."""
        return self.filter(status=Status.OFFERED, offered_until__lte=now)

    def with_needs(self) -> Self:
        """Those who asked for a diet, an access or something else."""
        asked = ~Q(needs_note="")
        for name in NEEDS[:-1]:
            asked |= Q(**{name: True})
        return self.filter(asked)

    def noted(self) -> Self:
        """Those of whom organisers noted something, or whom they gave a tag."""
        return self.exclude(note="", tags="")

    def with_tag(self, tag: str) -> Self:
        """Those whom organisers gave this tag, as `tags.normalised` writes it."""
        padded = Concat(Value(" "), F("tags"), Value(" "))
        return self.alias(padded_tags=padded).filter(padded_tags__contains=f" {tag} ")

    def tags_in_use(self) -> list[str]:
        """Every tag that anybody has, in order."""
        given = self.exclude(tags="").order_by().values_list("tags", flat=True).distinct()
        return sorted({tag for tags in given for tag in tags.split()})

    def in_line(self) -> Self:
        """The waiting list's order: priority, then time, then id (invariant 3)."""
        return self.order_by("priority", "joined_at", "pk")

    def before(self, registration: "Registration") -> Self:
        """Those who wait in front of a waiting registration."""
        own = registration
        return self.waiting().filter(
            Q(priority__lt=own.priority)
            | Q(priority=own.priority, joined_at__lt=own.joined_at)
            | Q(priority=own.priority, joined_at=own.joined_at, pk__lt=own.pk),
            event_id=own.event_id,
        )

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Organisers see all; everybody else reaches one registration by its secret."""
        if user.is_active and getattr(user, "is_staff", False):
            return self
        return self.none()

    def with_event(self) -> Self:
        """Everything that a registration's page and mails print."""
        return self.select_related(
            "booking",
            "organisation",
            "invitation__town",
            "town__kraj__region",
            "event__series",
            "event__region",
            "event__venue__town",
            "replaced_by",
        ).prefetch_related("event__moved_from_venue__town")


class Registration(models.Model):
    """One person's whole relation to one event."""

    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="registrations", verbose_name=_("session")
    )
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="registrations")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="registrations",
        verbose_name=_("organisation"),
    )
    organisation_name = models.CharField(_("organisation as typed"), max_length=160)
    town = models.ForeignKey(
        Municipality,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("town"),
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)

    status = models.CharField(_("status"), max_length=10, choices=Status, editable=False)
    priority = models.SmallIntegerField(_("priority"), default=0)
    joined_at = models.DateTimeField(_("joined"))
    # Set: an organiser let this person in, or registered them.
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    offered_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    checked_in_at = models.DateTimeField(_("checked in"), null=True, blank=True)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces"
    )
    # Took the place of somebody of the same organisation, who had it before.
    is_substitute = models.BooleanField(default=False, editable=False)
    # Set: the invitation by which this person came or was nominated.
    invitation = models.ForeignKey(
        "Invitation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("invitation"),
        editable=False,
    )
    # Set: the membership by which this person came, or whose place they took over.
    membership = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attendances",
        verbose_name=_("membership"),
        editable=False,
    )
    # Set: until then this person may still change answers and hand the place over.
    deadline_reopened_until = models.DateTimeField(
        _("deadline reopened until"), null=True, blank=True
    )
    # With the others of its booking: one place in line, one offer, all or nobody.
    is_in_party = models.BooleanField(default=False, editable=False)
    reference = models.CharField(_("reference"), max_length=10)
    uid = models.CharField(max_length=120, unique=True, default=new_uid, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    since_revision = models.PositiveIntegerField(default=0, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    door_code = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)

    vegetarian = models.BooleanField(_("vegetarian food"), default=False)
    gluten_free = models.BooleanField(_("gluten-free food"), default=False)
    wheelchair = models.BooleanField(_("step-free access"), default=False)
    sign_language = models.BooleanField(_("sign language interpreting"), default=False)
    needs_note = models.CharField(_("something else"), max_length=300, blank=True)

    # Organisers' own words about the person: seen by them only.
    note = models.TextField(_("organisers' note"), max_length=500, blank=True)
    # Words with single spaces between them, in order, as `registrations.tags` writes them.
    tags = models.CharField(_("tags"), max_length=320, blank=True)

    search_key = models.TextField(editable=False, default="")

    objects: ClassVar[RegistrationQuerySet] = RegistrationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        indexes = [
            models.Index(fields=["event", "status"], name="registration_by_status"),
            models.Index(
                fields=["event", "priority", "joined_at", "id"],
                condition=Q(status=Status.WAITING),
                name="registration_in_line",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email"],
                condition=Q(status__in=LIVE) & ~Q(email=""),
                name="address_has_one_live_registration_per_event",
            ),
            models.UniqueConstraint(
                fields=["event", "membership"],
                condition=Q(status__in=LIVE, membership__isnull=False),
                name="membership_has_one_live_registration_per_event",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(status__in=LIVE),
                name="reference_is_unique_among_live",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="registration_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="registration_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.OFFERED, offered_until__isnull=False)
                | (~Q(status=Status.OFFERED) & Q(offered_until__isnull=True)),
                name="offered_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(checked_in_at__isnull=True) | Q(status=Status.CONFIRMED),
                name="only_a_confirmed_person_checks_in",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | Q(status=Status.CANCELLED),
                name="a_replaced_registration_is_cancelled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.reference}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = self.folded()
        super().save(*args, **kwargs)

    def folded(self) -> str:
        """What the admin searches, without diacritics."""
        town = str(self.town or "")
        parts = (self.name, self.email, town, self.organisation_name, self.reference, self.tags)
        return fold(" ".join(parts))

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def is_confirmed(self) -> bool:
        return self.status == Status.CONFIRMED

    @property
    def is_waiting(self) -> bool:
        return self.status == Status.WAITING

    @property
    def is_pending(self) -> bool:
        return self.status == Status.PENDING

    @property
    def is_nominated(self) -> bool:
        return self.status == Status.NOMINATED

    @property
    def is_offered(self) -> bool:
        return self.status == Status.OFFERED

    @functools.cached_property
    def is_handed_over(self) -> bool:
        """Whether the place was passed to somebody else; the same whoever they are (rule 20)."""
        if self.status != Status.CANCELLED:
            return False
        return self.changes.filter(kind=RegistrationChange.Kind.HANDED_OVER).exists()

    def is_offer_over(self, now: datetime) -> bool:
        return self.offered_until is not None and self.offered_until <= now

    @property
    def answers_close_at(self) -> datetime | None:
        """Until when this person may change their answers (UTC)."""
        return self._reopened(self.event.answers_close_at)

    @property
    def substitution_ends_at(self) -> datetime | None:
        """Until when this person may hand the place over (UTC)."""
        return self._reopened(self.event.substitution_ends_at)

    def _reopened(self, ends_at: datetime | None) -> datetime | None:
        """The deadline of everybody, or the later one that an organiser gave this person."""
        reopened = self.deadline_reopened_until
        return max(ends_at, reopened) if ends_at and reopened else ends_at

    @property
    def css_class(self) -> str:
        return CSS_CLASS[self.status]

    @property
    def needs(self) -> list[str]:
        """What the person asked for, in words of the active language."""
        flags = [name for name in NEEDS if name != "needs_note" and getattr(self, name)]
        words = [str(self._meta.get_field(name).verbose_name) for name in flags]  # type: ignore[union-attr]
        return [*words, *([self.needs_note] if self.needs_note else [])]

    @property
    def mail_to(self) -> str:
        """The address that gets this person's mail: their own, or else the contact's."""
        return self.email or self.booking.contact_email

    @property
    def has_own_contact(self) -> bool:
        """Whether somebody else registered this person and reads their own summary."""
        contact = self.booking.contact_email
        return bool(contact and self.email and contact != self.email)

    @property
    def nominated_by(self) -> str:
        """The town or company that named this person; empty for who came by themselves."""
        return self.invitation.sender if self.invitation and self.invitation.is_nominating else ""

    def position(self) -> int:
        """The place in line, from 1; it counts people, those who would be passed over too."""
        return Registration.objects.before(self).count() + 1

    def was_nomination(self) -> bool:
        """Whether this ended before it was ever more than a nomination."""
        if self.invitation_id is None or self.status not in {Status.DECLINED, Status.EXPIRED}:
            return False
        kinds = RegistrationChange.Kind
        ended = self.changes.filter(kind__in=[kinds.NOMINATION_DECLINED, kinds.NOMINATION_ENDED])
        return ended.exists()

    def reason_of_rejection(self) -> str:
        """What the organisers wrote to who was turned down; empty for everybody else."""
        if self.status != Status.REJECTED:
            return ""
        kind = RegistrationChange.Kind.REJECTED
        found = self.changes.filter(kind=kind).order_by("-pk").values_list("note", flat=True)
        return found.first() or ""

    def move_to(
        self,
        status: Status,
        *,
        kind: RegistrationChange.Kind,
        now: datetime,
        actor_id: int | None = None,
        via: str = "",
        note: str = "",
        data: dict[str, Any] | None = None,
        taken_after: int | None = None,
        capacity_at: int | None = None,
    ) -> RegistrationChange:
        """The only line that assigns `status`: saves the row and writes the fact.

        The caller holds the event's lock and has read `self.event` under it. Raises ValueError for
        a move that states.py does not allow: that is a bug, no person's mistake.
        """
        before = self.status
        if status not in MOVES[before]:
            raise ValueError(f"a registration does not move from {before} to {status}")
        self.status = status
        self.since_revision = self.event.revision
        if self.pk:
            self.revision += 1
        self.save()
        return self.write_fact(
            kind,
            now,
            from_status=before,
            actor_id=actor_id,
            via=via,
            note=note,
            data=data,
            taken_after=taken_after,
            capacity_at=capacity_at,
        )

    def write_fact(
        self,
        kind: RegistrationChange.Kind,
        now: datetime,
        *,
        from_status: str | None = None,
        data: dict[str, Any] | None = None,
        **fields: Any,
    ) -> RegistrationChange:
        """A fact at the revisions of now; without `from_status` one that changes no status.

        `fields` are the other columns of the fact.
        """
        return RegistrationChange.objects.create(
            registration=self,
            at=now,
            kind=kind,
            from_status=self.status if from_status is None else from_status,
            to_status=self.status,
            registration_revision=self.revision,
            event_revision=self.event.revision,
            incarnation=self.event.incarnation,
            data=data or {},
            **fields,
        )
