from datetime import UTC, datetime, timedelta

from registrations.nonces import Nonce

NOW = datetime(2018, 4, 1, 12, tzinfo=UTC)


def test_a_nonce_comes_back_as_it_was_signed():
    nonce = Nonce.new(7, NOW)
    assert Nonce.read(nonce.signed(), 7) == nonce


def test_a_nonce_of_another_event_or_a_forged_one_is_none():
    signed = Nonce.new(7, NOW).signed()
    assert Nonce.read(signed, 8) is None
    assert Nonce.read(signed + "x", 7) is None
    assert Nonce.read("", 7) is None


def test_a_nonce_is_too_fast_for_two_seconds_and_never_too_old():
    nonce = Nonce.new(7, NOW)
    assert nonce.is_too_fast(NOW + timedelta(seconds=1.9))
    assert not nonce.is_too_fast(NOW + timedelta(seconds=2))
    assert not nonce.is_too_fast(NOW + timedelta(days=90))
