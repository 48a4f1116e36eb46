"""What happens to registrations: each public verb is one transaction with its facts."""

from registrations.actions.answering import change_answers
from registrations.actions.deciding import Decided, approve, promote, reject, set_priority
from registrations.actions.forgetting import forget_answers, forget_needs, forget_notes
from registrations.actions.inviting import (
    Invitee,
    decline_invitation,
    invite,
    invite_many,
    remind_invited,
    revoke_invitation,
    send_invitation_again,
)
from registrations.actions.leaving import cancel_registration
from registrations.actions.members import register_members
from registrations.actions.nominating import accept_nomination, decline_nomination, nominate
from registrations.actions.noting import reopen_deadline, write_note
from registrations.actions.offers import accept_offer, decline_offer
from registrations.actions.parties import (
    accept_party_offer,
    add_to_party,
    cancel_party,
    decline_party_offer,
    register_party,
)
from registrations.actions.places import (
    change_admission,
    change_capacity,
    set_quotas,
    set_series_limits,
)
from registrations.actions.registering import register, register_with_extra_place
from registrations.actions.replacing import correct_address, correct_person, hand_over
from registrations.actions.steps import KeyReused, Submit
from registrations.questions import OptionFull
from registrations.rules import QuotaReached, RegistrationError

__all__ = [
    "Decided",
    "Invitee",
    "KeyReused",
    "OptionFull",
    "QuotaReached",
    "RegistrationError",
    "Submit",
    "accept_nomination",
    "accept_offer",
    "accept_party_offer",
    "add_to_party",
    "approve",
    "cancel_party",
    "cancel_registration",
    "change_admission",
    "change_answers",
    "change_capacity",
    "correct_address",
    "correct_person",
    "decline_invitation",
    "decline_nomination",
    "decline_offer",
    "decline_party_offer",
    "forget_answers",
    "forget_needs",
    "forget_notes",
    "hand_over",
    "invite",
    "invite_many",
    "nominate",
    "promote",
    "register",
    "register_members",
    "register_party",
    "register_with_extra_place",
    "reject",
    "remind_invited",
    "reopen_deadline",
    "revoke_invitation",
    "send_invitation_again",
    "set_priority",
    "set_quotas",
    "set_series_limits",
    "write_note",
]
