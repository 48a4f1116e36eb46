"""What every journey through the pages does: reads headings, fills forms, follows mails."""

import re
from email import message_from_bytes, policy

from django.utils import timezone
from playwright.sync_api import Locator, Page

from notifications.models import Message
from notifications.sweeping import sweep

# Milliseconds: a form filled in faster than this comes back (rule 22).
SLOW_ENOUGH = 2_100


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def send(page: Page, button: str) -> None:
    """Sends a form as somebody who took their time."""
    page.wait_for_timeout(SLOW_ENOUGH)
    page.get_by_role("button", name=button, exact=True).click()


def link_of_mail(kind: str, *, to: str = "", room: str = "r") -> str:
    """What the text of the newest mail of a kind links to, after one sweep.

    `to` is its reader, `room` the first part of the link's path.
    """
    sweep(timezone.now())
    messages = Message.objects.filter(kind=kind)
    message = (messages.filter(to_email=to) if to else messages).latest("pk")
    mail = message_from_bytes(bytes(message.raw or b""), policy=policy.default)
    body = mail.get_body(("plain",))
    assert body
    found = re.search(rf"http://\S+/{room}/\S+/", body.get_content())
    assert found
    return found.group()
