"""Typed text: what is refused, what is cleaned, what is compared, what is masked."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.text import clean, fold, is_clean, mask_secrets

# Everything a client can send, lone surrogates and controls included.
ANYTHING = st.text(st.characters())


@pytest.mark.parametrize("text", ["", "Žďár", "a\nb", "\u202e", "😀"])
def test_what_a_keyboard_types_is_clean(text: str) -> None:
    assert is_clean(text)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "a\udfff"])
def test_nul_and_lone_surrogates_are_not_clean(text: str) -> None:
    assert not is_clean(text)


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  Anna \t Vzorová \n", "Anna Vzorová"),
        ("Z\u030cd\u030ca\u0301r", "Žďár"),
        ("a\x00b\x7fc\x1fd", "abc d"),
        ("\u202eanna\u202c \u200fb", "anna b"),
        ("a\u00a0b\u2003c", "a b c"),
        ("\ufeffAnna", "Anna"),
        ("a\r\nBcc: b", "a Bcc: b"),
        ("", ""),
    ],
)
def test_text_is_cleaned(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@given(ANYTHING)
@example("0 \x1b\r0")
@example("e\x1b\u0301")
def test_cleaned_text_is_clean_and_stays_so(typed: str) -> None:
    cleaned = clean(typed)
    assert is_clean(cleaned)
    assert clean(cleaned) == cleaned
    assert cleaned == cleaned.strip()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Česká Lípa", "ceska lipa"),
        ("  ČESKÁ   LÍPA ", "ceska lipa"),
        ("Žďár nad Sázavou", "zdar nad sazavou"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("ﬁrma", "firma"),
    ],
)
def test_search_key_has_neither_marks_nor_case(text: str, key: str) -> None:
    assert fold(text) == key


@given(ANYTHING)
def test_search_key_of_a_key_is_the_key(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANYTHING)
def test_search_key_does_not_see_case(text: str) -> None:
    assert fold(text.upper()) == fold(text.upper().lower())


@pytest.mark.parametrize("prefix", ["r", "b", "i", "d", "calendar", "follow"])
def test_secret_of_a_path_is_masked(prefix: str) -> None:
    path = f"https://setkani.example/en/{prefix}/s3cret_Tok-en/"
    assert mask_secrets(f"see {path}.") == f"see https://setkani.example/en/{prefix}/***/."


@pytest.mark.parametrize("text", ["/smart-regiony-2018/praha/", "/admin/", "/r/", "/r", "a/rx/b"])
def test_path_without_a_secret_stays(text: str) -> None:
    assert mask_secrets(text) == text
