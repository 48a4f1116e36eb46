"""What the database holds for the pictures of what people meet seldom: limits reached, doors that
closed, invitations that ended.
"""

from datetime import timedelta

from django.utils import timezone

from benchmarks.scenes import WORKSHOPS, Cast
from benchmarks.way_scenes import CONTACT, person, town
from events.models import Event
from notifications.actions import send_links
from registrations import actions, nominations
from registrations.applications import Party, Substitute
from registrations.models import Invitation
from tests import factories


def rare(cast: Cast) -> None:
    """Built upon the ways in: one more event of their series, and of the closed one."""
    like = Event.objects.with_place().get(series__slug="kulate-stoly", slug="skupiny")
    last = factories.event(
        series=like.series,
        slug="posledni",
        title_cs="Poslední příležitost",
        title_en="The last opportunity",
        venue=like.venue,
        capacity=40,
        starts_at=timezone.now().replace(minute=0) + timedelta(days=20),
    )
    closed = Event.objects.get(series__slug=WORKSHOPS, slug="mobilita")
    for language in ("cs", "en"):
        _write_to(language, last, closed)
    _people(cast, last)
    _invitations(cast, closed)


def _write_to(language: str, event: Event, closed: Event) -> None:
    """What nobody reads twice: answers changed, a place handed over, an invitation, its links."""
    asked = person(event, "Eva Příkladná", language=language)
    actions.change_answers(
        asked.pk, organisation="Písek", needs={"vegetarian": True}, answers=(), via="link"
    )
    holder = person(event, "Petr Zkušební", language=language)
    substitute = Substitute("Jana Krátká", f"jana-{language}@mesto.example", language)
    actions.hand_over(holder.pk, substitute, via="link")
    factories.invitation(event=closed, language=language)
    firm = {"kind": Invitation.Kind.FIRM, "organisation": "Example Works", "language": language}
    invitation = factories.invitation(event=closed, **firm)
    factories.nominated(invitation, f"navrzeni-{language}@dilny.example")
    send_links(closed.series_id, invitation.email, language)


def _people(cast: Cast, event: Event) -> None:
    """Everybody is registered; then the deadlines pass, though not the start."""
    for language in ("cs", "en"):
        cast.people[f"late-{language}"] = person(event, "Marie Názorná", language=language)
    known = person(event, "Lenka Testovací")
    party = _party_with(known.name, known.email)
    booking = actions.register_party(event.pk, party, factories.submit())
    cast.people["known-in-party"] = booking.registrations.earliest("pk")
    left = person(event, "Tomáš Modelový", **CONTACT)
    actions.cancel_party(left.booking_id, via="link")
    cast.people["left-party"] = left
    hours = 24 * 25
    Event.objects.filter(pk=event.pk).update(
        closing_hours=hours, answer_hours=hours, substitution_hours=hours
    )


def _party_with(name: str, email: str) -> Party:
    """Two people, of whom one was registered before."""
    values = {"organisation": "", "sector": "city", "town_id": town("Písek"), **CONTACT}
    new = factories.application(name="Jiří Ukázkový", **values)
    return Party(
        people=(new, factories.application(name=name, email=email, **values)), is_together=False
    )


def _invitations(cast: Cast, event: Event) -> None:
    """To a company; withdrawn; expired, with somebody whom it had nominated."""
    firm = {"kind": Invitation.Kind.FIRM, "organisation": "Ukázkové dílny", "places": 3}
    asked = {
        "firm": factories.invitation(event=event, **firm),
        "revoked": factories.invitation(event=event, name="Petr Zkušební"),
        "expired": factories.invitation(event=event, **firm),
    }
    actions.revoke_invitation(asked["revoked"].pk)
    declining, ending = factories.nominated(
        asked["expired"], "lenka@dilny.example", "tomas@dilny.example"
    )
    actions.decline_nomination(declining.pk, via="link")
    over = timezone.now() - timedelta(minutes=1)
    Invitation.objects.filter(pk=asked["expired"].pk).update(expires_at=over)
    nominations.settle(timezone.now())
    cast.people |= {"nomination-declined": declining, "nomination-ended": ending}
    cast.invitations |= asked
