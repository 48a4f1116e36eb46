"""docker-compose.yml: valid by the compose schema, and the same program as at the desk."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = PROJECT / "docker-compose.yml"
OURS = {"web", "worker", "beat", "migrate"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content = yaml.safe_load(COMPOSE.read_text())
    assert isinstance(content, dict)
    return content


def check_schema(path: Path) -> subprocess.CompletedProcess[str]:
    """The schema comes with the checker: nothing is fetched."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    return subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)


def test_compose_file_follows_the_schema() -> None:
    ended = check_schema(COMPOSE)
    assert ended.returncode == 0, ended.stdout


def test_compose_file_with_a_misspelt_key_is_refused(tmp_path: Path) -> None:
    planted = tmp_path / "docker-compose.yml"
    planted.write_text(COMPOSE.read_text().replace("stop_grace_period", "stop_grace_time"))
    ended = check_schema(planted)
    assert ended.returncode == 1
    assert "stop_grace_time" in ended.stdout


def test_services_are_those_of_the_architecture(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == OURS | {"postgres", "redis"}
    assert {compose["services"][name]["image"] for name in OURS} == {"setkani"}


def test_every_service_that_runs_on_is_watched(compose: dict[str, Any]) -> None:
    watched = {name for name, service in compose["services"].items() if "healthcheck" in service}
    # web's stands in the Dockerfile.
    assert watched == set(compose["services"]) - {"web"}
    assert "HEALTHCHECK" in (PROJECT / "Dockerfile").read_text()


def test_no_secret_stands_in_the_environment(compose: dict[str, Any]) -> None:
    environment = compose["services"]["web"]["environment"]
    secrets = {name for name in environment if name.endswith("_FILE")}
    assert secrets == {"DATABASE_URL_FILE", "EMAIL_URL_FILE", "SECRET_KEY_FILE"}
    assert {environment[name].removeprefix("/run/secrets/") for name in secrets} == set(
        compose["services"]["web"]["secrets"]
    )
    assert set(compose["secrets"]) >= set(compose["services"]["web"]["secrets"])


def test_web_is_reached_from_this_machine_only(compose: dict[str, Any]) -> None:
    published = {
        port for service in compose["services"].values() for port in service.get("ports", [])
    }
    assert published == {"127.0.0.1:${PORT:-8000}:8000"}


def test_only_one_beat_ticks(compose: dict[str, Any]) -> None:
    commands = {name: service.get("command", []) for name, service in compose["services"].items()}
    assert [name for name, command in commands.items() if "beat" in command] == ["beat"]
    assert "-B" not in commands["worker"]


def test_every_variable_is_explained(compose: dict[str, Any]) -> None:
    text = COMPOSE.read_text()
    asked = {part.split("}")[0].split(":")[0] for part in text.split("${")[1:]}
    explained = {
        line.split("=")[0]
        for line in (PROJECT / ".env.example").read_text().splitlines()
        if "=" in line and not line.startswith("#")
    }
    assert asked - {"STAFF_SECOND_FACTOR"} == explained
