"""How the environment becomes settings, and what the program refuses to start on (rule 31)."""

# django-environ carries no types.
# mypy: allow-subclassing-any

import contextlib
import ipaddress
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from environ.fileaware_mapping import FileAwareMapping

from config import sqlite

SHORTEST_SECRET = 50
_ENGINES = "django.db.backends"


class _Variables(FileAwareMapping):
    def __getitem__(self, key: str) -> str:
        """A file's last line break is no part of its value.

        What begins with a dollar is refused: django-environ would read another variable instead.
        """
        value: str = super().__getitem__(key)
        if value.startswith("$"):
            raise ImproperlyConfigured(f"{key} must not begin with a dollar sign.")
        return value.rstrip("\r\n")


class Env(environ.Env):
    """The environment; each NAME also as NAME_FILE, the path of a file that holds the value."""

    ENVIRON = _Variables()


def is_desk(env: environ.Env) -> bool:
    """True where nobody named a database: `make run` on somebody's own machine."""
    return not env.str("DATABASE_URL", default="")


def is_loopback(host: str) -> bool:
    """True for localhost and for addresses that never leave the machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def base_url(value: str) -> str:
    """The address the site is reached at, without a slash at its end.

    Plain http is accepted for loopback hosts only.
    """
    address = value.rstrip("/")
    try:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        is_origin = address == origin and "@" not in origin and parts.port != 0
    except ValueError:
        is_origin = False
    if not is_origin or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured("BASE_URL must be http(s)://host, without a path or a user.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ImproperlyConfigured("BASE_URL must be https beyond this machine.")
    return address


def mail_from(value: str) -> str:
    """The address mails come from; its domain becomes that of Message-IDs and calendar UIDs."""
    try:
        validate_email(value)
    except ValidationError:
        raise ImproperlyConfigured("MAIL_FROM must be one bare e-mail address.") from None
    return value


def secret_key(value: str, data_dir: Path) -> str:
    """The given secret, or one made at the first start and kept in `data_dir`, mode 0600."""
    value = value or _kept_secret(data_dir / "secret-key")
    if is_weak(value):
        raise ImproperlyConfigured(
            f"SECRET_KEY must be random and at least {SHORTEST_SECRET} characters long."
        )
    return value


def is_weak(secret: str) -> bool:
    """True for a default, short or monotonous secret."""
    is_default = secret.startswith("django-insecure")
    return is_default or len(secret) < SHORTEST_SECRET or len(set(secret)) < 10


def fallbacks(values: list[str]) -> list[str]:
    """The secrets that were valid before this one; a weak one opens as much as a weak key."""
    if any(map(is_weak, values)):
        raise ImproperlyConfigured("SECRET_KEY_FALLBACKS must be as strong as SECRET_KEY.")
    return values


def _kept_secret(path: Path) -> str:
    """Two processes that start at once end with the same secret: a file appears whole or not."""
    if not path.exists():
        handle, own = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(60))
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
        Path(own).unlink()
    return path.read_text()


def allowed_hosts(hosts: list[str], address: str) -> list[str]:
    """The hosts that may be asked for; by default only that of BASE_URL."""
    if any("*" in host or host.startswith(".") for host in hosts):
        raise ImproperlyConfigured("ALLOWED_HOSTS must name each host; wildcards are refused.")
    own = urlsplit(address).hostname or ""
    loopback = ["localhost", "127.0.0.1", "[::1]"] if is_loopback(own) else []
    return list(dict.fromkeys([*(hosts or [own]), *loopback]))


def database(env: environ.Env, data_dir: Path) -> dict[str, Any]:
    """PostgreSQL by DATABASE_URL, else the desk's SQLite with the options that make it safe."""
    url = env.str("DATABASE_URL", default="")
    if not url:
        desk = {"ENGINE": f"{_ENGINES}.sqlite3", "NAME": str(data_dir / "setkani.sqlite3")}
        return _sqlite(desk)
    config: dict[str, Any] = dict(env.db_url_config(url))
    if config.get("ENGINE") == f"{_ENGINES}.sqlite3":
        return _sqlite(config)
    if config.get("ENGINE") == f"{_ENGINES}.postgresql":
        return _postgres(config)
    raise ImproperlyConfigured("DATABASE_URL must be postgres:// or sqlite:///.")


def _sqlite(config: dict[str, Any]) -> dict[str, Any]:
    sqlite.register()
    options = config.setdefault("OPTIONS", {})
    if options.setdefault("transaction_mode", "IMMEDIATE") != "IMMEDIATE":
        raise ImproperlyConfigured("SQLite needs transaction_mode=IMMEDIATE.")
    options.setdefault("timeout", 20)
    options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    return config


def _postgres(config: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds: nobody waits longer for a lock, and no statement runs longer (rule 5).

    A statement is prepared at its third use: the joins need not be planned anew.
    """
    options = config.setdefault("OPTIONS", {})
    options.setdefault("options", "-c lock_timeout=5000 -c statement_timeout=30000")
    options.setdefault("server_side_binding", True)
    options.setdefault("prepare_threshold", 3)
    return config | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def broker(url: str, data_dir: Path) -> tuple[str, dict[str, Any]]:
    """The broker's address and transport options; by default folders under `data_dir`.

    The folders are made here: a missing one raises only when something is published.
    """
    if url:
        return url, {"socket_timeout": 2, "socket_connect_timeout": 1, "visibility_timeout": 600}
    folders = {
        "data_folder_in": "queue",
        "data_folder_out": "queue",
        "control_folder": "control",
    }
    paths = {option: data_dir / "broker" / name for option, name in folders.items()}
    for path in paths.values():
        path.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {option: str(path) for option, path in paths.items()}
    return "filesystem://", options | {"polling_interval": 0.5}


def mail_transport(env: environ.Env, data_dir: Path) -> dict[str, Any]:
    """Where mails go: an SMTP server by EMAIL_URL, else a folder of .eml files."""
    url = env.str("EMAIL_URL", default="")
    if not url:
        folder = data_dir / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        return {"folder": folder}
    config = env.email_url_config(url)
    if not config["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
        raise ImproperlyConfigured("EMAIL_URL must be smtp://, smtp+tls:// or smtp+ssl://.")
    return {
        "host": config["EMAIL_HOST"],
        "port": config["EMAIL_PORT"] or 25,
        "user": config["EMAIL_HOST_USER"] or "",
        "password": config["EMAIL_HOST_PASSWORD"] or "",
        "use_tls": bool(config.get("EMAIL_USE_TLS")),
        "use_ssl": bool(config.get("EMAIL_USE_SSL")),
    }
