"""A small HTTP client for load: asyncio, keep-alive, cookies, one person each."""

import asyncio
import re
import time
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

_HIDDEN = re.compile(rb'<input[^>]*\bname="(csrfmiddlewaretoken|nonce)"[^>]*\bvalue="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    seconds_until_seen: float


@dataclass
class Person:
    """Somebody at their own address (X-Forwarded-For), with their own cookies and connection."""

    host: str
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> Answer:
        return await self._ask("GET", path, b"")

    async def post(self, path: str, values: dict[str, str]) -> Answer:
        return await self._ask("POST", path, urlencode(values).encode())

    async def send(self, path: str, values: dict[str, str]) -> Answer:
        """Sends a form and goes where the answer leads: the page that is seen in the end.

        `seconds` are those of the form alone.
        """
        answer = await self.post(path, values)
        if answer.status != 302:
            return answer
        page = await self.get(answer.headers["location"])
        seen = answer.seconds + page.seconds
        return replace(page, seconds=answer.seconds, seconds_until_seen=seen)

    async def send_and_hang_up(self, path: str, values: dict[str, str]) -> None:
        """Sends a form over a line that is cut before the answer comes."""
        body = urlencode(values).encode()
        _reader, writer = await self._connect()
        writer.write(self._head("POST", path, body) + body)
        await writer.drain()
        await self.close()

    def beside(self) -> "Person":
        """The same person over another connection, as a browser opens one."""
        return Person(self.host, self.address, dict(self.cookies))

    async def open_form(self, path: str) -> dict[str, str]:
        """The hidden values of a form. Raises ValueError where the page holds none."""
        answer = await self.get(path)
        hidden = {name.decode(): value.decode() for name, value in _HIDDEN.findall(answer.body)}
        if answer.status != 200 or set(hidden) != {"csrfmiddlewaretoken", "nonce"}:
            raise ValueError(f"{path}: {answer.status}, {sorted(hidden)}")
        return hidden

    async def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, method: str, path: str, body: bytes) -> Answer:
        started = time.perf_counter()
        reader, writer = await self._connect()
        writer.write(self._head(method, path, body) + body)
        await writer.drain()
        status, headers = await self._read_head(reader)
        length = int(headers.get("content-length", "0"))
        content = await reader.readexactly(length) if length else b""
        if headers.get("connection", "").lower() == "close":
            await self.close()
        seconds = time.perf_counter() - started
        return Answer(status, headers, content, seconds, seconds)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            name, _colon, port = self.host.partition(":")
            self._streams = await asyncio.open_connection(name, int(port))
        return self._streams

    def _head(self, method: str, path: str, body: bytes) -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}",
            f"X-Forwarded-For: {self.address}",
            f"Origin: http://{self.host}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{k}={v}" for k, v in self.cookies.items()))
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def _read_head(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _colon, value = line.partition(":")
            if name.lower() == "set-cookie":
                key, _equals, rest = value.strip().partition("=")
                self.cookies[key] = rest.partition(";")[0]
            headers[name.lower()] = value.strip()
        return int(first.split()[1]), headers


def address(number: int) -> str:
    """An address of its own for each person, so that no rate limit meets a crowd (rule 22)."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def registration_form(number: int) -> dict[str, str]:
    """What a clerk types, valid and different for each number."""
    return {
        "who": "me",
        "name": f"Anna Vzorová {number}",
        "email": f"vzorova{number}@mesto.example",
        "kraj": "abroad",
        "organisation": "Ukázková firma",
        "sector": "private",
    }
