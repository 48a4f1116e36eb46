"""Our site and the bare one on the same PostgreSQL, each under its own gunicorn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.stack import setup_django, stack, web
from tests import services

if TYPE_CHECKING:
    from events.models import Event

# The booking of what is written without a booking of its own.
BARE = "bare"


@dataclass(frozen=True)
class Sites:
    """The hosts of ours and the bare one, the pages to read, and the database of both."""

    ours: str
    bare: str
    database_url: str
    pages: dict[str, str]


@contextmanager
def two_sites() -> Iterator[Sites]:
    """Both sites, with the programme of the examples loaded."""
    with stack(database="postgres") as made:
        setup_django()
        made.manage("load_regions", "-v0")
        for name in ("smart-regiony-2018", "smart-cities-pitch"):
            made.manage("load_programme", f"events/data/{name}.yaml", "--upcoming", "-v0")
        _prepare_bare()
        port = str(services.free_port())
        changed = {
            "PORT": port,
            "BASE_URL": f"http://localhost:{port}",
            "DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings",
        }
        bare = replace(made, environment=made.environment | changed)
        pages = {
            "home": "/",
            "event page": "/smart-regiony-2018/jihozapad/",
            "series calendar": "/smart-regiony-2018/calendar.ics",
        }
        with web(made) as ours, web(bare) as yardstick:
            yield Sites(ours, yardstick, made.environment["DATABASE_URL"], pages)


def _prepare_bare() -> None:
    from registrations.models import Organisation
    from tests import factories

    factories.booking(key=BARE)
    Organisation.objects.create(name="Bare", sector="other")


def forget_bare_rows() -> None:
    """What the bare view and bare SQL have written follows no rule; nothing of it stays."""
    from registrations.models import Registration

    Registration.objects.filter(booking__key=BARE).delete()


def path_of(event: "Event") -> str:
    """Where the form of an event is."""
    return f"/{event.series.slug}/{event.slug}/register/"
