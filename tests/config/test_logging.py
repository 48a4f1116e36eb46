"""Log lines: one record a line, nothing secret and nobody's address in them."""

import json
import logging
import sys

import pytest

from config.logging import JsonFormatter, MaskSecrets, mask, request_id


def line(message: str, *arguments: object, exc_info: bool = False) -> str:
    """A message as the handlers of the settings write it."""
    record = logging.LogRecord(
        "setkani",
        logging.INFO,
        __file__,
        1,
        message,
        arguments,
        sys.exc_info() if exc_info else None,
    )
    assert MaskSecrets().filter(record)
    return JsonFormatter().format(record)


def test_line_is_one_json_object() -> None:
    written = json.loads(line("%d mails sent", 3))
    assert written.pop("at").endswith("+00:00")
    assert written == {
        "level": "INFO",
        "logger": "setkani",
        "request": "",
        "message": "3 mails sent",
    }


def test_line_carries_the_request() -> None:
    token = request_id.set("0123456789abcdef")
    try:
        assert json.loads(line("seen"))["request"] == "0123456789abcdef"
    finally:
        request_id.reset(token)


@pytest.mark.parametrize("char", ["\n", "\r", "\x1b", "\x85", "\x9b", "\u2028", "\u202e", "\ud800"])
def test_what_ends_a_line_or_drives_a_terminal_is_escaped(char: str) -> None:
    written = line("first%ssecond", char)
    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written)["message"] == f"first{char}second"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Not Found: /r/s3cret-Tok_en/", "Not Found: /r/***/"),
        ("/en/r/s3cret/calendar.ics", "/en/r/***/calendar.ics"),
        ("/b/s3cret/ /i/s3cret/ /d/s3cret/", "/b/***/ /i/***/ /d/***/"),
        ("https://setkani.example/calendar/s3cret.ics", "https://setkani.example/calendar/***"),
        ("/follow/s3cret/", "/follow/***/"),
        ("/smart-regiony-2018/praha/", "/smart-regiony-2018/praha/"),
        ("to anna.nova+x@mesto.example", "to ***@mesto.example"),
        ("to o'hara@mesto.example", "to ***@mesto.example"),
        ("?login=anna%40mesto.example", "?login=***%40mesto.example"),
    ],
)
def test_secrets_and_names_of_addresses_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_row_that_the_database_refused_is_masked() -> None:
    text = "IntegrityError: violates\nDETAIL:  Failing row contains (1, Anna Vzorová, x).\nCONTEXT"
    assert mask(text) == "IntegrityError: violates\nDETAIL: ***\nCONTEXT"


def test_arguments_and_tracebacks_are_masked() -> None:
    try:
        int("/r/s3cret/ of anna@mesto.example")
    except ValueError:
        written = line("failed for %s", "petr@mesto.example", exc_info=True)
    assert "s3cret" not in written
    assert "anna" not in written
    assert "petr" not in written
    assert "'/r/***/ of ***@mesto.example'" in json.loads(written)["exception"]


def test_line_whose_arguments_do_not_fit_stops_nobody() -> None:
    assert json.loads(line("%d of %d", 1))["message"] == "%d of %d (its arguments do not fit)"
