"""What somebody registered may say anew: name and organisation as typed, answers and needs."""

from copy import deepcopy
from typing import Any

from django import forms

from registrations import question_fields, questions
from registrations.forms import RegistrationForm
from registrations.models import NEEDS, Answer, Registration


class AnswersForm(forms.Form):
    """The fields of the registration form that can be filled in again."""

    def __init__(self, data: Any = None, *, registration: Registration) -> None:
        self.registration, self.asked = registration, questions.asked_of(registration)
        said = Answer.objects.of(registration).in_order()
        initial = question_fields.initial_of(self.asked, said)
        initial |= {"name": registration.name, "organisation": registration.organisation_name}
        initial |= {name: getattr(registration, name) for name in NEEDS}
        super().__init__(data, initial=initial)
        for name in ("name", "organisation"):
            self.fields[name] = deepcopy(RegistrationForm.base_fields[name])
        self.fields["organisation"].help_text = ""
        self.fields.update(question_fields.fields_of(self.asked))
        self.fields.update({name: deepcopy(RegistrationForm.base_fields[name]) for name in NEEDS})

    @property
    def questions(self) -> list[forms.BoundField]:
        return question_fields.of_form(self)

    def changes(self) -> dict[str, Any]:
        """What a valid form asks for, as `change_answers` takes it."""
        data, sector = self.cleaned_data, self.registration.organisation.sector
        return {
            "name": data["name"],
            "organisation": data["organisation"],
            "needs": {name: data[name] for name in NEEDS},
            "answers": question_fields.given(self.asked, data, sector),
        }
