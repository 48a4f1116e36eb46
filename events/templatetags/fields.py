"""What the renderer of a form's field asks of it."""

from django import template
from django.forms import BoundField

register = template.Library()


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether to say "(optional)": not where `aria-required` says that another answer decides."""
    return not field.field.required and "aria-required" not in field.field.widget.attrs
