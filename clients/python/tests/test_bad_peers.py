"""What a client says when the other side is absent, is something else, or breaks off. Each test runs both kinds of client."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path
from typing import TypeVar

import pytest
from servers import Listener, end, frames_server, message, response, too_large

from botd import (
    AsyncClient,
    BotdError,
    Client,
    Code,
    ConnectionLost,
    ConnectionRefused,
    DaemonTooOld,
    DeadlineExceeded,
    MessageTooLarge,
    PeerNotTTRPC,
    ReaderTooSlow,
)
from botd._frames import DATA, RESPONSE, Frame
from botd.v1 import HelloResponse, PingResponse, RunBacktestResponse

E = TypeVar("E", bound=BotdError)


def ping_error(kind: type[E], address: str, asynchronous: bool, timeout: float = 5, payload: bytes = b"") -> E:
    """The error that a ping ends in."""

    async def ping() -> None:
        async with AsyncClient(address, timeout=timeout) as client:
            await client.ping(payload=payload)

    with pytest.raises(kind) as caught:
        if asynchronous:
            asyncio.run(ping())
        else:
            with Client(address, timeout=timeout) as client:
                client.ping(payload=payload)
    return caught.value


GREETINGS = [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n", b"\x15\x03\x03\x00\x02\x02\x28", b"\0\0\0\3\0\0\0\1\2\0abc"]
both = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


@both
@pytest.mark.parametrize("form", ["unix:{0}/none.sock", "tcp://127.0.0.1:1"])
def test_nothing_listens(folder: Path, asynchronous: bool, form: str) -> None:
    address = form.format(folder)
    start = time.monotonic()
    error = ping_error(ConnectionRefused, address, asynchronous)
    assert time.monotonic() - start < 2, "it is said at once"
    assert error.code is Code.UNAVAILABLE and error.reason == "CONNECTION_REFUSED"
    assert address in error.message and "is botd running?" in error.message


@both
@pytest.mark.parametrize("greeting", GREETINGS, ids=["http", "ssh", "tls", "malformed"])
def test_something_else_answers(folder: Path, asynchronous: bool, greeting: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(greeting)
        connection.recv(4096)

    listener = Listener(f"{folder}/s", serve)
    error = ping_error(PeerNotTTRPC, listener.address, asynchronous)
    assert "does not speak botd's protocol" in error.message
    assert ("TLS" in error.message) == (greeting[0] == 0x15)
    listener.close()


@both
def test_a_peer_that_says_nothing(folder: Path, asynchronous: bool) -> None:
    listener = Listener(f"{folder}/s", lambda connection: void(connection.recv(1), connection.recv(4096), connection.recv(4096)))
    error = ping_error(DeadlineExceeded, listener.address, asynchronous, timeout=0.3)
    assert error.code is Code.DEADLINE_EXCEEDED and "within 0.3 s" in error.message
    listener.close()


@both
def test_a_peer_that_closes_at_once(folder: Path, asynchronous: bool) -> None:
    listener = Listener(f"{folder}/s", lambda connection: void(connection.recv(4096)))
    error = ping_error(ConnectionLost, listener.address, asynchronous, timeout=0.3)
    assert "before the first answer" in error.message
    listener.close()


@both
@pytest.mark.parametrize("hello", [HelloResponse(version="0.1.0", api_version="botd.v1"), HelloResponse(version="9.0.0", api_version="botd.v7")])
def test_a_daemon_of_another_version(folder: Path, asynchronous: bool, hello: HelloResponse) -> None:
    listener = frames_server(f"{folder}/s", lambda connection, frame, request: None, hello)
    error = ping_error(DaemonTooOld, listener.address, asynchronous)
    assert hello.version in error.message and "0.2.0" in error.message
    listener.close()


@both
def test_a_call_that_is_not_answered(folder: Path, asynchronous: bool) -> None:
    listener = frames_server(f"{folder}/s", lambda connection, frame, request: None)
    error = ping_error(DeadlineExceeded, listener.address, asynchronous, timeout=0.3)
    assert "botd.v1.SystemService/Ping" in error.message
    listener.close()


@both
def test_a_connection_that_fell_silent_is_given_up(folder: Path, asynchronous: bool) -> None:
    """As when a router on the way has forgotten the connection: one call waits in vain, the next connects anew."""

    def answer(connection: socket.socket, frame: Frame, request: object) -> None:
        if connection is not listener.connections[0]:
            connection.sendall(response(frame.stream_id, b""))

    listener = frames_server(f"{folder}/s", answer)

    async def main() -> None:
        async with AsyncClient(listener.address) as client:
            with pytest.raises(DeadlineExceeded):
                await client.ping(timeout=0.2)
            await client.ping(timeout=5)

    if asynchronous:
        asyncio.run(main())
    else:
        with Client(listener.address) as client:
            with pytest.raises(DeadlineExceeded):
                client.ping(timeout=0.2)
            client.ping(timeout=5)
    assert len(listener.connections) == 2
    listener.close()


@both
def test_a_connection_that_is_cut_in_a_call_is_made_again_until_the_deadline(folder: Path, asynchronous: bool) -> None:
    listener = frames_server(f"{folder}/s", lambda connection, frame, request: connection.shutdown(socket.SHUT_RDWR))
    ping_error(ConnectionLost, listener.address, asynchronous, timeout=0.8)
    assert len(listener.connections) > 2
    listener.close()


@both
def test_a_request_that_is_too_large_is_not_sent(folder: Path, asynchronous: bool) -> None:
    listener = frames_server(f"{folder}/s", lambda connection, frame, request: connection.sendall(response(frame.stream_id, b"")))
    error = ping_error(MessageTooLarge, listener.address, asynchronous, payload=bytes(4 << 20))
    assert error.reason == "MESSAGE_TOO_LARGE" and "4 MiB" in error.message
    listener.close()


@both
def test_an_answer_that_is_too_large_ends_its_call_alone(folder: Path, asynchronous: bool) -> None:
    def answer(connection: socket.socket, frame: object, request: object) -> None:
        stream_id = getattr(frame, "stream_id")
        connection.sendall(too_large(stream_id, RESPONSE))

    listener = frames_server(f"{folder}/s", answer)
    ping_error(MessageTooLarge, listener.address, asynchronous)
    assert len(listener.connections) == 1
    listener.close()


def test_an_answer_that_cannot_be_decoded(folder: Path) -> None:
    listener = frames_server(f"{folder}/s", lambda connection, frame, request: connection.sendall(response(frame.stream_id, b"\xff")))
    error = ping_error(BotdError, listener.address, False)
    assert error.reason == "MESSAGE_MALFORMED"
    listener.close()


def test_a_stream_that_is_cut_says_so(folder: Path) -> None:
    def answer(connection: socket.socket, frame: object, request: object) -> None:
        connection.sendall(message(getattr(frame, "stream_id"), RunBacktestResponse().SerializeToString()))
        connection.shutdown(socket.SHUT_RDWR)

    listener = frames_server(f"{folder}/s", answer)
    with Client(listener.address) as client, client.run_backtest() as stream:
        assert stream.receive(5) is not None
        with pytest.raises(ConnectionLost, match="closed by the other side"):
            stream.receive(5)
    listener.close()


def test_a_stream_has_a_deadline_of_its_own(folder: Path) -> None:
    listener = frames_server(f"{folder}/s", lambda connection, frame, request: None)
    with Client(listener.address) as client:
        with pytest.raises(DeadlineExceeded, match="its time is over"):
            list(client.run_backtest(timeout=0.2))
    listener.close()


def test_a_stream_that_is_not_read_is_ended_and_the_connection_goes_on(folder: Path) -> None:
    def answer(connection: socket.socket, frame: object, request: object) -> None:
        stream_id, kind = getattr(frame, "stream_id"), getattr(frame, "type")
        if request is None:
            connection.sendall(end(stream_id))
        elif getattr(request, "method") == "RunBacktest":
            for _ in range(200):
                connection.sendall(message(stream_id, bytes([0x0A, 0]) + bytes([0xA2, 6, 100]) + bytes(100)))
        assert kind in (1, DATA)

    listener = frames_server(f"{folder}/s", answer)
    with Client(listener.address, stream_buffer_bytes=10_000) as client:
        stream = client.run_backtest()
        with pytest.raises(ReaderTooSlow) as caught:
            for _ in stream:
                while not stream._inbox.ended:  # pyright: ignore[reportPrivateUsage]
                    stream._messages.wait_for_end(5)  # pyright: ignore[reportPrivateUsage]
        assert "stream_buffer_bytes" in caught.value.message
        assert len(listener.connections) == 1
    listener.close()


def test_ping_answers_over_a_scripted_server(folder: Path) -> None:
    """The scripted server itself works: without this, the tests above could fail for its reasons."""
    payload = PingResponse(payload=b"x").SerializeToString()
    listener = frames_server(f"{folder}/s", lambda connection, frame, request: connection.sendall(response(frame.stream_id, payload)))
    with Client(listener.address) as client:
        assert client.ping().payload == b"x"
    listener.close()


def void(*_: object) -> None:
    """Nothing."""


