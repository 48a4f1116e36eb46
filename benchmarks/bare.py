"""The yardstick: the least Django that does the same work, behind the same middleware.

Registering: one validated form a person, one lock, one count, one insert, one redirect. Reading:
the same rows in one query and one flat template.
"""

import secrets

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template import engines
from django.urls import path
from django.utils import timezone

from config import health
from events.models import AgendaItem, Event
from registrations.models import Booking, Organisation, Registration

_FORM = engines["django"].from_string(
    "<!doctype html><html lang='cs'><title>Bare</title><form method='post'>{% csrf_token %}"
    '<input type="hidden" name="nonce" value="-">{{ form }}<button>Send</button></form></html>'
)
_LIST = engines["django"].from_string(
    "<!doctype html><html lang='cs'><title>Bare</title><ul>{% for event in events %}"
    "<li>{{ event.series.title_cs }} {{ event.title_cs }} {{ event.region.name }}"
    " {{ event.venue.name_cs }} {{ event.venue.town.name }} {{ event.starts_at }}"
    " {{ event.places_taken }} / {{ event.capacity }}</li>{% endfor %}</ul></html>"
)


_EVENT = engines["django"].from_string(
    "<!doctype html><html lang='cs'><title>Bare</title>{% with event=items.0.event %}"
    "<h1>{{ event.series.title_cs }} {{ event.title_cs }}</h1><p>{{ event.description_cs }}</p>"
    "<p>{{ event.region.name }} {{ event.venue.name_cs }} {{ event.venue.street }}"
    " {{ event.venue.town.name }} {{ event.venue.travel_cs }} {{ event.venue.access_cs }}"
    " {{ event.starts_at }} {{ event.places_taken }} / {{ event.capacity }}</p>{% endwith %}"
    "<ol>{% for item in items %}<li>{{ item.minutes_after_start }} {{ item.title_cs }}"
    " {{ item.note_cs }} {{ item.area.name_cs }}</li>{% endfor %}</ol></html>"
)


class BareForm(forms.Form):
    """One person; the others of a party bear numbers, as on our form."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField()

    def __init__(self, data: QueryDict | None, *, number: int = 1) -> None:
        self.number = number
        super().__init__(data)

    def add_prefix(self, field_name: str) -> str:
        return field_name if self.number == 1 else f"{field_name}{self.number}"


class BareFirstForm(BareForm):
    organisation = forms.CharField(max_length=160)
    sector = forms.CharField(max_length=10)


def register(request: HttpRequest, series: str, event: str) -> HttpResponse:
    first = BareFirstForm(request.POST or None)
    size = int(request.POST.get("people", "1"))
    people = [first, *(BareForm(request.POST, number=n) for n in range(2, size + 1))]
    if not all(form.is_valid() for form in people):
        return HttpResponse(_FORM.render({"form": first}, request))
    _insert(series, event, [form.cleaned_data for form in people])
    return redirect("sent", series, event)


@transaction.atomic
def _insert(series: str, slug: str, people: list[dict[str, str]]) -> None:
    event = Event.objects.select_for_update(no_key=True, of=("self",)).get(
        series__slug=series, slug=slug
    )
    taken = Registration.objects.filter(event=event, status="confirmed").count()
    booking = Booking.objects.get(key="bare")
    organisation = Organisation.objects.get(name="Bare")
    Registration.objects.bulk_create(
        [
            Registration(
                event=event, booking=booking, organisation=organisation, name=data["name"],
                email=data["email"], organisation_name=people[0]["organisation"], language="cs",
                status="confirmed" if taken + place < event.capacity else "waiting",
                joined_at=timezone.now(), reference=secrets.token_hex(5),
            )
            for place, data in enumerate(people)
        ]
    )  # fmt: skip


def sent(request: HttpRequest, series: str, event: str) -> HttpResponse:
    return HttpResponse("sent")


def _listed(request: HttpRequest, **where: str) -> HttpResponse:
    events = Event.objects.filter(**where).select_related("series", "region", "venue__town")
    return HttpResponse(_LIST.render({"events": events}, request))


def home(request: HttpRequest) -> HttpResponse:
    return _listed(request)


def event(request: HttpRequest, series: str, event: str) -> HttpResponse:
    rows = AgendaItem.objects.filter(event__series__slug=series, event__slug=event)
    parts = ("area", "event__series", "event__region", "event__venue__town")
    items = list(rows.select_related(*parts).order_by("minutes_after_start"))
    return HttpResponse(_EVENT.render({"items": items}, request))


def calendar(request: HttpRequest, series: str) -> HttpResponse:
    return _listed(request, series__slug=series)


urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", home),
    path("<slug:series>/calendar.ics", calendar),
    path("<slug:series>/<slug:event>/", event),
    path("<slug:series>/<slug:event>/register/", register),
    path("<slug:series>/<slug:event>/register/sent/", sent, name="sent"),
]
