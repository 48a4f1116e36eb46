"""The one field of a wish, and of who looks for a link: where to write."""

from django import forms
from django.utils.translation import gettext_lazy as _

from registrations.forms import AddressField, PublicForm


class FollowForm(PublicForm):
    """An address, with what keeps robots away; a likely typo is not asked about: a mail tells."""

    email = AddressField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class LinksForm(FollowForm):
    """The address that an invitation or a registration was sent to."""
