"""Asking for one's links of a series: always the same answer, the truth goes by mail."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from events.models import Series
from notifications import actions
from notifications.forms import LinksForm
from notifications.templatetags.links import members_form, nonce_number
from registrations import limits

INVALID, TOO_MANY, UNAVAILABLE = 422, 429, 503


def _series(slug: str) -> Series:
    return get_object_or_404(Series.objects.sending_links(), slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
def send_links(request: HttpRequest, series: str) -> HttpResponse:
    """The form that the page of the series shows, too; sent, it leads everybody to one page."""
    shown = _series(series)
    if request.method != "POST":
        return _form_page(request, shown, members_form(shown))
    form = LinksForm(request.POST)
    if doubted := form.doubted(nonce_number(shown), timezone.now()):
        once_more = _("Check the address and send it once more.")
        return _form_page(request, shown, doubted, INVALID, once_more)
    if not form.is_valid():
        return _form_page(request, shown, form, INVALID)
    return _send(request, shown, form)


def _send(request: HttpRequest, series: Series, form: LinksForm) -> HttpResponse:
    email = form.cleaned_data["email"]
    if limits.is_asking_too_much(request, email):
        wait = _("Too many attempts at once. Try it in 10 minutes.")
        return _form_page(request, series, form, TOO_MANY, wait)
    try:
        actions.send_links(series.pk, email, translation.get_language())
    except OperationalError:
        later = _("Cannot save now; your input is kept. Try it in a while.")
        return _form_page(request, series, form, UNAVAILABLE, later)
    return redirect("links_sent", series.slug)


def _form_page(
    request: HttpRequest,
    series: Series,
    form: LinksForm | None,
    status: int = 200,
    notice: str = "",
) -> HttpResponse:
    context = {"series": series, "form": form, "notice": notice}
    return render(request, "notifications/send_links.html", context, status=status)


@require_safe
def links_sent(request: HttpRequest, series: str) -> HttpResponse:
    """The same words for a new and a known address."""
    return render(request, "notifications/links_sent.html", {"series": _series(series)})
