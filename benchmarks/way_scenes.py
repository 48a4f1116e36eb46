"""What the database holds for the pictures of every way in: approval, offers, quotas, parties,
invitations, substitutes.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from benchmarks.scenes import WORKSHOPS, Cast
from events.models import Event, Municipality, Series, Venue
from registrations import actions, waiting_list
from registrations.applications import Party, Substitute
from registrations.models import Invitation, Quota, Registration
from tests import factories

CONTACT = {"contact_name": "Karel Sekretář", "contact_email": "sekretariat@mesto.example"}


def ways(cast: Cast) -> None:
    """One event for each way in, in a series of their own."""
    series = factories.series(
        slug="kulate-stoly",
        reference_code="KS",
        title_cs="Kulaté stoly",
        title_en="Round tables",
        is_example=True,
        position=3,
    )
    halls = [_hall(name) for name in ("Plzeň", "Kolín", "Louny", "Olomouc")]
    events = [
        factories.event(
            series=series,
            slug=slug,
            title_cs=title_cs,
            title_en=title_en,
            venue=hall,
            capacity=12,
            starts_at=timezone.now().replace(hour=8, minute=0) + timedelta(days=40 + number),
            **fields,
        )
        for number, (hall, (slug, title_cs, title_en, fields)) in enumerate(
            zip(halls, WAYS, strict=True)
        )
    ]
    approval, offers, quotas, parties = events
    _questions(parties)
    _approval(cast, approval)
    _offers(cast, offers)
    _quotas(quotas)
    _parties(cast, parties)
    _handed_over(cast, parties)
    _invitations(cast)
    _asked(cast)
    _corrected(parties)


WAYS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("schvalovani", "Data a úřady", "Data and offices", {"admission": "approval"}),
    ("nabidky", "Voda ve městě", "Water in town", {"offer_hours": 24}),
    ("kvoty", "Světlo v ulicích", "Light in the streets", {}),
    ("skupiny", "Chytrá radnice", "The smart town hall", {}),
)


def _hall(town: str) -> Venue:
    found = Municipality.objects.named(town).in_order()[0]
    return factories.venue(town=found, name_cs="Malý sál", name_en="Small hall")


def town(name: str) -> int:
    return Municipality.objects.named(name).in_order()[0].pk


def person(event: Event, name: str, **fields: Any) -> Registration:
    values = {"name": name, "organisation": "", "sector": "city", "town_id": town("Písek")}
    return factories.registration(event=event, **values | fields)


def _approval(cast: Cast, event: Event) -> None:
    for language in ("cs", "en"):
        cast.people[f"pending-{language}"] = person(
            event, "Anna Vzorová", language=language, **CONTACT
        )
        turned_down = person(event, "Petr Zkušební", language=language)
        actions.reject(event.pk, [turned_down.pk], reason="Stůl je jen pro starosty.")
        cast.people["rejected"] = turned_down
    approved = person(event, "Eva Příkladná")
    actions.approve(event.pk, [approved.pk])


def _offers(cast: Cast, event: Event) -> None:
    actions.change_capacity(event.pk, 6)
    holders = [person(event, f"Marie Názorná {number}") for number in range(6)]
    line = [person(event, "Jiří Ukázkový", language=language) for language in ("cs", "en") * 4]
    for holder in holders:
        actions.cancel_registration(holder.pk)
    for row in line:
        row.refresh_from_db()
    for row in line[:2]:
        actions.decline_offer(row.pk, via="link")
    late = Registration.objects.filter(pk__in=[row.pk for row in line[2:4]])
    late.update(offered_until=timezone.now() - timedelta(minutes=1))
    waiting_list.settle_event(event.pk, timezone.now())
    cast.people |= {
        "declined": line[0],
        "expired": line[2],
        "offered-cs": line[4],
        "offered-en": line[5],
    }


def _quotas(event: Event) -> None:
    actions.set_quotas(
        event.pk,
        [
            Quota(scope="each_municipality", limit=2),
            Quota(scope="sectors", sectors=["private", "other"], limit=5),
        ],
    )
    for name in ("Anna Vzorová", "Petr Zkušební"):
        person(event, name)


def _parties(cast: Cast, event: Event) -> None:
    """One with places, and one that waited for all of them and is offered them."""
    waiting = factories.event(
        series=event.series,
        slug="plna-skupina",
        title_cs="Plná skupina",
        title_en="A full party",
        venue=event.venue,
        capacity=6,
        offer_hours=48,
    )
    for language in ("cs", "en"):
        placed = actions.register_party(event.pk, _party(language), factories.submit())
        cast.people["in-party"] = placed.registrations.earliest("pk")
    holders = [person(waiting, f"Marie Názorná {number}") for number in range(4)]
    for language in ("cs", "en"):
        offered = actions.register_party(waiting.pk, _party(language), factories.submit())
        cast.people["offered-party"] = offered.registrations.earliest("pk")
    for holder in holders:
        actions.cancel_registration(holder.pk)


def _party(language: str) -> Party:
    values = {"organisation": "", "sector": "city", "town_id": town("Písek"), **CONTACT}
    people = tuple(
        factories.application(name=name, language=language, **values)
        for name in ("Anna Vzorová", "Jiří Ukázkový", "Lenka Testovací")
    )
    return Party(people=people, is_together=True)


def _handed_over(cast: Cast, event: Event) -> None:
    holder = person(event, "Tomáš Modelový")
    actions.hand_over(holder.pk, Substitute("Lenka Testovací", "lenka@mesto.example", "cs"))
    cast.people["handed-over"] = holder


def _invitations(cast: Cast) -> None:
    """A person, a town that nominates, and somebody it named; one was declined, one is used up."""
    event = factories.event(
        series=Series.objects.get(slug=WORKSHOPS),
        slug="mobilita",
        title_cs="Mobilita",
        title_en="Mobility",
        venue=_hall("Tábor"),
        capacity=12,
        admission=Event.Admission.INVITATION,
        starts_at=timezone.now().replace(hour=8, minute=0) + timedelta(days=50),
    )
    pisek = {"kind": Invitation.Kind.CITY, "town_id": town("Písek"), "places": 4}
    asked = {
        "person": factories.invitation(event=event),
        "city": factories.invitation(event=event, **pisek),
        "declined": factories.invitation(event=event, name="Petr Zkušební"),
        "used": factories.invitation(event=event, name="Eva Příkladná"),
        "series": factories.invitation(series=event.series, name="Jana Krátká"),
    }
    actions.decline_invitation(asked["declined"].pk)
    way_in = factories.submit(via="invitation", invitation_id=asked["used"].pk)
    actions.register(event.pk, factories.application(name="Eva Příkladná"), way_in)
    cast.people["nominated"], *_rest = factories.nominated(
        asked["city"], "jan@mesto.example", "dana@mesto.example"
    )
    cast.invitations |= asked


def _asked(cast: Cast) -> None:
    """Where something must be answered: a nominee who accepts by a form, and two substitutes."""
    event = factories.event(
        series=Series.objects.get(slug=WORKSHOPS),
        slug="energie",
        title_cs="Energie",
        title_en="Energy",
        venue=_hall("Chrudim"),
        capacity=12,
        admission=Event.Admission.INVITATION,
        starts_at=timezone.now().replace(hour=8, minute=0) + timedelta(days=55),
    )
    factories.question(
        "Guláš",
        "Zeleninové rizoto",
        event=event,
        label_cs="Co si dáte k obědu",
        label_en="What will you have for lunch",
        is_required=True,
    )
    firm = factories.invitation(event=event, kind=Invitation.Kind.FIRM, organisation="Firma, a.s.")
    (cast.people["nominated-asked"],) = factories.nominated(firm, "jan@firma.example")
    for language in ("cs", "en"):
        invitation = factories.invitation(event=event)
        way_in = factories.submit(via="invitation", invitation_id=invitation.pk)
        holder = actions.register(event.pk, factories.application(), way_in)
        substitute = Substitute("Lenka Testovací", f"lenka-{language}@mesto.example", language)
        cast.people["answers-missing"] = actions.hand_over(holder.pk, substitute)


def _corrected(event: Event) -> None:
    """Mails alone: a name that the contact corrected, and a party that was known already."""
    for language in ("cs", "en"):
        known = person(event, "Anna Vzorová", language=language, **CONTACT)
        actions.correct_person(known.pk, name="Anna Vzorná", email=known.email, via="link")
        again = factories.application(
            name="Anna Vzorná", email=known.email, language=language, **CONTACT
        )
        party = Party(people=(again,), is_together=True)
        actions.register_party(event.pk, party, factories.submit())


def _questions(event: Event) -> None:
    """A question of each kind; one option is full."""
    areas = factories.question(
        "Doprava",
        "Energetika",
        "e-Governance",
        event=event,
        label_cs="Která oblast vás zajímá",
        label_en="Which area interests you",
        limit=1,
        is_required=True,
    )
    factories.question(
        event=event,
        kind="yes_no",
        label_cs="Přijedete autem",
        label_en="Do you come by car",
        is_required=False,
    )
    taken = areas.options.earliest("pk")
    person(event, "Petr Zkušební", answers=factories.chosen(taken))
