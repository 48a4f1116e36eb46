"""Tags: short words by which organisers find people again, written in one way."""

from accounts.text import clean

MOST_TAGS = 10
LONGEST_TAG = 30


def normalised(text: str) -> str:
    """Lower-case words once each, in order, with single spaces: "VIP, tisk #vip" is "tisk vip".

    Spaces, commas and semicolons stand between tags; a sign at the beginning of one is dropped.
    """
    words = clean(text.lower()).replace(",", " ").replace(";", " ").split()
    return " ".join(sorted({word.lstrip("#") for word in words} - {""}))


def are_too_many(tags: str) -> bool:
    return len(tags.split()) > MOST_TAGS


def have_a_long_one(tags: str) -> bool:
    return any(len(tag) > LONGEST_TAG for tag in tags.split())
