import logging
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "organiser.txt"


def run(email: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("add_organiser", email)
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_add_organiser_puts_the_first_password_into_a_file_only_its_owner_reads(
    file: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = run(" Olga@Example.org ", capsys)
    first, second, *rest = file.read_text().split("\n")
    label, _, password = second.partition(": ")
    user = User.objects.get()
    assert said == f"olga@example.org is an organiser now. The first password is in {file}\n"
    assert (first, label, rest) == ("E-mail: olga@example.org", "Password", [""])
    assert file.stat().st_mode & 0o777 == 0o600
    assert (user.is_staff, user.check_password(password), len(password)) == (True, True, 20)
    assert password not in said + caplog.text


def test_add_organiser_again_keeps_file_and_password(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("olga@example.org", capsys)
    before = file.read_text(), User.objects.get().password
    said = run("olga@example.org", capsys)
    assert said == "olga@example.org is an organiser already; the password stays as it was.\n"
    assert (file.read_text(), User.objects.get().password) == before


def test_add_organiser_promotes_without_a_file(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.user(email="olga@example.org", is_active=False)
    said = run("olga@example.org", capsys)
    assert said == (
        "olga@example.org is an organiser now; the password stays as it was."
        " The account is deactivated and stays so.\n"
    )
    assert not file.exists()


def test_add_organiser_never_replaces_a_password_nobody_has_taken_yet(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("olga@example.org", capsys)
    before = file.read_text()
    with pytest.raises(CommandError) as refused:
        call_command("add_organiser", "otakar@example.org")
    assert str(refused.value) == (
        f"{file} still holds another first password: hand it over, delete the file, run again."
    )
    assert (file.read_text(), User.objects.count()) == (before, 1)


@pytest.mark.parametrize(
    "typed", ["", "olga", "olga@", "a b@example.org", "a\x00@example.org", f"{'a' * 250}@x.org"]
)
def test_add_organiser_refuses_what_is_no_address(typed: str, file: Path) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("add_organiser", typed)
    assert str(refused.value) == f"Not an e-mail address: {typed!r}"
    assert (file.exists(), User.objects.count()) == (False, 0)
