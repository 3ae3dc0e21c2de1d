"""TCP, TLS, tokens and client certificates, with a real daemon."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import Daemon

from botd import AsyncClient, BotdError, Client, Code, ConnectionRefused, DeadlineExceeded, PeerNotTTRPC, bot_spec, tls_context

TOKEN = "observer-token-0123456789abcdef0123456789"
both = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def authority(folder: Path) -> None:
    """A certificate authority of the folder's own."""
    purpose = ["-subj", "/CN=test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    openssl(folder, "req", "-x509", *NEW_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", *purpose)


def certificate(folder: Path, name: str, subject: str, extension: str) -> None:
    """A certificate from the folder's authority."""
    (folder / f"{name}.ext").write_text(extension)
    openssl(folder, "req", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
    signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signer, "-out", f"{name}.pem", "-extfile", f"{name}.ext")


@pytest.fixture(params=["token"])
def tls_daemon(folder: Path, request: pytest.FixtureRequest) -> Iterator[Daemon]:
    """A daemon on TCP with TLS: for anyone with a token (it may observe), or for client certificates alone (one may operate)."""
    authority(folder)
    certificate(folder, "server", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    certificate(folder, "operator", "/CN=operator", "extendedKeyUsage=clientAuth")
    (folder / "tokens").write_text(f"watcher observe {TOKEN}\n")
    (folder / "roles").write_text("operator operate\n")
    for name in ("tokens", "server.key"):
        os.chmod(folder / name, 0o600)
    environment = {
        "BOTD_TLS_CERT": str(folder / "server.pem"),
        "BOTD_TLS_KEY": str(folder / "server.key"),
    }
    if request.param == "token":
        environment["BOTD_TOKENS_FILE"] = str(folder / "tokens")
    else:
        environment |= {"BOTD_TLS_CLIENT_CA": str(folder / "ca.pem"), "BOTD_CERTIFICATE_ROLES": str(folder / "roles")}
    daemon = Daemon(folder, environment=environment, listen=f"tcp://127.0.0.1:{free_port()}").start()
    yield daemon
    daemon.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def who(address: str, asynchronous: bool, **arguments: object) -> tuple[str, str]:
    """Identity and role that the daemon gives a client; a fill or the absence of one is awaited on a subscription as well."""

    async def main() -> tuple[str, str]:
        async with AsyncClient(address, **arguments) as client:  # type: ignore[arg-type]
            hello = await client.hello()
            if hello.role != "none":
                async with client.follow_health() as health:
                    await health.receive(5)
            return hello.identity, hello.role

    if asynchronous:
        return asyncio.run(main())
    with Client(address, **arguments) as client:  # type: ignore[arg-type]
        hello = client.hello()
        if hello.role != "none":
            with client.follow_health() as health:
                health.receive(5)
        return hello.identity, hello.role


@both
def test_a_token_over_tls(tls_daemon: Daemon, folder: Path, asynchronous: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = tls_context(str(folder / "ca.pem"))
    assert who(tls_daemon.address, asynchronous, tls=trusted, token=TOKEN) == ("watcher", "observe")
    assert who(tls_daemon.address, asynchronous, tls=trusted)[1] == "none"
    monkeypatch.setenv("BOTD_TOKEN", TOKEN)
    assert who(tls_daemon.address, asynchronous, tls=trusted)[1] == "observe"


@both
@pytest.mark.parametrize("tls_daemon", ["certificate"], indirect=True)
def test_a_client_certificate(tls_daemon: Daemon, folder: Path, asynchronous: bool) -> None:
    context = tls_context(str(folder / "ca.pem"), str(folder / "operator.pem"), str(folder / "operator.key"))
    assert who(tls_daemon.address, asynchronous, tls=context) == ("operator", "operate")
    with pytest.raises(ConnectionRefused) as caught:
        who(tls_daemon.address, asynchronous, tls=tls_context(str(folder / "ca.pem")))
    assert caught.value.reason == "TLS_FAILED" and "CERTIFICATE_REQUIRED" in caught.value.message


def test_a_role_that_is_too_low_and_a_wrong_token(tls_daemon: Daemon, folder: Path) -> None:
    trusted = tls_context(str(folder / "ca.pem"))
    with Client(tls_daemon.address, tls=trusted, token=TOKEN) as client, pytest.raises(BotdError) as caught:
        client.create_bot(bot_id="a", spec=bot_spec("BTCUSDT", "rsi", capital=100))
    assert (caught.value.code, caught.value.reason) == (Code.PERMISSION_DENIED, "ROLE_TOO_LOW")
    with Client(tls_daemon.address, tls=trusted, token="wrong-token") as client, pytest.raises(BotdError) as caught:
        client.ping()
    assert (caught.value.code, caught.value.reason) == (Code.UNAUTHENTICATED, "WRONG_TOKEN")
    with Client(tls_daemon.address, tls=trusted) as client, pytest.raises(BotdError) as caught:
        next(client.trades())
    assert caught.value.reason == "NOT_LOGGED_IN"


@both
def test_a_certificate_that_is_not_trusted(tls_daemon: Daemon, asynchronous: bool) -> None:
    with pytest.raises(ConnectionRefused) as caught:
        who(tls_daemon.address, asynchronous, tls=True)
    assert caught.value.reason == "TLS_FAILED" and "certificate" in caught.value.message.lower()


@both
def test_tls_where_there_is_none_and_none_where_there_is_tls(tls_daemon: Daemon, folder: Path, asynchronous: bool) -> None:
    plain = Daemon(folder, listen=f"tcp://127.0.0.1:{free_port()}", state="plain").start()
    with pytest.raises(DeadlineExceeded, match="does botd use TLS there"):
        who(plain.address, asynchronous, tls=tls_context(str(folder / "ca.pem")), timeout=1)
    with pytest.raises(PeerNotTTRPC, match="TLS; give `tls`"):
        who(tls_daemon.address, asynchronous, timeout=3)
    plain.stop()


def test_large_answers_and_many_threads_over_tls(tls_daemon: Daemon, folder: Path) -> None:
    with Client(tls_daemon.address, tls=tls_context(str(folder / "ca.pem")), token=TOKEN) as client:
        for size in (0, 1, 16_383, 16_384, 1 << 20):
            payload = os.urandom(size)
            assert client.ping(payload=payload).payload == payload
