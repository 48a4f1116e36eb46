"""Who reaches what: tests/permissions.toml holds every route, and nothing else may answer."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http.response import HttpResponse, HttpResponseBase
from django.test import Client

from accounts.models import User
from tests import factories
from tests.routes import Route, World, routes

MATRIX = tomllib.loads((Path(__file__).parent / "permissions.toml").read_text())
KINDS: dict[str, dict[str, str]] = MATRIX["kinds"]
ROUTES: dict[str, dict[str, str]] = MATRIX["routes"]
WHO = ("stranger", "user", "organiser")
METHODS = ("GET", "POST")
ROOMS = ("account", "admin")
SIGN_IN = ("/account/login/", "/admin/login/")

pytestmark = pytest.mark.django_db
ALL = {route.name: route for route in routes()}


@pytest.fixture
def world(settings: Any) -> World:
    settings.STAFF_SECOND_FACTOR = True
    world = World.build()
    add_second_factor(world.organiser)
    return world


def add_second_factor(user: User) -> None:
    data = {"secret": "JBSWY3DPEHPK3PXP"}
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)


def outcome(response: HttpResponseBase) -> str:
    """The status; a redirect to the sign-in has a name of its own."""
    if response.status_code == 302 and response["Location"].startswith(SIGN_IN):
        return "sign-in"
    return str(response.status_code)


def ask(address: str, method: str, user: User | None) -> HttpResponseBase:
    """The answer; whatever it changed is taken back, without a block an action would notice."""
    before, client = transaction.savepoint(), Client()
    try:
        if user:
            client.force_login(user)
        response = client.generic(method, address)
        assert isinstance(response, HttpResponseBase)
        return response
    finally:
        transaction.savepoint_rollback(before)


def seen(world: World, route: Route, variant: str, language: str) -> dict[str, str]:
    """What each person gets from a route: the outcomes of GET and POST."""
    address = route.address(world.variants(route)[variant], language)
    people = {"stranger": None, "user": world.user, "organiser": world.organiser}
    return {
        who: " ".join(outcome(ask(address, method, people[who])) for method in METHODS)
        for who in WHO
    }


def test_every_route_is_classified() -> None:
    assert sorted(set(ALL) - set(ROUTES)) == []


def test_every_classified_route_exists() -> None:
    assert sorted(set(ROUTES) - set(ALL)) == []


def test_every_kind_names_everybody() -> None:
    assert [name for name, kind in KINDS.items() if set(kind) != set(WHO)] == []


def room_of(route: Route) -> str:
    first = route.path.split("/")[0]
    return first if first in ROOMS else "public"


def differences(world: World, route: Route) -> Iterator[str]:
    """Where a route answers otherwise than its row says."""
    variants = world.variants(route)
    if set(ROUTES[route.name]) != set(variants):
        yield f"{route.name}: the matrix must have the variants {sorted(variants)}"
        return
    for variant, kind in ROUTES[route.name].items():
        for language in route.languages:
            found = seen(world, route, variant, language)
            if found != KINDS[kind]:
                yield f"{route.name} {variant} {language}: {found}, not {kind}"


@pytest.mark.parametrize("room", [*ROOMS, "public"])
def test_route_opens_to_whom_it_should(room: str, world: World) -> None:
    mine = [route for route in ALL.values() if room_of(route) == room and route.name in ROUTES]
    assert len(mine) > 10
    assert "\n".join(line for route in mine for line in differences(world, route)) == ""


def test_unclassified_route_would_fail() -> None:
    planted = Route("planted", "planted/", (), ("cs",), is_named=True)
    assert {**ALL, "planted": planted}.keys() - ROUTES.keys() >= {"planted"}


def test_route_that_opens_too_far_would_fail(world: World) -> None:
    assert seen(world, ALL["admin:index"], "own", "cs") != KINDS["page"]


# --- What the matrix cannot say ---------------------------------------------------------------
ADMIN = sorted(name for name, route in ALL.items() if route.path.startswith("admin/"))


def test_organiser_without_a_second_factor_stays_outside(world: World) -> None:
    organiser = factories.organiser()
    opened = [
        name
        for name in ADMIN
        for method in METHODS
        for response in [ask(ALL[name].address(world.arguments(ALL[name])), method, organiser)]
        if outcome(response) not in {"302", "sign-in", "404", "405"} and name != "admin:logout"
    ]
    assert len(ADMIN) > 30
    assert opened == []


def test_deactivated_organiser_is_a_stranger_at_once(world: World) -> None:
    client = Client()
    client.force_login(world.organiser)
    assert client.get("/admin/").status_code == 200
    User.objects.filter(pk=world.organiser.pk).update(is_active=False)
    response = client.get("/admin/")
    assert (response.status_code, response["Location"][:15]) == (302, "/admin/login/?n")


def kept(response: HttpResponseBase) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer but the number it bears."""
    headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
    assert isinstance(response, HttpResponse)
    return response.status_code, response.content, headers


EVENT_PAGES = sorted(name for name in ALL if "event" in ALL[name].parameters)


@pytest.mark.parametrize("language", ["cs", "en"])
@pytest.mark.parametrize("name", EVENT_PAGES)
def test_closed_door_answers_as_a_missing_event(name: str, language: str, world: World) -> None:
    series, route = world.closed.series, ALL[name]
    closed = route.address({"series": series.slug, "event": world.closed.slug}, language)
    missing = route.address({"series": series.slug, "event": "nowhere"}, language)
    nowhere = route.address({"series": "nowhere", "event": "nowhere"}, language)
    for user in (None, world.user):
        answers = [kept(ask(address, "GET", user)) for address in (closed, missing, nowhere)]
        assert answers[0][0] == 404
        assert answers[0] == answers[1] == answers[2]
    assert ROUTES[name]["closed"] in {"closed_door", "closed_door_form", "nothing"}


SECRETS = sorted(name for name in ALL if {"token", "door_code", "code"} & set(ALL[name].parameters))


@pytest.mark.parametrize("name", SECRETS)
def test_wrong_secret_answers_as_a_missing_page(name: str, world: World) -> None:
    variants = world.variants(ALL[name])
    answers = [
        kept(ask(ALL[name].address(variants[variant]), "GET", None))
        for variant in ("foreign", "purpose")
    ]
    assert answers[0][0] == 404
    assert answers[0][:2] == answers[1][:2]
