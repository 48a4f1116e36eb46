"""What the renderer of a form and of its fields asks of them."""

from typing import Any

from django import template
from django.forms import BaseForm

register = template.Library()


@register.inclusion_tag("_error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """Everything left to fix, of the form and of those that stand in it for further people."""
    companions = list(getattr(form, "companions", []))
    number = sum(len(one.errors) for one in [form, *companions])
    return {"form": form, "companions": companions, "number": number}
