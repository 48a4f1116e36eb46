"""Our site and the bare one on the same PostgreSQL, each under its own gunicorn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from benchmarks.stack import setup_django, stack, web
from tests import services


@contextmanager
def two_sites() -> Iterator[tuple[str, str, dict[str, str]]]:
    """The hosts of ours and the bare one, and the paths of the pages to read."""
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
        with web(made) as ours, web(bare) as yardstick:
            yield (
                ours,
                yardstick,
                {
                    "home": "/",
                    "event page": "/smart-regiony-2018/jihozapad/",
                    "series calendar": "/smart-regiony-2018/calendar.ics",
                },
            )


def _prepare_bare() -> None:
    from registrations.models import Organisation
    from tests import factories

    factories.booking(key="bare")
    Organisation.objects.create(name="Bare", sector="other")


def register_paths(name: str, count: int) -> list[str]:
    """So many open events of their own series, with few places."""
    from tests import factories

    series = factories.series(slug=f"bench-{name}".replace(" ", "").replace(":", ""))
    events = [factories.event(series=series, capacity=20) for _n in range(count)]
    return [f"/{series.slug}/{event.slug}/register/" for event in events]
