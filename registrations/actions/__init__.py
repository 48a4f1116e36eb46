"""What happens to registrations: each public verb is one transaction with its facts."""

from registrations.actions.answering import change_answers
from registrations.actions.deciding import Decided, approve, promote, reject, set_priority
from registrations.actions.forgetting import forget_needs
from registrations.actions.leaving import cancel_registration
from registrations.actions.offers import accept_offer, decline_offer
from registrations.actions.places import change_admission, change_capacity
from registrations.actions.registering import (
    KeyReused,
    Submit,
    register,
    register_with_extra_place,
)
from registrations.actions.replacing import correct_address
from registrations.questions import OptionFull
from registrations.rules import RegistrationError

__all__ = [
    "Decided",
    "KeyReused",
    "OptionFull",
    "RegistrationError",
    "Submit",
    "accept_offer",
    "approve",
    "cancel_registration",
    "change_admission",
    "change_answers",
    "change_capacity",
    "correct_address",
    "decline_offer",
    "forget_needs",
    "promote",
    "register",
    "register_with_extra_place",
    "reject",
    "set_priority",
]
