"""A desk without a mail server: what leaves lies in a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.notifications.post import Post


@pytest.fixture
def post(settings: Any, tmp_path: Path) -> "Post":
    # Read here: this file is loaded before the settings are.
    from tests.notifications.post import Post

    settings.MAIL_TRANSPORT = {"folder": tmp_path}
    return Post()
