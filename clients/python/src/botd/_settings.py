"""What a client was told about its daemon."""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import dataclass

from ._version import VERSION
from .address import Address, default_address
from .errors import BotdError, Code, ConnectionLost, DaemonTooOld, DeadlineExceeded, PeerNotTTRPC, deadline_exceeded
from .v1.system_pb2 import HelloResponse

OLDEST_DAEMON = (0, 2, 0)
TIMEOUT_SECONDS = 10.0
STREAM_TIMEOUT_SECONDS = 600.0
STREAM_BUFFER_BYTES = 32 << 20


@dataclass(frozen=True)
class Settings:
    """Address, identity and limits of a client."""

    address: Address
    timeout: float
    token: str
    tls: ssl.SSLContext | None
    name: str
    stream_buffer_bytes: int


def settings(
    address: str | None,
    timeout: float,
    token: str | None,
    tls: ssl.SSLContext | bool,
    name: str | None,
    stream_buffer_bytes: int,
) -> Settings:
    """The settings from a client's arguments and the environment.

    Raises:
        ValueError: when an argument makes no sense.
    """
    where = Address.parse(address) if address else default_address(os.environ)
    if not timeout > 0:
        raise ValueError(f"timeout is a number of seconds above 0, not {timeout}")
    if tls and where.path:
        raise ValueError(f"TLS is for tcp:// addresses, not for {where}")
    context = ssl.create_default_context() if tls is True else (tls or None)
    given = token if token is not None else os.environ.get("BOTD_TOKEN", "")
    return Settings(where, timeout, given, context, name or f"botd-python {VERSION}", stream_buffer_bytes)


def tls_context(ca_file: str | None = None, certificate_file: str | None = None, key_file: str | None = None) -> ssl.SSLContext:
    """A TLS context: which authority the daemon's certificate must come from, and the client's own certificate.

    Args:
        ca_file: PEM file of the certificate authority; None: those that the system trusts.
        certificate_file: PEM file of the client's certificate chain; None: the client shows none.
        key_file: PEM file of its private key; None: it is in `certificate_file`.
    """
    context = ssl.create_default_context(cafile=ca_file)
    if certificate_file is not None:
        context.load_cert_chain(certificate_file, key_file)
    return context


def check_hello(hello: HelloResponse, address: Address) -> None:
    """Whether the daemon is new enough.

    Raises:
        DaemonTooOld: it is not.
    """
    match = re.match(r"(\d+)\.(\d+)\.(\d+)", hello.version)
    version = (int(match[1]), int(match[2]), int(match[3])) if match else None
    if hello.api_version != "botd.v1" or (version is not None and version < OLDEST_DAEMON):
        oldest = ".".join(str(part) for part in OLDEST_DAEMON)
        raise DaemonTooOld(
            Code.UNIMPLEMENTED,
            f"botd at {address} is version {hello.version or '(unknown)'} with interface {hello.api_version or '(unknown)'}; "
            f"this client needs {oldest} with botd.v1 or newer",
            reason="DAEMON_TOO_OLD",
        )


def connecting_took_too_long(given: Settings, seconds: float) -> BotdError:
    """Nobody answered while connecting."""
    if given.tls is None:
        return deadline_exceeded(f"connecting to {given.address}", seconds)
    message = f"connecting to {given.address} by TLS: no answer within {seconds:g} s; does botd use TLS there?"
    return DeadlineExceeded(Code.DEADLINE_EXCEEDED, message, reason="DEADLINE_EXCEEDED")


def first_answer_error(error: BotdError, address: Address) -> BotdError:
    """What an error of the first call on a connection means."""
    if error.code is Code.UNIMPLEMENTED and error.reason in ("", "SERVICE_UNKNOWN", "METHOD_UNKNOWN"):
        return DaemonTooOld(Code.UNIMPLEMENTED, f"what answers at {address} is no botd that this client knows: {error}", reason="DAEMON_TOO_OLD")
    if error.reason == "MESSAGE_MALFORMED":
        message = f"{address} does not speak botd's protocol (ttrpc): {error.message}"
        return PeerNotTTRPC(Code.UNIMPLEMENTED, message, reason="PEER_NOT_TTRPC")
    if isinstance(error, ConnectionLost):
        message = f"{error.message} before the first answer; is it botd, and may this user use it?"
        return ConnectionLost(error.code, message, reason=error.reason)
    return error
