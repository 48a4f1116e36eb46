import pytest

from notifications.mail_html import mail_html


def test_known_tags_keep_their_class_and_nothing_else() -> None:
    source = '<p class="small" style="color:red" onclick="x()">Ahoj <a href="/r/1">tady</a><br></p>'
    assert mail_html(source) == ('<p class="small">Ahoj <a class="">tady</a><br class=""></p>')


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<script>alert(1)</script>a", "a"),
        ("<style>p{}</style><title>x</title>a", "a"),
        ("<img src=x onerror=alert(1)>a", "a"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ('<p class="&quot;><script>">a</p>', '<p class="&quot;&gt;&lt;script&gt;">a</p>'),
        ("<form><input name=q>a</form>", "a"),
        ("<iframe srcdoc='<b>'></iframe>a", "a"),
        ("</div></p>a", "a"),
        ("<div><p>a", '<div class=""><p class="">a</p></div>'),
        ("<!-- x --><!doctype html>a", "a"),
        ("<svg><a xlink:href='javascript:x'>a</a></svg>", '<a class="">a</a>'),
        ("", ""),
    ],
)
def test_nothing_dangerous_comes_through(source: str, expected: str) -> None:
    assert mail_html(source) == expected
