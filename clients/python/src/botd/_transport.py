"""Sockets of the synchronous client: one thread reads while others write, plain or through TLS."""

from __future__ import annotations

import errno
import select
import socket
import ssl
import threading
import time
from typing import Protocol

from .address import Address
from .errors import BotdError, Code, ConnectionRefused, PeerNotTTRPC, connection_lost

_CHUNK = 256 * 1024


class Transport(Protocol):
    """A connected stream of bytes."""

    @property
    def problem(self) -> str:
        """Why `receive` gave the end, where that is known."""
        ...

    def receive(self) -> bytes:
        """What arrives next; empty at the end. Waits."""
        ...

    def send(self, data: bytes, limit: float) -> None:
        """Sends all of it until `limit` (of time.monotonic()); otherwise TimeoutError."""
        ...

    def shut(self) -> None:
        """Ends both directions; `receive` gives the end."""
        ...

    def close(self) -> None:
        """Gives the descriptor back; nobody may be using it."""
        ...


class PlainTransport:
    """A socket. It is blocking: reading costs one system call; writing does not wait inside the kernel but in `poll`, for its time limit."""

    def __init__(self, plain: socket.socket) -> None:
        plain.settimeout(None)
        self.problem = ""
        self._socket = plain
        self._sending = threading.Lock()

    def receive(self) -> bytes:
        try:
            return self._socket.recv(_CHUNK)
        except OSError:
            return b""

    def send(self, data: bytes, limit: float) -> None:
        with self._sending:
            self._send_all(data, limit)

    def _send_all(self, data: bytes, limit: float) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self._socket.send(view, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                self._wait_writable(limit)

    def _wait_writable(self, limit: float) -> None:
        poll = select.poll()
        poll.register(self._socket, select.POLLOUT)
        if not poll.poll(max(0.0, limit - time.monotonic()) * 1000):
            raise TimeoutError

    def shut(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def close(self) -> None:
        self._socket.close()


class TLSTransport(PlainTransport):
    """TLS over a socket. OpenSSL's state has a lock of its own, so that a blocked writer does not keep the reader from reading."""

    def __init__(self, plain: socket.socket, context: ssl.SSLContext, host: str, limit: float) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._state = threading.Lock()
        super().__init__(plain)
        self._handshake(limit)

    def _handshake(self, limit: float) -> None:
        try:
            while True:
                try:
                    self._tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    self._send_all(self._outgoing.read(), limit)
                    self._socket.settimeout(max(0.001, limit - time.monotonic()))
                    data = self._socket.recv(_CHUNK)
                    if not data:
                        raise ConnectionResetError(errno.ECONNRESET, "closed during the TLS handshake") from None
                    self._incoming.write(data)
        finally:
            self._socket.settimeout(None)
        self._send_all(self._outgoing.read(), limit)

    def receive(self) -> bytes:
        while True:
            with self._state:
                try:
                    data = self._tls.read(_CHUNK)
                except ssl.SSLWantReadError:
                    data = None
                except ssl.SSLError as error:
                    self.problem = error.reason or str(error)
                    return b""
            if data is not None:
                return data
            raw = super().receive()
            with self._state:
                if raw:
                    self._incoming.write(raw)
                else:
                    self._incoming.write_eof()

    def send(self, data: bytes, limit: float) -> None:
        with self._sending:
            with self._state:
                self._tls.write(data)
                encrypted = self._outgoing.read()
            self._send_all(encrypted, limit)


def connect(address: Address, tls: ssl.SSLContext | None, limit: float) -> Transport:
    """A connection to a daemon.

    Raises:
        ConnectionRefused: when nothing listens there, or TLS is refused.
        PeerNotTTRPC: when TLS is wanted and the peer does not speak it.
        TimeoutError: when `limit` (of time.monotonic()) is over.
    """
    try:
        plain = _socket(address, max(0.001, limit - time.monotonic()))
    except TimeoutError:
        raise
    except OSError as error:
        raise refused(address, error) from None
    if tls is None:
        return PlainTransport(plain)
    try:
        return TLSTransport(plain, tls, address.host, limit)
    except TimeoutError:
        plain.close()
        raise
    except OSError as error:
        plain.close()
        raise tls_failed(address, error) from None


def _socket(address: Address, timeout: float) -> socket.socket:
    if address.path:
        plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            plain.settimeout(timeout)
            plain.connect(address.path)
        except BaseException:
            plain.close()
            raise
        return plain
    plain = socket.create_connection((address.host, address.port), timeout)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return plain


def refused(address: Address, error: OSError) -> ConnectionRefused:
    """Nothing listens there."""
    if isinstance(error, PermissionError):
        remedy = "this user may not use the socket"
    else:
        remedy = "is botd running? BOTD_ADDRESS, or the argument `address`, says where it listens"
    reason = error.strerror or str(error)
    return ConnectionRefused(Code.UNAVAILABLE, f"cannot connect to {address}: {reason}; {remedy}", reason="CONNECTION_REFUSED")


def closed_by_peer(address: str, problem: str) -> BotdError:
    """The other side ended the connection. `problem` is what TLS says of it: an alert tells that it will not have this client."""
    if "ALERT" in problem:
        return ConnectionRefused(Code.UNAVAILABLE, f"{address} refuses this client: TLS: {problem}", reason="TLS_FAILED")
    because = f" ({problem})" if problem else ""
    return connection_lost(f"the connection to {address} was closed by the other side{because}")


def tls_failed(address: Address, error: OSError) -> ConnectionRefused | PeerNotTTRPC:
    """The TLS handshake failed."""
    reason = getattr(error, "reason", None) or error.strerror or str(error)
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG") or isinstance(error, ConnectionResetError):
        return PeerNotTTRPC(Code.UNIMPLEMENTED, f"{address} does not speak TLS ({reason})", reason="PEER_NOT_TTRPC")
    detail = getattr(error, "verify_message", "") or reason
    return ConnectionRefused(Code.UNAVAILABLE, f"cannot connect to {address}: TLS: {detail}", reason="TLS_FAILED")
