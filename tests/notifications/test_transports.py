"""Signing in, TLS, and what becomes of a server that does not do as asked."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notifications import transports
from notifications.models import Message
from tests import services


class Keeping:
    def __init__(self):
        self.kept = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.kept.append(envelope.content)
        return "250 2.0.0 queued as 4711"


def message():
    now = datetime(2018, 6, 13, 7, tzinfo=UTC)
    return Message(
        pk=7, to_email="anna@mesto.example", raw=b"Subject: x\r\n\r\n.\r\n", created_at=now
    )


@pytest.fixture
def start():
    running = []

    def run(**options):
        handler, port = Keeping(), services.free_port()
        controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        where = {"host": "127.0.0.1", "port": port, "user": "", "password": ""}
        return handler, where | {"use_tls": False, "use_ssl": False}

    yield run
    for controller in running:
        controller.stop()


def certified(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "cert.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem")
    return context


def authenticator(server, session, envelope, mechanism, data):
    is_known = (data.login, data.password) == (b"setkani", b"secret")
    return AuthResult(success=is_known, handled=False, auth_data=data)


def test_the_servers_answer_comes_back_in_its_own_words(start):
    handler, options = start()

    with transports.Smtp(options) as way_out:
        answer = way_out.send(message())

    assert str(answer) == "250 2.0.0 queued as 4711"
    assert handler.kept == [b"Subject: x\r\n\r\n.\r\n"]


def test_it_signs_in_where_a_name_is_given(start):
    signed_in = []

    def asking(server, session, envelope, mechanism, data):
        signed_in.append(data.login)
        return authenticator(server, session, envelope, mechanism, data)

    handler, options = start(authenticator=asking, auth_require_tls=False)

    with transports.Smtp(options | {"user": "setkani", "password": "secret"}) as way_out:
        assert way_out.send(message()).is_taken
    assert (signed_in, len(handler.kept)) == ([b"setkani"], 1)


def test_a_wrong_password_is_an_outage_and_fails_no_mail(start):
    _handler, options = start(authenticator=authenticator, auth_require_tls=False)
    wrong = transports.Smtp(options | {"user": "setkani", "password": "wrong"})

    with pytest.raises(transports.Lost, match="535"), wrong:
        pytest.fail("signed in")


def test_a_certificate_that_nobody_vouches_for_is_refused(start, tmp_path):
    _handler, options = start(tls_context=certified(tmp_path))

    with (
        pytest.raises(transports.Lost, match="certificate"),
        transports.Smtp(options | {"use_tls": True}),
    ):
        pytest.fail("trusted")


def test_tls_is_used_where_the_certificate_is_known(start, tmp_path, monkeypatch):
    handler, options = start(tls_context=certified(tmp_path), require_starttls=True)

    def trusting():
        context = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        context.check_hostname = False
        return context

    monkeypatch.setattr(transports, "_tls", trusting)
    with transports.Smtp(options | {"use_tls": True}) as way_out:
        assert way_out.send(message()).is_taken
    assert len(handler.kept) == 1


def test_a_server_without_tls_gets_no_mail_where_tls_is_asked_for(start):
    handler, options = start()

    with (
        pytest.raises(transports.Lost, match="STARTTLS"),
        transports.Smtp(options | {"use_tls": True}),
    ):
        pytest.fail("unencrypted")
    assert handler.kept == []


def test_nobody_listens(settings):
    settings.MAIL_TRANSPORT = {
        "host": "127.0.0.1", "port": services.free_port(), "user": "", "password": "",
        "use_tls": False, "use_ssl": False,
    }  # fmt: skip

    with pytest.raises(transports.Lost, match="refused"), transports.transport():
        pytest.fail("connected")


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    with transports.Folder(tmp_path / "mail") as way_out:
        first, second = way_out.send(message()), way_out.send(message())

    (file,) = (tmp_path / "mail").iterdir()
    assert first == second == (250, str(file))
    assert file.name == "20180613T070000-7.eml"
    assert file.read_bytes() == b"Subject: x\r\n\r\n.\r\n"
