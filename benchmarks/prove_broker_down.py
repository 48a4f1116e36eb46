"""make prove-broker-down: with Redis never started people register, organisers work, mail leaves.

Only the web process and the database run; `manage.py sweep` alone sends what waits.
"""

import asyncio
import re
import sys
import time

from benchmarks.client import Answer, Person, address, registration_form
from benchmarks.stack import setup_django, stack, web
from tests import services

LONGER_THAN_THE_FASTEST_FILL = 2.1
AS_EVER_SECONDS = 2.0
PASSWORD = "correct horse battery staple"
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


def main() -> int:
    nowhere = f"redis://127.0.0.1:{services.free_port()}/0"
    with services.smtp() as smtp:
        url = f"smtp://127.0.0.1:{smtp.port}"
        with stack(BROKER_URL=nowhere, EMAIL_URL=url, STAFF_SECOND_FACTOR="0") as made:
            setup_django()
            path, email = _seed()
            with web(made) as host:
                problems = asyncio.run(_day_without_a_broker(host, path, email))
            started = time.monotonic()
            made.manage("sweep")
            seconds = time.monotonic() - started
        recipients = [address for mail in smtp.deliveries for address in mail.recipients]
    if recipients != ["vzorova1@mesto.example"]:
        problems.append(f"the sweep sent to {recipients}")
    print(f"the sweep took {seconds:.1f} s and sent {len(recipients)} mail")
    for problem in problems:
        print(f"prove-broker-down: {problem}")
    return 1 if problems else 0


def _seed() -> tuple[str, str]:
    from allauth.account.models import EmailAddress

    from tests import factories

    event = factories.event(capacity=5)
    organiser = factories.organiser(email="organiser@setkani.example", password=PASSWORD)
    EmailAddress.objects.create(user=organiser, email=organiser.email, verified=True, primary=True)
    return f"/{event.series.slug}/{event.slug}/register/", organiser.email


async def _day_without_a_broker(host: str, path: str, email: str) -> list[str]:
    clerk, organiser = Person(host, address(1)), Person(host, address(2))
    hidden = await clerk.open_form(path)
    await asyncio.sleep(LONGER_THAN_THE_FASTEST_FILL)
    sent = await clerk.post(path, registration_form(1) | hidden)
    page = await organiser.get("/account/login/")
    token = _TOKEN.search(page.body)
    values = {"csrfmiddlewaretoken": token[1].decode() if token else "", "login": email}
    signed_in = await organiser.post("/account/login/", values | {"password": PASSWORD})
    admin = await organiser.get("/admin/")
    lists = await organiser.get("/admin/registrations/registration/")
    for person in (clerk, organiser):
        await person.close()
    return [
        *_differs("registering", sent, 302),
        *_differs("signing in", signed_in, 302),
        *_differs("the admin", admin, 200),
        *_differs("the list of registrations", lists, 200),
    ]


def _differs(what: str, answer: Answer, status: int) -> list[str]:
    print(f"{what}: {answer.status} in {answer.seconds:.2f} s")
    if answer.status == status and answer.seconds < AS_EVER_SECONDS:
        return []
    return [f"{what} answered {answer.status} in {answer.seconds:.2f} s"]


if __name__ == "__main__":
    sys.exit(main())
