"""Texts in two columns, one a language."""

from django.db import models
from django.utils.translation import get_language


def translated(instance: models.Model, name: str) -> str:
    """The text of a pair of columns in the active language; Czech where English is empty."""
    text: str = getattr(instance, f"{name}_{(get_language() or 'cs')[:2]}", "")
    return text or getattr(instance, f"{name}_cs")
