"""What every test stands on: its own services, its own settings, and guards that fail it."""

import logging
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import services

# What the caller's environment may hold and no test may see.
SETTINGS = (
    *("DATABASE_URL", "BROKER_URL", "EMAIL_URL", "MAIL_FROM", "BASE_URL", "PORT", "DATA_DIR"),
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "DEBUG"),
    *("STAFF_SECOND_FACTOR", "STATICFILES_BACKEND", "LOG_LEVEL"),
)

# A kind of test, the fixtures that give it away, and what to say where its program is missing.
KINDS = {
    "postgres": ((), "PostgreSQL not found (apt: postgresql)"),
    "redis": (("redis_url",), "Redis not found (apt: redis-server)"),
    "browser": (("browser", "page"), "Chromium not found (apt: chromium)"),
    "gettext": ((), "xgettext not found (apt: gettext)"),
}
NOWHERE = {"class": "logging.NullHandler"}
SQLITE_ASKED = "PostgreSQL not used (SQLite was asked for)"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=["postgres", "sqlite"], default=os.environ.get("TEST_DB"))
    parser.addoption("--fail-on-skip", action="store_true", help="a skipped test is a failure")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Starts what the whole run shares, then loads the settings on top of it.

    Parallel workers inherit the environment, with it the one PostgreSQL of the run and its folder.
    """
    if worker := getattr(config, "workerinput", None):
        set_settings(Path(os.environ["DATA_DIR"]) / worker["workerid"])
    else:
        resources = ExitStack()
        config.add_cleanup(resources.close)
        clear_settings()
        if uses_postgres(config):
            os.environ["DATABASE_URL"] = resources.enter_context(services.postgres())
        folder = resources.enter_context(tempfile.TemporaryDirectory(prefix="setkani-"))
        set_settings(Path(folder))
    load_settings()
    if config.getoption("numprocesses", None):
        # A worker that found it would load the settings of this process before its own are made.
        del os.environ["DJANGO_SETTINGS_MODULE"]


def clear_settings() -> None:
    """Nothing of the caller's own database, broker or mail server may reach the tests."""
    for name in SETTINGS:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)


def uses_postgres(config: pytest.Config) -> bool:
    return config.getoption("db") != "sqlite" and services.postgres_folder() is not None


def set_settings(folder: Path) -> None:
    (folder / "static").mkdir(parents=True)
    os.environ.update(
        DATA_DIR=str(folder),
        BASE_URL="http://localhost",
        SECRET_KEY=secrets.token_urlsafe(60),
        STATICFILES_BACKEND="django.contrib.staticfiles.storage.StaticFilesStorage",
        DJANGO_SETTINGS_MODULE="config.settings",
    )


def load_settings() -> None:
    import django
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # pytest shows the log of a test that fails; the console stays readable.
    settings.LOGGING = {**settings.LOGGING, "handlers": {"stderr": NOWHERE}}
    django.setup()


def missing(config: pytest.Config, kind: str) -> str | None:
    """Why tests of this kind cannot run here, or None."""
    if kind == "postgres" and config.getoption("db") == "sqlite":
        return SQLITE_ASKED
    found = {
        "postgres": services.postgres_folder,
        "redis": services.redis_program,
        "browser": services.chromium_program,
        "gettext": services.gettext_program,
    }[kind]()
    return None if found else KINDS[kind][1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for kind, (fixtures, _words) in KINDS.items():
        reason = missing(config, kind)
        for item in items:
            names = getattr(item, "fixturenames", ())
            if reason and (item.get_closest_marker(kind) or set(fixtures) & set(names)):
                item.add_marker(pytest.mark.skip(reason=reason))


def skipped_reasons(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    return [report.longrepr[2].removeprefix("Skipped: ") for report in reports]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    asked = session.config.getoption("fail_on_skip")
    if asked and exitstatus == pytest.ExitCode.OK and skipped_reasons(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    reasons = skipped_reasons(config)
    for words in [*(words for _fixtures, words in KINDS.values()), SQLITE_ASKED]:
        if count := reasons.count(words):
            terminalreporter.write_line(
                f"SKIPPED KIND: {words}: {count} tests not run", red=True, bold=True
            )
    if reasons and config.getoption("fail_on_skip"):
        terminalreporter.write_line("FAILED: tests were skipped (--fail-on-skip)", red=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file, as it is used: in memory, threads would not wait for one another."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(settings.DATA_DIR / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Nothing to destroy: the server and the folder end with the run, with whoever still reads."""
    return True


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with services.redis() as url:
        yield url


@pytest.fixture
def smtp_server(settings: Any) -> Iterator[services.SmtpServer]:
    """A real SMTP server that this test's mails leave through."""
    with services.smtp() as server:
        settings.MAIL_TRANSPORT = {
            "host": "127.0.0.1",
            "port": server.port,
            "user": "",
            "password": "",
            "use_tls": False,
            "use_ssl": False,
        }
        yield server


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The installed Chromium, asking nobody on the net; as root it refuses its own sandbox."""
    # Playwright keeps an event loop in this thread, beside which Django forbids its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["--disable-gpu", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": services.chromium_program(), "args": quiet + sandbox}


@pytest.fixture(autouse=True)
def no_logged_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A logged ERROR fails the test; one that expects it reads it and calls caplog.clear().

    What the test's own SMTP server (mail.log) thinks of a client is no error of ours.
    """
    yield
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    ours = [record for record in records if record.name != "mail.log"]
    errors = [record.getMessage() for record in ours if record.levelno >= logging.ERROR]
    assert errors == []


class UndefinedVariables(logging.Filter):
    """Collects the variables that our own templates ask for and nobody has given them.

    Django says it at DEBUG only, and says it of its own templates and of allauth's, too.
    """

    OTHERS = ("account/", "admin/", "allauth/", "django/", "mfa/", "registration/", "unknown")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        from django.template import VariableDoesNotExist

        if record.exc_info and record.exc_info[0] is VariableDoesNotExist:
            name, template = record.args or ("", "unknown")
            if not str(template).startswith(self.OTHERS):
                self.found.append(f"{template}: {name}")
        return record.levelno > logging.DEBUG


@pytest.fixture(autouse=True)
def no_undefined_variable() -> Iterator[None]:
    logger, undefined = logging.getLogger("django.template"), UndefinedVariables()
    level = logger.level
    logger.addFilter(undefined)
    logger.setLevel(logging.DEBUG)
    yield
    logger.removeFilter(undefined)
    logger.setLevel(level)
    assert undefined.found == []
