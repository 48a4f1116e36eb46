"""Who comes, how they got there, and what they answered."""

from registrations.models.bookings import Booking, new_secret
from registrations.models.changes import RegistrationChange
from registrations.models.invitations import (
    Invitation,
    InvitationChange,
    InvitationQuerySet,
)
from registrations.models.organisations import Organisation, Sector
from registrations.models.questions import Answer, Option, Question
from registrations.models.quotas import Person, Quota
from registrations.models.registration import (
    NEEDS,
    REFERENCE_ALPHABET,
    Registration,
    RegistrationQuerySet,
)

__all__ = [
    "NEEDS",
    "REFERENCE_ALPHABET",
    "Answer",
    "Booking",
    "Invitation",
    "InvitationChange",
    "InvitationQuerySet",
    "Option",
    "Organisation",
    "Person",
    "Question",
    "Quota",
    "Registration",
    "RegistrationChange",
    "RegistrationQuerySet",
    "Sector",
    "new_secret",
]
