"""Every address of the program with arguments that lead somewhere: for tests over all routes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import LocalePrefixPattern
from django.utils import timezone, translation

from accounts.models import User
from events.models import Event
from notifications.announcing import announce
from notifications.models import Follow
from registrations.models import Invitation, Registration
from tests import factories

# `<slug:series>` of a path, `(?P<url>` of an expression.
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
MISSING = 987_654_321
# The pages behind a membership.
OF_MEMBERS = {"register_member", "member_sent"}
NOBODYS = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@dataclass(frozen=True)
class Route:
    """One address: its name (its path where it has none), its parameters, its languages."""

    name: str
    path: str
    parameters: tuple[str, ...]
    languages: tuple[str, ...]
    is_named: bool

    def address(self, arguments: dict[str, Any], language: str = "cs") -> str:
        wanted = {name: arguments[name] for name in self.parameters}
        if not self.is_named:
            return "/" + self._filled(wanted)
        with translation.override(language):
            return reverse(self.name, kwargs=wanted)

    def _filled(self, arguments: dict[str, Any]) -> str:
        path = self.path
        for name, value in arguments.items():
            for form in (f"<path:{name}>", f"<int:{name}>", f"(?P<{name}>.*)$"):
                path = path.replace(form, str(value))
        return path


def routes() -> list[Route]:
    return list(_routes(get_resolver(), [], "", ("cs",)))


def _routes(
    resolver: URLResolver, namespaces: list[str], prefix: str, languages: tuple[str, ...]
) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            name = ":".join([*namespaces, entry.name]) if entry.name else path
            parameters = tuple(PARAMETER.findall(path))
            yield Route(name, path, parameters, languages, is_named=bool(entry.name))
        elif isinstance(entry.pattern, LocalePrefixPattern):
            yield from _routes(entry, namespaces, prefix, ("cs", "en"))
        else:
            inner = [*namespaces, *([entry.namespace] if entry.namespace else [])]
            yield from _routes(entry, inner, path, languages)


@dataclass(frozen=True)
class World:
    """A public event with a registration and its mail, one whose date somebody waits for, one
    behind a closed door, one for members with one of them, one organiser.
    """

    event: Event = field(default_factory=factories.event)
    announced: Event = field(default_factory=factories.announced_event)
    closed: Event = field(
        default_factory=lambda: factories.event(series=factories.series(is_closed_door=True))
    )
    call: Event = field(default_factory=factories.call)
    organiser: User = field(default_factory=factories.organiser)
    user: User = field(default_factory=factories.user)
    registrations: list[Registration] = field(default_factory=list)
    follows: list[Follow] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)

    @classmethod
    def build(cls) -> "World":
        world = cls()
        world.registrations.append(factories.registration(event=world.event))
        world.invitations.append(factories.invitation(event=world.event))
        world.follows.append(factories.follow(event=world.announced))
        world.registrations.append(factories.registration(event=world.call))
        factories.meeting(call=world.call)
        factories.question(event=world.event)
        announce(timezone.now())
        return world

    def variants(self, route: Route) -> dict[str, dict[str, Any]]:
        """Arguments that lead somewhere (`own`), and others that must not."""
        own = self.arguments(route)
        found = {"own": own}
        if "event" in route.parameters:
            closed = {"series": self.closed.series.slug, "event": self.closed.slug}
            found |= {"closed": closed, "missing": own | {"event": "nowhere"}}
        elif "series" in route.parameters:
            found |= {
                "closed": own | {"series": self.closed.series.slug},
                "missing": own | {"series": "nowhere"},
            }
        secret = {"token", "door_code", "code"} & set(route.parameters)
        if secret:
            (name,) = secret
            found["foreign"] = own | {name: NOBODYS}
            found["purpose"] = own | {name: self._other_secret(own[name])}
        for name in {"object_id", "pk"} & set(route.parameters):
            found["missing"] = own | {name: MISSING}
        return found

    def arguments(self, route: Route) -> dict[str, Any]:
        registration = self.registrations[0]
        event = self._event(route)
        return {
            "series": event.series.slug,
            "event": event.slug,
            "slug": event.slug,
            "token": self._token(route),
            "door_code": registration.door_code,
            "code": registration.door_code,
            "object_id": self._row(route),
            "pk": self._row(route),
            "content_type_id": ContentType.objects.get_for_model(Event).pk,
            "app_label": "events",
            "url": "nowhere/",
        }

    def _event(self, route: Route) -> Event:
        """The event that a route is about."""
        if route.name in OF_MEMBERS:
            return Event.objects.admitting_from(self.call).get()
        return self.announced if route.name.startswith("follow") else self.event

    def _token(self, route: Route) -> str:
        """The secret of this purpose: of a wish, an invitation, a party, or a person."""
        registration = self.registrations[-1 if route.name in OF_MEMBERS else 0]
        if route.name.startswith("follow"):
            return self.follows[0].token
        if route.path.startswith("i/"):
            return self.invitations[0].token
        return registration.booking.token if route.path.startswith("b/") else registration.token

    def _other_secret(self, own: str) -> str:
        """For a person's page the door's code, for every other page the person's own secret."""
        registration = self.registrations[0]
        return registration.door_code if own == registration.token else registration.token

    def _row(self, route: Route) -> int:
        """A row of the model that an address of the admin is about."""
        for model in apps.get_models():
            if f"/{model._meta.app_label}/{model._meta.model_name}/" in f"/{route.path}":
                row = model._default_manager.order_by("pk").first()
                return row.pk if row else MISSING
        return self.event.pk
