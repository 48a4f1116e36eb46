"""A desk with an organiser who reads English, and without a mail server."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from accounts.models import User
    from tests.notifications.post import Post


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def post(settings: Any, tmp_path: Path) -> "Post":
    # Read here: this file is loaded before the settings are.
    from tests.notifications.post import Post

    settings.MAIL_TRANSPORT = {"folder": tmp_path}
    return Post()


@pytest.fixture
def organiser(db: None) -> "User":
    from tests import factories

    return factories.organiser(language="en")


@pytest.fixture
def desk(client: Client, organiser: "User") -> Client:
    client.force_login(organiser)
    return client
