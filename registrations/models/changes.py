"""The facts about a registration."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from events import history


class RegistrationChange(history.Change):
    """A fact about a registration; a confirming one keeps the count it was decided by."""

    class Kind(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        REGISTERED_AGAIN = "registered_again", _("Registered again")
        REGISTERED_ELSEWHERE = "registered_elsewhere", _("Registered for another session, too")
        NAMED_AGAIN = "named_again", _("Named by a contact person again")
        PROMOTED = "promoted", _("Place given")
        APPROVED = "approved", _("Application approved")
        REJECTED = "rejected", _("Application turned down")
        OFFERED = "offered", _("Place offered")
        ACCEPTED = "accepted", _("Offer taken")
        DECLINED = "declined", _("Offer passed on")
        OFFER_EXPIRED = "offer_expired", _("Offer expired")
        PRIORITISED = "prioritised", _("Priority changed")
        NOMINATED = "nominated", _("Nominated")
        NOMINATION_ACCEPTED = "nomination_accepted", _("Nomination accepted")
        NOMINATION_DECLINED = "nomination_declined", _("Nomination declined")
        NOMINATION_ENDED = "nomination_ended", _("Nomination ended")
        CANCELLED = "cancelled", _("Attendance cancelled")
        LEFT_LINE = "left_line", _("Left the line for a place in another session")
        ANSWERS_CHANGED = "answers_changed", _("Answers changed")
        RENAMED = "renamed", _("Name corrected")
        CORRECTED = "corrected", _("Address corrected")
        TRANSFERRED = "transferred", _("Moved to a corrected address")
        HANDED_OVER = "handed_over", _("Place handed over")
        TOOK_OVER = "took_over", _("Place taken over")
        NOTED = "noted", _("Organisers' note changed")
        DEADLINE_REOPENED = "deadline_reopened", _("Deadline reopened")

    registration = models.ForeignKey(
        "Registration", on_delete=models.PROTECT, related_name="changes"
    )
    from_status = models.CharField(max_length=10, blank=True)
    to_status = models.CharField(max_length=10)
    registration_revision = models.PositiveIntegerField()
    taken_after = models.PositiveIntegerField(null=True, blank=True)
    capacity_at = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("registration's history")
        verbose_name_plural = _("registrations' history")
        indexes = [history.unannounced("registration_change_unann")]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_after__isnull=True) | Q(taken_after__lte=F("capacity_at")),
                name="no_fact_confirms_beyond_the_capacity",
            ),
        ]

    def __str__(self) -> str:
        return str(self.Kind(self.kind).label)
