"""What a page shows to who has lost a link of a series: the form that sends it."""

from django import template
from django.utils import timezone

from events.models import Series
from notifications.forms import LinksForm
from registrations.nonces import Nonce

register = template.Library()


def nonce_number(series: Series) -> int:
    """What the nonce of a series is known by: no event has a number below zero."""
    return -series.pk


@register.simple_tag
def links_form(series: Series) -> LinksForm | None:
    """The form of a closed-door series; None where there is no closed door."""
    return members_form(series) if series.is_closed_door else None


@register.simple_tag
def members_form(series: Series) -> LinksForm:
    """The form of a series whose members have links, too."""
    nonce = Nonce.new(nonce_number(series), timezone.now()).signed()
    return LinksForm(initial={"nonce": nonce})
