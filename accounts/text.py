"""Typed text made safe and comparable: cleaned before validation, folded before a search."""

import re
import unicodedata

# Bidirectional controls can make a line read as what it is not (Unicode TR 36 §3.3).
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# A byte order mark, which a file's first line brings along; readers drop it or show a box.
_BOM = "\ufeff"
_UNCLEAN = re.compile("[\x00\ud800-\udfff]")


def is_clean(text: str) -> bool:
    """False for what no keyboard types and a database may refuse: NUL and lone surrogates."""
    return _UNCLEAN.search(text) is None


def clean(text: str) -> str:
    """NFC, one line, single spaces, no controls, also of direction, no byte order mark."""
    if not text.isprintable():
        text = "".join(char for char in text if char.isspace() or _is_kept(char))
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is_kept(char: str) -> bool:
    return char not in _BIDI and char != _BOM and unicodedata.category(char) not in {"Cc", "Cs"}


def fold(text: str) -> str:
    """The search key of a text, without marks and case: "Česká Lípa" is "ceska lipa"."""
    base = clean(text)
    # Twice: some signs fall apart into letters that have a case of their own.
    for _pass in range(2):
        base = unicodedata.normalize("NFKD", base.casefold())
    return clean("".join(char for char in base if not unicodedata.combining(char)))


# The prefixes of the paths that carry a secret (architecture.md, Secrets).
_SECRET_PATH = re.compile(r"(/(?:r|b|i|d|calendar|follow)/)[^/\s\"'<>?#]+")


def mask_secrets(text: str) -> str:
    """The text with the secrets of its paths replaced by ***: for logs and for readers."""
    return _SECRET_PATH.sub(r"\1***", text)
