"""How a form behind a secret link is sent: doubted, checked, counted, and acted upon once."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from events.models import Event
from registrations import actions, limits
from registrations.forms import PublicForm
from registrations.nonces import Nonce

INVALID, TOO_MANY, UNAVAILABLE = 422, 429, 503
Form = TypeVar("Form", bound=PublicForm)
# The page with a form that came back: show(form, status, notice, is_of_quota=False).
Show = Callable[..., HttpResponse]


def send(
    request: HttpRequest,
    event: Event,
    form: Form,
    now: datetime,
    *,
    show: Show,
    act: Callable[[Form, Nonce], object],
) -> HttpResponse | None:
    """Calls the one action; None once that is done, else the page with everything filled in.

    `now` is aware.
    """
    nonce, doubted = form.nonce_of(event.pk), form.doubted(event.pk, now)
    if nonce is None or doubted:
        return show(doubted or form, INVALID, _("Check the form and send it once more."))
    if not form.is_valid():
        return show(form, INVALID)
    if limits.is_answering_too_much(request):
        return show(form, TOO_MANY, _("Too many attempts at once. Try it in 10 minutes."))
    return _attempt(form, nonce, Nonce.new(event.pk, now), show=show, act=act)


def _attempt(
    form: Form, nonce: Nonce, another: Nonce, *, show: Show, act: Callable[[Form, Nonce], object]
) -> HttpResponse | None:
    """A used key comes back as another one."""
    try:
        act(form, nonce)
    except actions.KeyReused as error:
        return show(form.refilled(nonce=another.signed()), INVALID, str(error))
    except actions.RegistrationError as error:
        is_of_quota = isinstance(error, actions.QuotaReached)
        return show(form, INVALID, str(error), is_of_quota=is_of_quota)
    except OperationalError:
        later = _("Cannot save now; your input is kept. Try it in a while.")
        return show(form, UNAVAILABLE, later)
    return None
