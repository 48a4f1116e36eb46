"""Asks the web process of this machine whether it can serve: for the runner and for containers."""

import http.client
import sys
from urllib.parse import urlsplit

from config import environment

TIMEOUT_SECONDS = 5


def is_ready(port: int, base_url: str, trusted_proxies: int = 0) -> bool:
    """True when /readyz on `port` answers 200, asked as the reverse proxy would ask."""
    headers = {"Host": urlsplit(base_url).netloc}
    if trusted_proxies:
        headers["X-Forwarded-For"] = ", ".join(["127.0.0.1"] * trusted_proxies)
        headers["X-Forwarded-Proto"] = urlsplit(base_url).scheme
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/readyz", headers=headers)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    env = environment.Env()
    port = env.int("PORT", default=8000)
    base_url = env.str("BASE_URL", default=f"http://localhost:{port}")
    ready = is_ready(port, base_url, env.int("TRUSTED_PROXIES", default=0))
    sys.exit(0 if ready else 1)
