"""The words of each kind of mail, in both languages, as they leave."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.conf import settings as django_settings

from events import actions as event_actions
from notifications import letters
from notifications.announcements import FINAL
from notifications.models import Message
from registrations import actions
from registrations.applications import GivenAnswer, Substitute
from registrations.models import Quota
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2018, 4, 12, 12, 5, tzinfo=UTC)
START = datetime(2018, 4, 24, 7, 0, tzinfo=UTC)
CONTACT = {"contact_name": "Bára Ukázková", "contact_email": "bara@mesto.example"}
ANNA = {"name": "Anna Vzorová", "organisation": "Statutární město Plzeň"}
CYRIL = Substitute(name="Cyril Nový", email="cyril@mesto.example", language="cs")
SECOND = Substitute(name="Dana Nová", email="dana@mesto.example", language="cs")
# Those to followers are read in test_readers.py, a party's in test_parties.py, those about
# invitations in test_invited.py.
OTHERS = {"account", "test", "follow_confirm", "date_set", "party", "took_over"}
OTHERS |= {"invited", "nominated", "links"}
MAIL_KINDS = [kind for kind in Message.Kind.values if kind not in OTHERS]


@pytest.fixture(autouse=True)
def _spring_of_2018():
    with time_machine.travel(NOW, tick=False):
        yield


def plzen(**fields):
    town = factories.municipality(name="Plzeň")
    hall = {"name_cs": "Ukázkový sál", "name_en": "Example hall", "postcode": "301 00"}
    values = {"venue": factories.venue(town=town, **hall), "starts_at": START}
    return factories.event(**values | fields)


def link(registration):
    prefix = "/en" if registration.language == "en" else ""
    return f"http://localhost{prefix}/r/{registration.token}/"


def written(kind, post, **fields):
    """A registration whose last mail is of this kind."""
    settings = {
        **{name: {"admission": "approval"} for name in ("pending", "rejected")},
        **{name: {"offer_hours": 48} for name in ("offered", "offer_expired", "declined")},
    }
    event = plzen(capacity=1, **settings.get(kind, {}))
    is_in_line = kind in {"waiting", "promoted", "offered", "offer_expired", "declined"}
    before = factories.registration(event=event) if is_in_line else None
    registration = factories.registration(event=event, **ANNA | fields)
    post.sweep()
    if event.offer_hours:
        actions.cancel_registration(before.pk)
        post.sweep()
    steps = {
        "promoted": lambda: actions.cancel_registration(before.pk),
        "rejected": lambda: actions.reject(
            event.pk, [registration.pk], reason="Sál je jen pro starosty."
        ),
        "declined": lambda: actions.decline_offer(registration.pk),
        "handed_over": lambda: actions.hand_over(registration.pk, CYRIL),
        "already_registered": lambda: actions.register(
            event.pk, factories.application(email=registration.email), factories.submit()
        ),
        "answers_changed": lambda: actions.change_answers(
            registration.pk, organisation="Město Plzeň", needs={"wheelchair": True}, answers=()
        ),
        "cancelled": lambda: actions.cancel_registration(registration.pk),
        "moved": lambda: event_actions.move_event(event.pk, START + timedelta(days=14)),
        "called_off": lambda: event_actions.cancel_event(event.pk),
        "reinstated": lambda: call_off_and_reinstate(event, post),
    }
    if kind == "reminder":
        post.sweep(START - timedelta(days=1))
    elif kind == "offer_expired":
        post.sweep(NOW + timedelta(days=5))
    elif kind in steps:
        steps[kind]()
        post.sweep()
    registration.refresh_from_db()
    assert post.messages(registration)[-1].kind == kind
    return registration


def call_off_and_reinstate(event, post):
    event_actions.cancel_event(event.pk)
    post.sweep()
    event_actions.reinstate_event(event.pk)


SUBJECTS = {
    "confirmed": (
        "Máte místo: Jihozápad, Plzeň, úterý 24. dubna 2018",
        "You have a place: Jihozápad, Plzeň, Tuesday 24 April 2018",
    ),
    "waiting": (
        "Čekací listina, 1. v pořadí: Jihozápad, Plzeň",
        "Waiting list, number 1: Jihozápad, Plzeň",
    ),
    "pending": (
        "Přihlášku posuzujeme: Jihozápad, Plzeň",
        "We are reviewing your application: Jihozápad, Plzeň",
    ),
    "rejected": (
        "Přihlášku jsme nepřijali: Jihozápad, Plzeň",
        "Not accepted: Jihozápad, Plzeň",
    ),
    # 48 hours after Thursday 12 April, 14:05, is a Saturday.
    "offered": (
        "Potvrďte místo do 16. dubna 2018, 10:00: Jihozápad, Plzeň",
        "Take your place by 16 April 2018, 10:00: Jihozápad, Plzeň",
    ),
    "offer_expired": (
        "Nabídka místa propadla: Jihozápad, Plzeň",
        "The offer has expired: Jihozápad, Plzeň",
    ),
    "handed_over": ("Místo předáno: Jihozápad, Plzeň", "Place handed over: Jihozápad, Plzeň"),
    "declined": (
        "Nabídnuté místo přenecháno: Jihozápad, Plzeň",
        "The offered place is passed on: Jihozápad, Plzeň",
    ),
    "promoted": (
        "Uvolnilo se místo a máte ho: Jihozápad, Plzeň",
        "A place came free and is yours: Jihozápad, Plzeň",
    ),
    "already_registered": (
        "Už jste přihlášeni: Jihozápad, Plzeň",
        "You are already registered: Jihozápad, Plzeň",
    ),
    "answers_changed": ("Odpovědi změněny: Jihozápad, Plzeň", "Answers changed: Jihozápad, Plzeň"),
    "cancelled": ("Účast zrušena: Jihozápad, Plzeň", "Attendance cancelled: Jihozápad, Plzeň"),
    "moved": (
        "Přesunuto na 8. května 2018: Jihozápad, Plzeň",
        "Moved to 8 May 2018: Jihozápad, Plzeň",
    ),
    "called_off": ("Nekoná se: Jihozápad, Plzeň", "Called off: Jihozápad, Plzeň"),
    "reinstated": ("Koná se: Jihozápad, Plzeň", "It takes place: Jihozápad, Plzeň"),
    "reminder": ("Zítra v 9:00: Jihozápad, Plzeň", "Tomorrow at 9:00: Jihozápad, Plzeň"),
}


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize("kind", MAIL_KINDS)
def test_each_kind_has_its_subject(kind, language, post):
    registration = written(kind, post, language=language)

    assert str(post.last(registration)["Subject"]) == SUBJECTS[kind][language == "en"]


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize("kind", MAIL_KINDS)
def test_each_kind_says_day_time_and_link_in_text_and_html(kind, language, post):
    registration = written(kind, post, language=language)
    moved = kind == "moved"
    day = {"cs": "úterý 24. dubna 2018", "en": "Tuesday 24 April 2018"}[language]
    new = {"cs": "úterý 8. května 2018", "en": "Tuesday 8 May 2018"}[language]

    text, html = post.text(registration), words_of(post.html(registration))

    for expected in [f"{day}, 9:00–15:00", *([f"{new}, 9:00–15:00"] if moved else [])]:
        assert expected in text
        assert expected in html
    assert link(registration) in text.split()
    assert f'href="{link(registration)}"' in post.html(registration)


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize("kind", MAIL_KINDS)
def test_text_is_plain_and_narrow(kind, language, post):
    registration = written(kind, post, language=language, **CONTACT)

    whole = post.text(registration) + post.foot(registration)

    assert max(len(line) for line in whole.splitlines()) < 73
    assert not set("\u00a0\u2060<>&") & set(whole)
    assert "\n\n\n" not in whole
    assert not re.search(r"[{}]|None", whole)


@pytest.mark.parametrize("kind", MAIL_KINDS)
def test_html_is_whole_small_and_loads_nothing(kind, post):
    registration = written(kind, post, **CONTACT)
    html = post.html(registration)

    assert html.startswith('<!DOCTYPE html><html lang="cs">')
    assert len(html.encode()) < 100_000
    assert not re.search(r"<(img|svg|script|form|link|iframe|input)\b", html)
    assert not re.search(r"url\(|@import|var\(", html)
    assert set(re.findall(r'https?://[^/"\s]+', html)) == {django_settings.BASE_URL}
    assert html.count('class="btn"') == 1
    assert html.count("<h1") == 1
    assert 'role="presentation"' in html
    # Every colour stands in the elements; what is left for the dark stands in one block.
    assert html.count("<style") == 1
    assert "prefers-color-scheme: dark" in html
    assert 'style="' in html


@pytest.mark.parametrize("kind", MAIL_KINDS)
def test_the_foot_says_who_registered_the_person(kind, post):
    registration = written(kind, post, **CONTACT)

    foot = " ".join(post.foot(registration).split())

    assert "přihlášku za vás poslala kontaktní osoba: Bára Ukázková, bara@mesto.example." in foot
    assert "Odpovědí na tento e-mail napíšete pořadatelům." in foot
    assert ("Zrušíte to na stránce registrace" in foot) == (kind not in FINAL | {"called_off"})


def test_the_foot_of_those_who_registered_themselves(post):
    registration = factories.registration(event=plzen(), **ANNA)
    post.sweep()

    assert post.foot(registration) == (
        "Píšeme vám, protože byla přihlášená tato adresa: Anna Vzorová,\n"
        "Statutární město Plzeň. Je to omyl? Zrušíte to na stránce registrace.\n"
        "Odpovědí na tento e-mail napíšete pořadatelům.\n"
        "Komora statutárních měst\n"
    )


def test_the_foot_of_those_whom_organisers_registered(post):
    submit = actions.Submit.at_the_desk(None)
    registration = actions.register(plzen().pk, factories.application(**ANNA), submit)
    post.sweep()

    assert "vás zapsali pořadatelé: Anna" in post.foot(registration)


def test_the_confirmation_reads_as_the_mock_does(post):
    registration = factories.registration(event=plzen(), **ANNA, **CONTACT)
    post.sweep()

    assert post.text(registration) == (
        "Dobrý den,\n"
        "\n"
        "počítáme s vámi na setkání Smart Regiony 2018, Jihozápad: Plzeň.\n"
        "\n"
        "Kdy:  úterý 24. dubna 2018, 9:00–15:00\n"
        "Kde:  Ukázkový sál, Náměstí 1, Plzeň\n"
        "Kdo:  Anna Vzorová, Statutární město Plzeň\n"
        f"Kód:  {registration.reference}\n"
        "\n"
        "QR kód pro vstup a zrušení účasti:\n"
        f"{link(registration)}\n"
        "\n"
        "Pozvánka do kalendáře je v příloze. Když se setkání posune, pošleme\n"
        "novou a kalendář se upraví.\n"
    )


def test_the_move_shows_the_old_date_and_the_new(post):
    registration = written("moved", post, **CONTACT)

    assert post.text(registration) == (
        "Dobrý den,\n"
        "\n"
        "setkání Smart Regiony 2018, Jihozápad: Plzeň, má nový termín. Vaše místo\n"
        "platí dál, nic nemusíte dělat.\n"
        "\n"
        "Dříve:  úterý 24. dubna 2018, 9:00–15:00\n"
        "Nově:   úterý 8. května 2018, 9:00–15:00\n"
        "Kde:    Ukázkový sál, Náměstí 1, Plzeň (beze změny)\n"
        f"Kód:    {registration.reference}\n"
        "\n"
        "Kalendář se upraví, jakmile přijme přiloženou pozvánku.\n"
        "\n"
        "Nehodí se vám to? Zrušte účast na stránce registrace:\n"
        f"{link(registration)}\n"
    )
    html = post.html(registration)
    assert re.findall(r"<del[^>]*>(.*?)</del>", html) == [
        "úterý 24.&nbsp;dubna 2018, 9:00\u2060–\u206015:00"
    ]


def test_two_moves_show_the_date_the_reader_knew(post):
    event = plzen()
    registration = factories.registration(event=event)
    post.sweep()
    event_actions.move_event(event.pk, START + timedelta(days=7))
    event_actions.move_event(event.pk, START + timedelta(days=14))

    post.sweep()

    assert "Dříve:  úterý 24. dubna 2018" in post.text(registration)
    assert "Nově:   úterý 8. května 2018" in post.text(registration)


def test_another_hall_alone_is_said_so_and_the_day_stands_there_too(post):
    event = plzen()
    registration = factories.registration(event=event)
    post.sweep()
    hall = factories.venue(town=event.venue.town, name_cs="Jiný sál", street="Nová 2")
    event_actions.move_event(event.pk, START, venue=hall)

    post.sweep()

    assert str(post.last(registration)["Subject"]) == "Jiné místo konání: Jihozápad, Plzeň"
    assert (
        "Dříve:  Ukázkový sál, Náměstí 1, Plzeň\n"
        "Nově:   Jiný sál, Nová 2, Plzeň\n"
        "Kdy:    úterý 24. dubna 2018, 9:00–15:00 (beze změny)\n"
    ) in post.text(registration)


def test_another_hour_of_the_same_day_is_in_the_subject(post):
    event = plzen()
    registration = factories.registration(event=event)
    post.sweep()
    event_actions.move_event(event.pk, START + timedelta(hours=1))

    post.sweep()

    subject = "Přesunuto na 24. dubna 2018, 10:00: Jihozápad, Plzeň"
    assert str(post.last(registration)["Subject"]) == subject


def test_another_title_is_told_in_the_readers_language_only(post):
    event = plzen()
    czech = factories.registration(event=event)
    english = factories.registration(event=event, language="en")
    post.sweep()
    event_actions.retitle_event(event.pk, "Jihozápad", "South-West")

    post.sweep()

    assert post.states(czech)[-1] == ("moved", "void: unchanged")
    assert str(post.last(english)["Subject"]) == "Another title: South-West, Plzeň"
    assert "Before:  Jihozápad\nNow:     South-West\n" in post.text(english)


def test_a_move_after_a_calling_off_that_was_taken_back_says_both(post):
    event = plzen()
    registration = factories.registration(event=event)
    post.sweep()
    event_actions.cancel_event(event.pk)
    post.sweep()
    event_actions.reinstate_event(event.pk)
    event_actions.move_event(event.pk, START + timedelta(days=7))

    post.sweep()

    assert "se přece jen koná, s touto změnou" in " ".join(post.text(registration).split())


def test_a_calling_off_names_the_date_the_reader_knew(post):
    event = plzen()
    registration = factories.registration(event=event)
    post.sweep()
    event_actions.move_event(event.pk, START + timedelta(days=7))
    event_actions.cancel_event(event.pk)

    post.sweep()

    assert "Kdy:  úterý 24. dubna 2018, 9:00–15:00\n" in post.text(registration)


def test_a_reinstatement_shows_what_moved_meanwhile(post):
    event = plzen()
    registration = factories.registration(event=event)
    post.sweep()
    event_actions.cancel_event(event.pk)
    event_actions.move_event(event.pk, START + timedelta(days=7))
    event_actions.reinstate_event(event.pk)

    post.sweep()

    assert (
        "Dříve:  úterý 24. dubna 2018, 9:00–15:00\nNově:   úterý 1. května 2018, 9:00–15:00\n"
    ) in post.text(registration)


def test_a_position_says_when_it_was_counted(post):
    registration = written("waiting", post)

    assert "Pořadí:  1. (stav 12. dubna 2018, 14:05)\n" in post.text(registration)
    assert "Místa takto přidělujeme do 23. dubna 2018, 15:00." in post.text(registration)


def test_the_next_in_line_is_promised_a_place_only_while_that_is_so(post):
    event = plzen(capacity=1)
    registration = factories.registration(event=event)
    factories.registration(event=event)
    post.sweep()
    promise = "Místo hned dostane další v pořadí."

    post.sweep(START - timedelta(days=7))
    assert promise in " ".join(post.text(registration).split())

    # Eighteen hours before the start promotion ends.
    post.sweep(START - timedelta(hours=17))
    assert promise not in " ".join(post.text(registration).split())


@pytest.mark.parametrize(
    ("before", "subject"),
    [
        (timedelta(days=7), "Za týden: Jihozápad, Plzeň"),
        (timedelta(days=6, hours=1), "Za 6 dní: Jihozápad, Plzeň"),
        (timedelta(days=1), "Zítra v 9:00: Jihozápad, Plzeň"),
        (timedelta(hours=2), "Dnes v 9:00: Jihozápad, Plzeň"),
    ],
)
def test_the_words_of_a_reminder_come_from_the_moment_of_sending(before, subject, post):
    registration = factories.registration(event=plzen())

    post.sweep(START - before)

    assert str(post.last(registration)["Subject"]) == subject


def test_czech_says_ve_before_some_hours(post):
    event = plzen(starts_at=START + timedelta(hours=5))
    registration = factories.registration(event=event)

    post.sweep(START - timedelta(days=1))

    assert str(post.last(registration)["Subject"]) == "Zítra ve 14:00: Jihozápad, Plzeň"


@pytest.mark.parametrize("kind", MAIL_KINDS)
def test_behind_a_closed_door_subject_and_preview_name_the_series_alone(kind, post, monkeypatch):
    series = factories.series(
        title_cs="Smart Cities Pitch", is_closed_door=True, kind="workshop", reference_code="SCP"
    )
    make = factories.event
    monkeypatch.setattr(
        factories,
        "event",
        lambda **fields: make(**fields | {"title_cs": "Doprava", "series": series}),
    )
    registration = written(kind, post)

    subject = str(post.last(registration)["Subject"])
    preview = re.search(r'(?s)class="preheader"[^>]*>(.*?)</span>', post.html(registration))

    assert subject.endswith("Smart Cities Pitch")
    for word in ("Doprava", "Plzeň", "sál"):
        assert word not in subject
        assert word not in preview[1]


@pytest.mark.parametrize(
    "kind", ["confirmed", "waiting", "promoted", "cancelled", "moved", "called_off", "reinstated"]
)
def test_the_contact_reads_a_summary_that_names_their_own_party(kind, post):
    registration = written(kind, post, **CONTACT)
    summary = post.last(registration, to_contact=True)

    assert post.messages(registration, to_contact=True)[-1].kind == kind
    assert [part.get_content_type() for part in summary.walk()] == [
        "multipart/alternative", "text/plain", "text/html"
    ]  # fmt: skip
    assert str(summary["To"]) == "Bára Ukázková <bara@mesto.example>"
    assert "Anna Vzorová" in post.text(registration, to_contact=True) + post.foot(
        registration, to_contact=True
    )
    assert "jste tohoto člověka přihlásili: Anna" in " ".join(
        post.foot(registration, to_contact=True).split()
    )
    for addressed in ("počítáme s vámi", "Máte místo", "je vaše", "Vaše místo"):
        assert addressed not in post.text(registration, to_contact=True)


def test_a_contact_is_never_reminded(post):
    registration = written("reminder", post, **CONTACT)

    assert [row.kind for row in post.messages(registration, to_contact=True)] == ["confirmed"]


def test_nobody_reads_of_anybody_else(post):
    event = plzen(capacity=2)
    others = [factories.registration(event=event, name="Cizí Člověk") for _n in range(2)]
    registration = factories.registration(event=event, **ANNA)
    post.sweep()

    whole = bytes(post.messages(registration)[-1].raw)

    for other in others:
        assert other.token.encode() not in whole
        assert other.reference.encode() not in whole
    assert "Cizí" not in post.text(registration) + post.html(registration)


def test_a_transfer_never_shows_the_new_address(post):
    old = factories.registration(event=plzen(), **ANNA)
    post.sweep()
    new = actions.correct_address(old.pk, "nova@mesto.example")

    post.sweep()

    assert str(post.last(old)["Subject"]) == "Registrace přešla na jinou adresu: Jihozápad, Plzeň"
    whole = post.text(old) + post.foot(old) + post.html(old) + str(post.last(old))
    assert "nova@" not in whole
    assert new.token not in whole


def test_what_people_typed_is_text_and_never_markup(post):
    nasty = '<b>Anna</b> & "spol." {{ link }}'
    registration = factories.registration(event=plzen(), name=nasty, organisation=nasty)

    post.sweep()

    assert f"Kdo:  {nasty}, " in post.text(registration)
    assert "<b>Anna" not in post.html(registration)
    assert "&lt;b&gt;Anna&lt;/b&gt; &amp;" in post.html(registration)
    assert "{{ link }}" in post.html(registration)


def test_long_values_hang_under_their_label():
    text = letters.wrapped("Kde:  " + "Velmi dlouhý název " * 5 + "\n\n\n\nhttps://" + "a" * 90)

    first, second, empty, address = text.splitlines()
    assert first == "Kde:  Velmi dlouhý název Velmi dlouhý název Velmi dlouhý název Velmi"
    assert second == "      dlouhý název Velmi dlouhý název"
    assert (empty, address) == ("", "https://" + "a" * 90)


class _Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_data(self, data):
        self.found.append(data)


def words_of(html):
    reader = _Words()
    reader.feed(html)
    text = " ".join("".join(reader.found).split())
    return text.replace("\u00a0", " ").replace("\u2060", "")


def losing(post, *, offer_hours=None, **fields):
    """Somebody who waited for a place and lost the option that they had chosen."""
    event = plzen(capacity=2, offer_hours=offer_hours)
    (goulash,) = factories.question("Guláš", event=event, limit=1).options.all()
    factories.fill(event)
    waits = [
        factories.registration(event=event, answers=factories.chosen(goulash), **fields)
        for _n in range(2)
    ]
    actions.change_capacity(event.pk, 4)
    post.sweep()
    return waits


@pytest.mark.parametrize(("offer_hours", "kind"), [(None, "promoted"), (48, "offered")])
def test_who_lost_an_option_reads_it_with_a_link_to_another(offer_hours, kind, post):
    kept, lost = losing(post, offer_hours=offer_hours)

    assert [post.messages(row)[-1].kind for row in (kept, lost)] == [kind, kind]
    assert "mezitím obsazeno" not in post.text(kept) + post.html(kept)
    assert "Vybráno, ale mezitím obsazeno: Guláš." in " ".join(post.text(lost).split())
    assert f"http://localhost/r/{lost.token}/answers/" in post.text(lost).split()
    assert f'href="http://localhost/r/{lost.token}/answers/"' in post.html(lost)


def test_past_the_deadline_of_answers_a_lost_option_leads_to_the_organisers(post):
    with time_machine.travel(START - timedelta(hours=40), tick=False):
        _kept, lost = losing(post)

        assert "Vybráno, ale mezitím obsazeno: Guláš." in " ".join(post.text(lost).split())
        assert "/answers/" not in post.text(lost) + post.html(lost)


def test_changed_answers_are_told_as_they_stand(post):
    event = plzen()
    areas = factories.question("Doprava", "Voda", event=event, kind="several")
    own = factories.registration(event=event, **ANNA)
    actions.change_answers(
        own.pk,
        organisation=ANNA["organisation"],
        needs={"wheelchair": True},
        answers=factories.chosen(*areas.options.order_by("position")),
    )
    post.sweep()

    text = post.text(own)

    assert re.search(r"^Oblast: +Doprava, Voda$", text, re.MULTILINE)
    assert re.search(r"^Potřeby: +bezbariérový přístup$", text, re.MULTILINE)
    assert post.messages(own)[-1].calendar_method == ""


def test_a_long_question_moves_no_other_line_and_stays_narrow(post):
    own = factories.registration(event=plzen(), **ANNA)
    words = "Kterou z těchto exkurzí byste po skončení setkání chtěli navštívit a s kým?"
    question = factories.question(event=own.event, label_cs=words)
    said = (GivenAnswer(question.pk, "Čistírnu odpadních vod, se dvěma kolegyněmi z úřadu"),)
    actions.change_answers(own.pk, organisation=ANNA["organisation"], needs={}, answers=said)
    post.sweep()

    text = post.text(own)

    assert max(len(line) for line in text.splitlines()) < 73
    assert f"{words} {said[0].value}" in " ".join(text.split())
    assert re.search(r"^Kdo: {2,8}Anna Vzorová", text, re.MULTILINE)


def test_a_handed_over_place_is_cancelled_to_the_one_and_invited_to_the_other(post):
    holder = factories.registration(event=plzen(), **ANNA)
    post.sweep()

    new = actions.hand_over(holder.pk, CYRIL)
    post.sweep()

    (_confirmed, _request, asked), (kind, method, sequence) = post.calendar(holder)
    assert (kind, method, sequence > asked) == ("handed_over", "CANCEL", True)
    assert [row[:2] for row in post.calendar(new)] == [("took_over", "REQUEST")]
    assert new.uid != holder.uid
    subject = str(post.last(new)["Subject"])
    assert subject == "Máte místo: Jihozápad, Plzeň, úterý 24. dubna 2018"
    text = " ".join(post.text(new).split())
    assert "místo po někom z vaší organizace jste převzali vy" in text
    # Nobody is named but the reader (calendar.md §4).
    assert holder.name not in text + post.foot(new)
    assert "předal místo: Cyril Nový" in " ".join(post.foot(new).split())


def test_the_contact_reads_once_that_somebody_else_comes(post):
    holder = factories.registration(event=plzen(), **ANNA, **CONTACT)
    post.sweep()

    new = actions.hand_over(holder.pk, CYRIL)
    post.sweep()

    assert [row.kind for row in post.messages(holder, to_contact=True)] == ["confirmed"]
    assert [row.kind for row in post.messages(new, to_contact=True)] == ["took_over"]


def test_the_foot_of_a_substitute_stays_true_with_another_address_and_for_the_contact(post):
    holder = factories.registration(event=plzen(), **ANNA, **CONTACT)
    new = actions.hand_over(holder.pk, CYRIL)
    corrected = actions.correct_address(new.pk, "nova@mesto.example")
    post.sweep()

    assert "předal místo: Cyril Nový" in " ".join(post.foot(corrected).split())
    foot = " ".join(post.foot(corrected, to_contact=True).split())
    assert "jste kontaktní osobou této registrace: Cyril Nový" in foot


EMAIL = "anna.vzorova@mesto.example"


@pytest.fixture
def one_each():
    """Two sessions of a series of which people come to one only."""
    series = factories.series()
    events = [
        factories.event(series=series, title_cs=name, capacity=1) for name in ("Voda", "Teplo")
    ]
    actions.set_series_limits(series.pk, [Quota(scope="each_person", limit=1)])
    return events


def test_who_asks_for_another_session_reads_where_the_place_is(post, one_each):
    held = factories.registration(event=one_each[0], email=EMAIL, **ANNA)
    factories.registration(event=one_each[1], email=EMAIL, **ANNA)
    post.sweep()

    assert [kind for kind, _state in post.states(held)] == ["confirmed", "already_registered"]
    told = " ".join(post.text(held).split())
    assert "přihlášku jinam: Teplo, " in told
    assert "místo je tady: Smart Regiony 2018, Voda" in told
    assert "Teplo" in post.html(held)


def test_the_mail_about_a_place_says_which_waiting_ends(post, one_each):
    factories.fill(one_each[0])
    waiting = factories.registration(event=one_each[0], email=EMAIL, **ANNA)
    post.sweep()
    held = factories.registration(event=one_each[1], email=EMAIL, **ANNA)
    post.sweep()

    assert [kind for kind, _state in post.states(waiting)] == ["waiting"]
    assert "proto toto čekání končí: Voda, " in " ".join(post.text(held).split())
    assert "proto toto čekání končí" in post.html(held)


def test_a_substitute_reads_by_when_to_answer_and_nobody_else_does(post):
    holder = factories.registration(event=plzen(), **ANNA, **CONTACT)
    asked = factories.question("Guláš", event=holder.event, is_required=True)
    new = actions.hand_over(holder.pk, CYRIL)
    post.sweep()

    link = f"http://localhost/r/{new.token}/answers/"
    assert "Pořadatelé potřebují vaše odpovědi do 22. dubna 2018, 9:00." in post.text(new)
    assert link in post.text(new).split()
    assert f'href="{link}"' in post.html(new)
    assert "/answers/" not in post.text(new, to_contact=True)
    said = factories.chosen(asked.options.get())
    actions.change_answers(new.pk, organisation="Firma", needs={}, answers=said)
    other = actions.hand_over(factories.registration(event=holder.event).pk, SECOND)
    asked.options.update(limit=1)
    post.sweep()
    # What is full cannot be asked of anybody.
    assert "/answers/" not in post.text(other)
