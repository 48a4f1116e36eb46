import pytest

from registrations import tags


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("VIP, tisk #vip", "tisk vip"),
        ("  řečník;TISK\n", "tisk řečník"),
        ("r\u030cec\u030cni\u0301k", "řečník"),
        ("# , ;", ""),
        ("po-poledni", "po-poledni"),
    ],
)
def test_tags_are_written_in_one_way(typed, stored):
    assert tags.normalised(typed) == stored
    assert tags.normalised(stored) == stored


def test_few_and_short():
    assert not tags.are_too_many("a b c d e f g h i j")
    assert tags.are_too_many("a b c d e f g h i j k")
    assert not tags.have_a_long_one("a" * 30)
    assert tags.have_a_long_one("b " + "a" * 31)
