"""The pages about invitations: each with the same litany."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone, translation
from openpyxl import Workbook

from accounts.models import User
from desk.invitation_forms import LARGEST_FILE
from events import actions as event_actions
from events import dates
from events.models import Event
from registrations import actions
from registrations.models import Invitation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    factories.municipality(name="Kolín")
    return factories.closed_event(capacity=2)


@pytest.fixture
def own(event: Event) -> Invitation:
    return factories.invitation(event=event)


def until(days: int = 10) -> dict[str, str]:
    moment = dates.in_prague(timezone.now() + timedelta(days=days))
    return {"expires_at_0": f"{moment:%Y-%m-%d}", "expires_at_1": "12:00"}


def of_event(event: Event, end: str) -> str:
    return f"/admin/events/event/{event.pk}/{end}/"


def of_series(event: Event, end: str) -> str:
    return f"/admin/events/series/{event.series.pk}/{end}/"


def of_invitation(invitation: Invitation, end: str = "change") -> str:
    return f"/admin/registrations/invitation/{invitation.pk}/{end}/"


def person(**fields: str) -> dict[str, str]:
    values = {"kind": "person", "name": "Petr Hostinný", "email": "petr@mesto.example"}
    return values | {"places": "1", "language": "cs"} | until() | fields


def led(answer: HttpResponseBase) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


def problems(answer: Any) -> dict[str, list[str]]:
    with translation.override("en"):
        errors = answer.context["form"].errors
        return {name: [str(error) for error in found] for name, found in errors.items()}


def kinds(invitation: Invitation) -> list[tuple[str, int | None]]:
    return list(invitation.changes.order_by("pk").values_list("kind", "actor_id"))


def test_invite_shows_one_mail_and_then_invites(
    desk: Client, organiser: User, event: Event
) -> None:
    page = of_event(event, "invite")
    assert "Invite" in desk.get(page).content.decode()

    asked: Any = desk.post(page, person())
    assert (asked.status_code, asked.context["preview"].mails) == (200, 1)
    assert Invitation.objects.count() == 0

    answer = desk.post(page, person(confirmed="yes"))
    changelist = f"/admin/registrations/invitation/?event__id__exact={event.pk}"
    assert led(answer) == (302, changelist)
    assert kinds(Invitation.objects.get()) == [("invited", organiser.pk)]
    again = desk.post(page, person(confirmed="yes"))
    assert problems(again) == {"__all__": ["This address is invited already."]}


def test_invite_a_town_or_a_company_needs_its_name(desk: Client, event: Event) -> None:
    page = of_event(event, "invite")
    assert problems(desk.post(page, person(kind="city"))) == {"town": ["Say who nominates."]}
    assert problems(desk.post(page, person(kind="firm"))) == {
        "organisation": ["Say who nominates."]
    }
    desk.post(page, person(kind="city", town="Kolín", places="3", confirmed="yes"))
    assert str(Invitation.objects.get()) == "Kolín, Petr Hostinný"


def test_invite_refuses_an_expiry_that_is_past(desk: Client, event: Event) -> None:
    answer = desk.post(of_event(event, "invite"), person(**until(-1)))
    assert problems(answer) == {"__all__": ["The invitation would have expired already."]}


def test_invite_to_series_invites_to_each_session(desk: Client, event: Event) -> None:
    page = of_series(event, "invite")
    assert desk.get(page).status_code == 200
    desk.post(page, person(confirmed="yes"))
    invitation = Invitation.objects.get()
    assert (invitation.event, invitation.series) == (None, event.series)


@pytest.mark.parametrize("target", [of_event, of_series])
def test_import_invitations_of_a_file_runs_dry_first_and_twice_is_once(
    desk: Client, event: Event, target: Any
) -> None:
    page = target(event, "invite-list")
    content = "jméno;e-mail\nŽofie;zofie@mesto.example\nJan;jan@mesto.example\n".encode("cp1250")
    upload = SimpleUploadedFile("hosté.csv", content, content_type="text/csv")
    assert 'enctype="multipart/form-data"' in desk.get(page).content.decode()

    asked: Any = desk.post(page, {"file": upload, "text": ""} | until())
    assert (asked.status_code, asked.context["preview"].mails) == (200, 2)
    assert Invitation.objects.count() == 0
    kept = asked.context["form"]["text"].value()
    assert "Žofie" in kept

    desk.post(page, {"text": kept, "confirmed": "yes"} | until())
    assert set(Invitation.objects.values_list("name", flat=True)) == {"Žofie", "Jan"}
    again: Any = desk.post(page, {"text": kept} | until())
    assert again.context["preview"].mails == 0
    desk.post(page, {"text": kept, "confirmed": "yes"} | until())
    assert Invitation.objects.count() == 2


def test_import_invitations_names_the_rows_and_invites_nobody(desk: Client, event: Event) -> None:
    page = of_event(event, "invite-list")
    text = "name;email\nAnna;anna@mesto.example\nBez adresy;\n"
    answer = desk.post(page, {"text": text, "confirmed": "yes"} | until())
    assert problems(answer) == {"__all__": ["Row 3: No e-mail address: "]}
    assert Invitation.objects.count() == 0
    assert problems(desk.post(page, until())) == {"text": ["Choose a file, or paste the rows."]}


def test_send_invitation_again_prolongs_it(desk: Client, organiser: User, own: Invitation) -> None:
    page = of_invitation(own, "again")
    assert desk.get(page).status_code == 200
    answer = desk.post(page, until(20) | {"confirmed": "yes"})
    assert led(answer) == (302, of_invitation(own))
    assert kinds(own)[-1] == ("sent_again", organiser.pk)


def test_revoke_invitation_shows_the_nominations_that_end(
    desk: Client, organiser: User, event: Event
) -> None:
    firm = factories.invitation(event=event, kind="firm", organisation="Firma", places=2)
    factories.nominated(firm, "jan@firma.example", "eva@firma.example")
    page = of_invitation(firm, "revoke")

    asked: Any = desk.post(page, {"note": ""})
    assert "ends 2 nominations" in asked.content.decode()
    assert led(desk.post(page, {"note": "", "confirmed": "yes"})) == (302, of_invitation(firm))
    assert kinds(firm)[-1] == ("revoked", organiser.pk)
    assert desk.post(page, {"note": "", "confirmed": "yes"}).status_code == 422


@pytest.mark.parametrize("target", [of_event, of_series])
def test_remind_invited_writes_to_who_has_not_answered(
    desk: Client, event: Event, target: Any
) -> None:
    to = {"event": event} if target is of_event else {"series": event.series}
    invitation = factories.invitation(**to)
    page = target(event, "change")
    # Just written to: nobody is to be reminded yet.
    assert "Remind 1 person who has not answered" not in desk.get(page).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        desk.force_login(factories.organiser(language="en"))
        assert "Remind 1 person who has not answered" in desk.get(page).content.decode()
        answer: Any = desk.post(target(event, "remind-invited"), follow=True)
    assert "1 person is reminded." in answer.content.decode()
    assert [kind for kind, _actor in kinds(invitation)] == ["invited", "reminded"]


def test_remind_invited_to_a_called_off_session_writes_nothing(desk: Client, event: Event) -> None:
    invitation = factories.invitation(event=event)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        desk.force_login(factories.organiser(language="en"))
        event_actions.cancel_event(event.pk)
        answer: Any = desk.post(of_event(event, "remind-invited"), follow=True)
    assert "The session is called off." in answer.content.decode()
    assert [kind for kind, _actor in kinds(invitation)] == ["invited"]


def test_import_invitations_of_a_file_too_large_comes_back(desk: Client, event: Event) -> None:
    file = SimpleUploadedFile("lide.csv", b"x" * (LARGEST_FILE + 1))
    answer = desk.post(of_event(event, "invite-list"), {"file": file} | until())
    assert answer.status_code == 422
    assert "file" in problems(answer)


def test_import_invitations_takes_the_longest_list_in_both_steps(
    desk: Client, event: Event
) -> None:
    row = "Jiří Žluťoučký Úpějící Kůň;kun{}@mesto.example\n"
    rows = "jméno;e-mail\n" + "".join(map(row.format, range(1_000)))
    file = SimpleUploadedFile("lide.csv", rows.encode())
    page = of_event(event, "invite-list")
    answer: Any = desk.post(page, {"file": file} | until())
    sent = {"text": answer.context["form"]["text"].value(), "confirmed": "yes"} | until()
    assert answer.status_code == 200
    assert desk.post(page, sent).status_code == 302
    assert event.invitations.count() == 1_000


def test_pages_of_invitations_are_for_organisers(client: Client, own: Invitation) -> None:
    client.force_login(factories.user())
    for page in (of_invitation(own, "revoke"), of_invitation(own, "again")):
        assert client.post(page, {"confirmed": "yes"}).status_code in {302, 404}
    actions.decline_invitation(own.pk)
    assert kinds(own) == [("invited", None), ("declined", None)]


def test_a_session_becomes_one_by_invitation(desk: Client) -> None:
    event = factories.event()
    page = of_event(event, "admission")
    desk.post(page, {"admission": "invitation", "offer_hours": "", "note": "", "confirmed": "yes"})
    event.refresh_from_db()
    assert event.is_by_invitation
    assert "invite/" in desk.get(of_event(event, "change")).content.decode()


def test_nominees_are_counted_beside_the_places(desk: Client, event: Event) -> None:
    firm = factories.invitation(event=event, kind="firm", organisation="Firma", places=2)
    factories.nominated(firm, "jan@firma.example", "eva@firma.example")
    html = desk.get(of_event(event, "change")).content.decode()
    assert "<dt>confirmed</dt><dd>0</dd>" in html
    assert "<dt>nominated</dt><dd>2</dd>" in html


def test_import_invitations_of_a_workbook_is_kept_as_rows_for_the_second_step(
    desk: Client, event: Event
) -> None:
    book, file = Workbook(), BytesIO()
    for row in (["jméno", "e-mail", "místa"], ["Žofie", "zofie@mesto.example", 2]):
        book.active.append(row)
    book.save(file)
    page = of_event(event, "invite-list")

    sent = SimpleUploadedFile("hosté.xlsx", file.getvalue())
    asked: Any = desk.post(page, {"file": sent, "text": ""} | until())
    kept = asked.context["form"]["text"].value()

    assert (asked.status_code, kept) == (200, "jméno;e-mail;místa\nŽofie;zofie@mesto.example;2")
    desk.post(page, {"text": kept, "confirmed": "yes"} | until())
    assert Invitation.objects.get().places == 2


def test_import_invitations_of_a_broken_workbook_comes_back_with_the_error(
    desk: Client, event: Event
) -> None:
    file = SimpleUploadedFile("hosté.xlsx", b"PK\x03\x04" + b"x" * 99)
    answer = desk.post(of_event(event, "invite-list"), {"file": file} | until())
    assert answer.status_code == 422
    assert problems(answer) == {"file": ["The file cannot be read; save the list as XLSX or CSV."]}
