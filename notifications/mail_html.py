"""The HTML of a mail as part of a page: known tags and their classes, everything else as text.

The page's CSP lets no inline style in; `static/mail.css` draws the same look by the classes. Links
lead nowhere: their secrets are masked.
"""

from html.parser import HTMLParser

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_KNOWN = {
    *("a", "b", "br", "del", "div", "em", "h1", "h2", "h3", "li", "ol", "p", "span", "strong"),
    *("table", "tbody", "td", "th", "tr", "ul"),
}
_EMPTY = {"br"}
_DROPPED = {"head", "style", "script", "title"}


def mail_html(source: str) -> SafeString:
    """Safe for a page whatever the source holds."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return reader.result()


class _Reader(HTMLParser):
    """Writes anew what it knows; tags that the source left open are closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[SafeString] = []
        self._open: list[str] = []
        self._dropping = 0

    def result(self) -> SafeString:
        while self._open:
            self._parts.append(format_html("</{}>", self._open.pop()))
        return format_html_join("", "{}", ((part,) for part in self._parts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropping += 1
        if tag not in _KNOWN or self._dropping:
            return
        css_class = dict(attrs).get("class") or ""
        self._parts.append(format_html('<{} class="{}">', tag, css_class))
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._dropping = max(0, self._dropping - 1)
        if tag not in self._open or self._dropping:
            return
        while self._open:
            last = self._open.pop()
            self._parts.append(format_html("</{}>", last))
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self._parts.append(format_html("{}", data))
