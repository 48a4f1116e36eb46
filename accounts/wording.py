"""Sentences of Django's that its Czech catalogue lacks; standing here they get into ours."""

from django.utils.translation import ngettext_lazy

PASSWORD_IS_TOO_SHORT = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)
