"""How many forms one client and one address may send: counted from the bookings (rule 22)."""

import ipaddress
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts import rate_limits
from registrations.models import Booking

# A town hall behind one address registers forty people in a morning.
PER_CLIENT, CLIENT_WINDOW = 60, timedelta(minutes=10)
PER_EMAIL, EMAIL_WINDOW = 5, timedelta(hours=1)
# An organiser takes the lists of a whole roadshow, twice over; nobody needs more.
PER_EXPORTER, EXPORT_WINDOW = 30, timedelta(minutes=10)
# Somebody who copies a link wrongly tries a few times; a robot that guesses tries on.
MISSED_SECRETS, MISS_WINDOW = 30, timedelta(minutes=10)


def client_digest(request: HttpRequest) -> str:
    """A keyed hash of the client's address (IPv6: of its /64 network)."""
    return _digest("client", _network(get_adapter().get_client_ip(request)))


def email_digest(email: str) -> str:
    """A keyed hash of an e-mail address; "" for none."""
    return _digest("email", email) if email else ""


def _digest(purpose: str, value: str) -> str:
    keyed = salted_hmac(f"registrations.limits.{purpose}", value, algorithm="sha256")
    return keyed.hexdigest()[:32]


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def is_exceeded(client: str, email: str, now: datetime) -> bool:
    """Whether this client or this e-mail address has sent too many forms lately; one query.

    The digests are of `client_digest` and `email_digest`, neither of them empty; repeated submits
    of one key count once.
    """
    of_client = Q(client_digest=client, created_at__gt=now - CLIENT_WINDOW)
    of_email = Q(email_digest=email, created_at__gt=now - EMAIL_WINDOW)
    rows = Booking.objects.filter(of_client | of_email)
    # Few rows: who has reached a limit adds none.
    recent = list(rows.values_list("client_digest", "email_digest", "created_at"))
    by_client = sum(one == client and at > now - CLIENT_WINDOW for one, _email, at in recent)
    by_email = sum(one == email for _client, one, _at in recent)
    return by_client >= PER_CLIENT or by_email >= PER_EMAIL


def is_guessing(request: HttpRequest) -> bool:
    """Counts a secret that opened nothing; True once this client has missed too often."""
    client = client_digest(request)
    return rate_limits.is_exceeded(
        "missed-secret", client, limit=MISSED_SECRETS, within=MISS_WINDOW
    )


def is_adding_too_much(request: HttpRequest) -> bool:
    """Counts one more person added to a party; True once this client has added too many."""
    client = client_digest(request)
    return rate_limits.is_exceeded("add-to-party", client, limit=PER_CLIENT, within=CLIENT_WINDOW)


def is_exporting_too_much(request: HttpRequest) -> bool:
    """Counts one more list taken away; True once this account or this client took too many."""
    takers = (f"account-{request.user.pk}", client_digest(request))
    counted = [
        rate_limits.is_exceeded("export", taker, limit=PER_EXPORTER, within=EXPORT_WINDOW)
        for taker in takers
    ]
    return any(counted)


def is_wishing_too_much(request: HttpRequest, email: str) -> bool:
    """Counts one more wish, which leaves no booking; True past the limits of the form."""
    return _is_too_much("wish", request, email)


def is_asking_too_much(request: HttpRequest, email: str) -> bool:
    """Counts one more request for links; True past the limits of the form."""
    return _is_too_much("links", request, email)


def is_handing_over_too_much(request: HttpRequest, email: str) -> bool:
    """Counts one more place passed to this address, if any; True past the limits of the form."""
    return _is_too_much("hand-over", request, email)


def _is_too_much(purpose: str, request: HttpRequest, email: str) -> bool:
    takers = [(client_digest(request), PER_CLIENT, CLIENT_WINDOW)]
    if email:
        takers.append((email_digest(email), PER_EMAIL, EMAIL_WINDOW))
    counted = [
        rate_limits.is_exceeded(purpose, who, limit=limit, within=window)
        for who, limit, window in takers
    ]
    return any(counted)


def is_answering_too_much(request: HttpRequest) -> bool:
    """Counts one more form of an invitation; True once this client has sent too many."""
    client = client_digest(request)
    return rate_limits.is_exceeded("invitation", client, limit=PER_CLIENT, within=CLIENT_WINDOW)
