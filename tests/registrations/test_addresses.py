import pytest
from django.core.exceptions import ValidationError

from registrations.addresses import clean_address, likely_meant


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Anna.Vzorova@Mesto.EXAMPLE ", "anna.vzorova@mesto.example"),
        ("anna@obec-žďár.cz", "anna@xn--obec-r-tta18ai7a.cz"),
    ],
)
def test_clean_address_makes_addresses_comparable(typed, stored):
    assert clean_address(typed) == stored
    assert clean_address(stored) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "anna", "anna@", "@mesto.cz", "žofie@mesto.cz", "anna@mesto", "a b@mesto.cz",
     "anna@-.cz", "anna@" + "m" * 64 + ".cz", "anna@mesto..cz", "İ@mesto.cz"],
)  # fmt: skip
def test_clean_address_refuses_what_cannot_be_mailed_to(typed):
    with pytest.raises(ValidationError):
        clean_address(typed)


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("jana@gmial.com", "jana@gmail.com"),
        ("jana@seznma.cz", "jana@seznam.cz"),
        ("jana@seznam.cz", ""),
        ("jana@mesto-kolin.cz", ""),
        ("jana@plzen.eu", ""),
    ],
)
def test_likely_meant_asks_about_typos_only(address, meant):
    assert likely_meant(address) == meant
