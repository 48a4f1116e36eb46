"""Messages: one row is one e-mail to one person; the row is the queue. And what was reminded."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models import Event, EventChange, Series
from notifications.models.follows import Follow
from registrations.models import (
    Booking,
    Invitation,
    InvitationChange,
    Registration,
    RegistrationChange,
)


class MessageQuerySet(models.QuerySet["Message"]):
    def queued(self) -> Self:
        return self.filter(state=Message.State.QUEUED)

    def unsettled(self) -> Self:
        """Neither sent nor given up."""
        return self.filter(state__in=[Message.State.QUEUED, Message.State.SENDING])

    def claimed(self) -> Self:
        """Built and handed to a sender at least once: somebody may have it."""
        return self.filter(claimed_at__isnull=False)

    def to_delegates(self) -> Self:
        """About one's own place, not a contact's summary."""
        return self.filter(booking__isnull=True, registration__isnull=False)

    def of_dates(self) -> Self:
        """What tells followers that an event has its date."""
        return self.filter(kind=Message.Kind.DATE_SET)

    def voidable(self) -> Self:
        """Without what must take an entry out of a calendar: that is never overtaken."""
        request = Message.objects.claimed().filter(
            registration=OuterRef("registration"), calendar_method="REQUEST"
        )
        called_off = Q(kind=Message.Kind.CALLED_OFF, booking__isnull=True)
        taking_out = Q(kind__in=[Message.Kind.CANCELLED, Message.Kind.HANDED_OVER])
        return self.exclude(taking_out | (called_off & Q(Exists(request))))

    def beside(self, message: "Message") -> Self:
        """The mails to the same person about the same place: one thread, one order."""
        return self.filter(registration=message.registration_id, booking=message.booking_id)


class Message(models.Model):
    """One e-mail to one person, derived from one fact by a unique key (architecture.md).

    The recipient is a row, never an address; `raw` is built at the first claim, so that a retry is
    the same mail, and emptied after 30 days.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        VOID = "void", _("Not sent")

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", _("Place confirmed")
        WAITING = "waiting", _("On the waiting list")
        PENDING = "pending", _("Application under review")
        REJECTED = "rejected", _("Application not accepted")
        OFFERED = "offered", _("Place offered")
        OFFER_EXPIRED = "offer_expired", _("Offer expired")
        DECLINED = "declined", _("Offer passed on")
        PROMOTED = "promoted", _("A place came free")
        PARTY = "party", _("Summary of a party")
        ANSWERS_CHANGED = "answers_changed", _("Answers changed")
        HANDED_OVER = "handed_over", _("Place handed over")
        TOOK_OVER = "took_over", _("Place taken over")
        ALREADY_REGISTERED = "already_registered", _("Already registered")
        CANCELLED = "cancelled", _("Attendance cancelled")
        MOVED = "moved", _("Session moved")
        CALLED_OFF = "called_off", _("Session called off")
        REINSTATED = "reinstated", _("Session takes place")
        REMINDER = "reminder", _("Reminder")
        FOLLOW_CONFIRM = "follow_confirm", _("Wish to be confirmed")
        DATE_SET = "date_set", _("Date set")
        INVITED = "invited", _("Invitation")
        NOMINATED = "nominated", _("Nomination")
        LINKS = "links", _("Links sent again")
        ACCOUNT = "account", _("Account")
        TEST = "test", _("Test")

    class Reason(models.TextChoices):
        """Why a message is void; a failed one has the server's own words instead."""

        SUPERSEDED = "superseded", _("Something newer was written instead")
        NOT_LIVE = "not live", _("The registration is not valid any more")
        CALLED_OFF = "called off", _("The session is called off")
        UNCHANGED = "unchanged", _("Moved back before the mail left")
        LATE = "late", _("Too late")
        NOT_FOLLOWED = "not followed", _("Nobody wishes to hear of it any more")
        HIDDEN = "hidden", _("The session is not public any more")
        NOT_INVITED = "not invited", _("The invitation is not valid any more")
        UNKNOWN = "unknown", _("Nothing is known of this address")
        DATE_IS_SET = "date is set", _("The date is set already")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    event_change = models.ForeignKey(
        EventChange, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    registration_change = models.ForeignKey(
        RegistrationChange, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    invitation_change = models.ForeignKey(
        InvitationChange, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("session"),
    )
    registration = models.ForeignKey(
        Registration,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("registration"),
    )
    # Set: the recipient is the booking's contact, who gets a summary about `registration`; without
    # one everybody of the booking was registered already.
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    # Set: the recipient follows the event and is not registered for it by this.
    follow = models.ForeignKey(
        Follow, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    # Set: the recipient is whom this invitation is to.
    invitation = models.ForeignKey(
        Invitation, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    # Set: somebody asked to send what this address has in the series once more.
    links_of = models.ForeignKey(
        Series, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_email = models.EmailField(_("to"), blank=True)
    # Set: the organiser who had it sent again.
    actor_id = models.BigIntegerField(_("by"), null=True, blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    # The calendar object inside, known once the mail is built.
    calendar_method = models.CharField(max_length=10, blank=True)
    calendar_uid = models.CharField(max_length=140, blank=True)
    calendar_sequence = models.PositiveIntegerField(null=True, blank=True)
    # The revision of the event that the built mail shows.
    shows_revision = models.PositiveIntegerField(null=True, blank=True)
    raw = models.BinaryField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    # When a sender first took it: from then on the mail may have left.
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    not_after = models.DateTimeField(_("not after"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state__in=["queued", "sending"]),
                name="message_unsettled",
            ),
            models.Index(fields=["registration", "id"], name="message_of_registration"),
            models.Index(fields=["calendar_uid"], name="message_by_calendar_uid"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sending", "sent", "failed", "void"]),
                name="message_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", leased_until__isnull=False)
                | (~Q(state="sending") & Q(leased_until__isnull=True)),
                name="message_being_sent_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(event_change__isnull=True) | Q(registration_change__isnull=True),
                name="message_comes_from_one_fact",
            ),
            models.CheckConstraint(
                condition=Q(follow__isnull=True) | Q(registration__isnull=True),
                name="message_is_about_a_place_or_a_follow",
            ),
            models.CheckConstraint(
                condition=Q(invitation__isnull=True)
                | Q(follow__isnull=True, registration__isnull=True, links_of__isnull=True),
                name="message_to_the_invited_is_about_nothing_else",
            ),
            models.CheckConstraint(
                condition=Q(invitation_change__isnull=True)
                | Q(
                    invitation__isnull=False,
                    event_change__isnull=True,
                    registration_change__isnull=True,
                ),
                name="fact_of_an_invitation_is_told_to_the_invited",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_for_contact(self) -> bool:
        return self.booking_id is not None

    @property
    def is_built_here(self) -> bool:
        """Whether its words are made at the claim; others are filed whole."""
        rows = (self.registration_id, self.follow_id, self.invitation_id, self.links_of_id)
        return self.is_of_known_party or any(pk is not None for pk in rows)

    @property
    def is_of_known_party(self) -> bool:
        """Whether it tells a contact of people who were all registered already."""
        return self.booking_id is not None and self.registration_id is None

    @property
    def reason_words(self) -> str:
        """The reason in the active language; a server's words stay as it said them."""
        known = dict(self.Reason.choices).get(self.reason)
        return str(known) if known else self.reason

    @property
    def fact(self) -> EventChange | RegistrationChange | InvitationChange | None:
        return self.event_change or self.registration_change or self.invitation_change

    @property
    def cause(self) -> EventChange | RegistrationChange | InvitationChange:
        """The fact. Raises ValueError for what has none: reminders, accounts, tests."""
        if self.fact is None:
            raise ValueError(f"message {self.pk} comes from no fact")
        return self.fact

    @property
    def mail(self) -> EmailMessage | None:
        """The mail as built; None before that and after 30 days."""
        if not self.raw:
            return None
        return message_from_bytes(bytes(self.raw), policy=policy.default)


class Reminder(models.Model):
    """One due reminder of one registration: sent, or skipped with a reason; at most one a start.

    One whose message was void before it left is skipped, too, and keeps the message.
    """

    class Outcome(models.TextChoices):
        SENT = "sent", _("Sent")
        VOID = "void", _("No longer confirmed")
        LATE = "late", _("Too late")
        RECENT = "recent", _("Just written to")

    registration = models.ForeignKey(
        Registration, on_delete=models.PROTECT, related_name="reminders"
    )
    rule = models.CharField(max_length=10)
    event_starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    message = models.OneToOneField(
        Message, on_delete=models.PROTECT, null=True, blank=True, related_name="reminder"
    )
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "rule", "event_starts_at"],
                name="reminder_is_decided_once_per_start",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="sent") | Q(message__isnull=False),
                name="a_sent_reminder_has_its_message",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.registration_id}"
