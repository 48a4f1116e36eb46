from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications import mails

MAIL = mails.Mail(
    to_email="anna@mesto.example",
    to_name="Anna Vzorová",
    subject="Máte místo: Jihozápad, Plzeň, úterý 24. dubna 2018",
    text="Dobrý den,\n\nFrom Plzeň\n.tečka\n",
    html="<p>Žluťoučký kůň</p>\n",
    message_id="<1@setkani.example>",
    sent_at=datetime(2018, 4, 1, 7, 30, tzinfo=UTC),
    reply_to="poradatele@setkani.example",
)
CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:Plzeň\r\nEND:VCALENDAR\r\n".encode()


def read(**fields):
    raw = mails.compose(replace(MAIL, **fields))
    return message_from_bytes(raw, policy=policy.default)


def shape(part):
    """The structure as nested content types."""
    if not part.is_multipart():
        return part.get_content_type()
    return part.get_content_type(), [shape(child) for child in part.iter_parts()]


def test_without_a_calendar_a_mail_is_text_and_html():
    assert shape(read()) == ("multipart/alternative", ["text/plain", "text/html"])


def test_with_a_calendar_it_is_the_third_alternative_and_an_attachment():
    mail = read(calendar=("REQUEST", CALENDAR))

    assert shape(mail) == (
        "multipart/mixed",
        [
            ("multipart/alternative", ["text/plain", "text/html", "text/calendar"]),
            "application/ics",
        ],
    )


def test_the_calendar_part_names_its_method_and_the_attachment_is_the_same_bytes():
    mail = read(calendar=("CANCEL", CALENDAR))
    calendar = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    attachment = next(part for part in mail.walk() if part.get_content_type() == "application/ics")

    assert calendar["Content-Type"] == 'text/calendar; method="CANCEL"; charset="utf-8"'
    assert calendar["Content-Disposition"] is None
    assert calendar.get_payload(decode=True) == CALENDAR
    assert attachment.get_payload(decode=True) == CALENDAR
    assert attachment["Content-Disposition"] == 'attachment; filename="invite.ics"'
    assert attachment.get_filename() == "invite.ics"


def test_every_part_is_seven_bits_with_crlf_and_short_lines():
    raw = mails.compose(replace(MAIL, text="ř" * 500 + "\n", calendar=("REQUEST", CALENDAR)))

    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    for part in message_from_bytes(raw, policy=policy.default).walk():
        assert part["Content-Transfer-Encoding"] in {None, "quoted-printable", "base64"}


def test_the_headers_stand_once_each_and_no_others_do():
    mail = read(references="<0@setkani.example>")

    assert sorted(mail.keys()) == sorted(
        [
            *("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted"),
            *("In-Reply-To", "References", "MIME-Version", "Content-Type"),
        ]
    )
    assert {name: str(mail[name]) for name in mail if name != "Content-Type"} == {
        "From": "Setkání <setkani@setkani.example>",
        "To": "Anna Vzorová <anna@mesto.example>",
        "Subject": MAIL.subject,
        "Date": "Sun, 01 Apr 2018 09:30:00 +0200",
        "Message-ID": "<1@setkani.example>",
        "Reply-To": "poradatele@setkani.example",
        "Auto-Submitted": "auto-generated",
        "In-Reply-To": "<0@setkani.example>",
        "References": "<0@setkani.example>",
        "MIME-Version": "1.0",
    }


def test_mime_version_stands_at_the_root_alone():
    raw = mails.compose(replace(MAIL, calendar=("REQUEST", CALENDAR)))

    assert raw.count(b"MIME-Version") == 1


def test_bodies_come_back_as_they_were():
    mail = read()

    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == MAIL.text
    assert mail.get_body(("html",)).get_content().replace("\r\n", "\n") == MAIL.html


def test_a_line_that_begins_with_from_stays_as_it_is():
    assert b">From" not in mails.compose(MAIL)


@pytest.mark.parametrize(
    "name", ['A: "B" <c@d.example>', "Řehoř, syn\r\nBcc: x@y.example", "", "@"]
)
def test_a_typed_name_stays_a_name(name):
    mail = read(to_name=name)

    (address,) = mail["To"].addresses
    assert address.addr_spec == "anna@mesto.example"
    assert not set('@:"<>\r\n') & set(address.display_name)
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    ("typed", "on_the_wire"),
    [
        ("anna@města.example", "anna@xn--msta-gwa.example"),
        ('"anna b"@mesto.example', '"anna b"@mesto.example'),
        ("a" * 64 + "@" + "b" * 60 + ".example", "a" * 64 + "@" + "b" * 60 + ".example"),
    ],
)
def test_every_address_that_validation_admits_can_be_written_to(typed, on_the_wire):
    assert read(to_email=typed)["To"].addresses[0].addr_spec == on_the_wire


def test_a_subject_is_one_line_and_is_cut_at_150_characters():
    assert mails.checked_subject("Máte\r\nmísto\x00") == "Máte místo"
    assert mails.checked_subject("Ř" * 200) == "Ř" * 149 + "…"
    with pytest.raises(ValueError, match="five"):
        mails.checked_subject("ab")


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=160))
def test_any_text_comes_back_as_subject_name_and_body(text):
    typed = f"Setkání {text}"
    expected = mails.checked_subject(typed)
    mail = read(subject=typed, to_name=text, text=text + "\n", html=f"<p>{expected}</p>\n")

    assert str(mail["Subject"]) == expected
    assert mail["To"].addresses[0].addr_spec == "anna@mesto.example"
    assert mail["Message-ID"] == "<1@setkani.example>"
    assert f"<p>{expected}</p>\r\n" == mail.get_body(("html",)).get_content()


def test_what_nobody_ordered_by_registering_ends_by_one_click():
    # RFC 8058 §3.1
    link = "https://setkani.example/en/follow/" + "a" * 32 + "/"
    raw = mails.compose(replace(MAIL, unsubscribe=link))

    lines = raw.split(b"\r\n")
    assert f"List-Unsubscribe: <{link}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
