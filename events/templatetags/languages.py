"""The link to the same page in the other language."""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse, translate_url
from django.utils import translation

register = template.Library()


@register.inclusion_tag("_language_link.html", takes_context=True)
def language_link(context: Context, *, home: bool = False) -> dict[str, Any]:
    """Where this page stands in the other language, its query kept; absent where it has none.

    `home` leads to the home page instead: an error page has no twin and names no path.
    """
    code, name = next(item for item in settings.LANGUAGES if item[0] != translation.get_language())
    request = context.get("request")
    if home or request is None:
        with translation.override(code):
            return {"url": reverse("home"), "code": code, "name": name}
    here = request.get_full_path()
    there = translate_url(here, code)
    return {"url": there if there != here else "", "code": code, "name": name}
