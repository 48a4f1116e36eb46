"""Who comes, and how they got there: organisations, bookings, registrations and their facts."""

from registrations.models.bookings import Booking, new_secret
from registrations.models.organisations import Organisation, Sector
from registrations.models.quotas import Person, Quota
from registrations.models.registration import (
    NEEDS,
    REFERENCE_ALPHABET,
    Registration,
    RegistrationChange,
    RegistrationQuerySet,
)

__all__ = [
    "NEEDS",
    "REFERENCE_ALPHABET",
    "Booking",
    "Organisation",
    "Person",
    "Quota",
    "Registration",
    "RegistrationChange",
    "RegistrationQuerySet",
    "Sector",
    "new_secret",
]
