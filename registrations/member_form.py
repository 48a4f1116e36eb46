"""What a member is asked for a meeting: nothing that their membership says already."""

from copy import deepcopy
from typing import Any

from django import forms

from registrations import question_fields
from registrations.applications import Application, of_same_person
from registrations.forms import PublicForm, RegistrationForm
from registrations.models import NEEDS, Registration
from registrations.questions import Asked

ASKED_OF_EVERYBODY = (*NEEDS, "waits_within_limit")


class MemberForm(PublicForm):
    """Questions, needs and the wish to wait within a limit."""

    made_with = ("membership", "asked")

    def __init__(
        self, data: Any = None, *, membership: Registration, asked: Asked, initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.membership, self.asked = membership, asked
        self.fields.update(question_fields.fields_of(asked))
        base = RegistrationForm.base_fields
        self.fields.update({name: deepcopy(base[name]) for name in ASKED_OF_EVERYBODY})
        question_fields.relax(self, membership.organisation.sector)

    @property
    def questions(self) -> list[forms.BoundField]:
        return question_fields.of_form(self)

    def application(self, language: str) -> Application:
        """What a valid form asks for."""
        data, sector = self.cleaned_data, self.membership.organisation.sector
        return of_same_person(
            self.membership,
            language=language,
            answers=question_fields.given(self.asked, data, sector),
            **{name: data[name] for name in ASKED_OF_EVERYBODY},
        )
