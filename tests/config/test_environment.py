"""From the environment to settings: what is read, what is derived, what is refused."""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created

from config import environment

STRONG = "kT7-Zq2xV9_mR4wYb8LdN6sJf3HgC5pAe1UoXiQnKvBtMrEzWy"


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> Iterator[environment.Env]:
    """An environment of its own: what one test sets, no other sees."""
    for name in ("DATABASE_URL", "EMAIL_URL", "NAME", "NAME_FILE"):
        monkeypatch.delenv(name, raising=False)
    environment.Env.ENVIRON.files_cache.clear()
    yield environment.Env()
    environment.Env.ENVIRON.files_cache.clear()


@pytest.fixture
def no_listener() -> Iterator[None]:
    yield
    connection_created.disconnect(dispatch_uid="config.sqlite")


def test_value_is_read_from_a_file(
    env: environment.Env, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "value").write_text("from the file\n")
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "value"))
    monkeypatch.setenv("NAME", "from the environment")
    assert env.str("NAME") == "from the file"


def test_value_in_a_missing_file_stops_the_start(
    env: environment.Env, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "absent"))
    with pytest.raises(FileNotFoundError):
        env.str("NAME", default="")


def test_value_is_never_the_name_of_another(
    env: environment.Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAME", "$PATH")
    with pytest.raises(ImproperlyConfigured, match="NAME must not begin with a dollar sign"):
        env.str("NAME", default="")


def test_program_is_at_the_desk_until_a_database_is_named(
    env: environment.Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert environment.is_desk(env)
    monkeypatch.setenv("DATABASE_URL", "postgres://db/setkani")
    assert not environment.is_desk(env)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.0.1", "::1"])
def test_loopback_hosts_never_leave_the_machine(host: str) -> None:
    assert environment.is_loopback(host)


@pytest.mark.parametrize(
    "host", ["setkani.example", "localhost.example", "10.0.0.1", "0.0.0.0", "::", ""]
)
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not environment.is_loopback(host)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://setkani.example", "https://setkani.example"),
        ("https://setkani.example/", "https://setkani.example"),
        ("https://setkani.example:8443", "https://setkani.example:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_base_url_is_an_origin(given: str, kept: str) -> None:
    assert environment.base_url(given) == kept


@pytest.mark.parametrize(
    "value",
    [
        "",
        "setkani.example",
        "ftp://setkani.example",
        "https://",
        "https://[",
        "https://setkani.example:port",
        "https://setkani.example/path",
        "https://setkani.example?query",
        "https://setkani.example\n",
        "https://user:password@setkani.example",
        "http://setkani.example",
        "http://10.0.0.1",
    ],
)
def test_base_url_that_is_none_stops_the_start(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BASE_URL"):
        environment.base_url(value)


def test_mail_from_is_one_bare_address() -> None:
    assert environment.mail_from("setkani@setkani.example") == "setkani@setkani.example"


@pytest.mark.parametrize(
    "value", ["", "setkani", "Setkání <a@setkani.example>", "a@setkani.example\nBcc: b@x.example"]
)
def test_mail_from_that_is_no_address_stops_the_start(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MAIL_FROM"):
        environment.mail_from(value)


def test_given_secret_is_used(tmp_path: Path) -> None:
    assert environment.secret_key(STRONG, tmp_path) == STRONG
    assert list(tmp_path.iterdir()) == []


def test_missing_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    secret = environment.secret_key("", tmp_path)
    assert environment.secret_key("", tmp_path) == secret
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_end_with_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        secrets = list(pool.map(lambda _n: environment.secret_key("", tmp_path), range(64)))
    assert len(set(secrets)) == 1


@pytest.mark.parametrize("value", ["short", "x" * 60, "django-insecure-" + STRONG])
def test_weak_secret_stops_the_start(value: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        environment.secret_key(value, tmp_path)


def test_weak_earlier_secret_stops_the_start() -> None:
    assert environment.fallbacks([STRONG]) == [STRONG]
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FALLBACKS"):
        environment.fallbacks([STRONG, "short"])


def test_allowed_hosts_are_by_default_that_of_the_site() -> None:
    assert environment.allowed_hosts([], "https://setkani.example") == ["setkani.example"]


def test_allowed_hosts_at_the_desk_are_the_machines_own() -> None:
    expected = ["localhost", "127.0.0.1", "[::1]"]
    assert environment.allowed_hosts([], "http://localhost:8000") == expected


@pytest.mark.parametrize("host", ["*", "*.setkani.example", ".setkani.example"])
def test_wildcard_host_stops_the_start(host: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
        environment.allowed_hosts([host], "https://setkani.example")


@pytest.mark.parametrize("folder", ["plain", "with space", "a#b", "a?b", "a%20b"])
def test_desk_database_lies_in_the_data_folder(
    env: environment.Env, no_listener: None, tmp_path: Path, folder: str
) -> None:
    config = environment.database(env, tmp_path / folder)
    assert config["NAME"] == str(tmp_path / folder / "setkani.sqlite3")
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert config["OPTIONS"]["timeout"] == 20


def test_sqlite_without_immediate_stops_the_start(
    env: environment.Env, no_listener: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/a?transaction_mode=DEFERRED")
    with pytest.raises(ImproperlyConfigured, match="IMMEDIATE"):
        environment.database(env, tmp_path)


def test_postgres_waits_and_runs_for_a_bounded_time(
    env: environment.Env, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://user:p%40ss@db:5433/setkani")
    config = environment.database(env, tmp_path)
    expected = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "setkani",
        "USER": "user",
        "PASSWORD": "p@ss",
        "HOST": "db",
        "PORT": 5433,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": "-c lock_timeout=5000 -c statement_timeout=30000",
            "server_side_binding": True,
            "prepare_threshold": 3,
        },
    }
    assert {name: config[name] for name in expected} == expected


def test_other_database_stops_the_start(
    env: environment.Env, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://db/setkani")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        environment.database(env, tmp_path)


def test_desk_broker_has_its_folders(tmp_path: Path) -> None:
    url, options = environment.broker("", tmp_path)
    assert url == "filesystem://"
    assert options == {
        "data_folder_in": str(tmp_path / "broker/queue"),
        "data_folder_out": str(tmp_path / "broker/queue"),
        "control_folder": str(tmp_path / "broker/control"),
        "polling_interval": 0.5,
    }
    assert (tmp_path / "broker/queue").is_dir()
    assert (tmp_path / "broker/control").is_dir()


def test_named_broker_gives_up_soon(tmp_path: Path) -> None:
    url, options = environment.broker("redis://redis:6379/0", tmp_path)
    assert url == "redis://redis:6379/0"
    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (2, 1)
    assert list(tmp_path.iterdir()) == []


def test_desk_mails_lie_in_a_folder(env: environment.Env, tmp_path: Path) -> None:
    assert environment.mail_transport(env, tmp_path) == {"folder": tmp_path / "mail"}
    assert (tmp_path / "mail").is_dir()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail", {"host": "mail", "port": 25, "use_tls": False, "use_ssl": False}),
        ("smtp+tls://a:b%40c@mail:587", {"user": "a", "password": "b@c", "use_tls": True}),
        ("smtp+ssl://mail:465", {"port": 465, "use_ssl": True, "use_tls": False}),
    ],
)
def test_mail_server_is_named_by_its_url(
    env: environment.Env,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    url: str,
    expected: dict[str, Any],
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    transport = environment.mail_transport(env, tmp_path)
    assert {name: transport[name] for name in expected} == expected


@pytest.mark.parametrize("url", ["consolemail://", "filemail:///tmp", "dummymail://", "imap://x"])
def test_mail_that_would_go_nowhere_stops_the_start(
    env: environment.Env, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)
    with pytest.raises(ImproperlyConfigured):
        environment.mail_transport(env, tmp_path)
