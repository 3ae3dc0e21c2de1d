"""The exchanges of proto/vectors, byte for byte, over a real socket pair, with both kinds of connection."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.message import Message

import botd.v1
from botd import BotdError, ConnectionLost, MessageTooLarge, PeerNotTTRPC
from botd import _calls as calls
from botd._async_connection import AsyncConnection
from botd._call import Bidirectional, ServerStreaming, Unary, decode
from botd._connection import Connection
from botd._frames import REMOTE_CLOSED, REMOTE_OPEN
from botd._transport import PlainTransport
from botd._wire import CallStart

Facts = dict[str, Any]
VECTORS = Path(__file__).resolve().parents[3] / "proto" / "vectors"
FILES = [json.loads(path.read_text()) for path in sorted(VECTORS.glob("*.json"))]
PLAYABLE = [facts for facts in FILES if "call" in facts]
FAILURES: dict[str, tuple[type[BotdError], str]] = {
    "message_too_large": (MessageTooLarge, "MESSAGE_TOO_LARGE"),
    "connection_lost": (ConnectionLost, "CONNECTION_LOST"),
    "not_ttrpc": (PeerNotTTRPC, "PEER_NOT_TTRPC"),
    "malformed": (BotdError, "MESSAGE_MALFORMED"),
}
SECONDS = 10.0
HALF_CLOSE = "0305"
AnyMethod = Any


@dataclass
class Outcome:
    """What the caller got."""

    messages: list[Message] = field(default_factory=list[Message])
    error: BotdError | None = None


class Server(threading.Thread):
    """Checks what the client sends and answers as the file says."""

    def __init__(self, facts: Facts, end: socket.socket) -> None:
        super().__init__(daemon=True)
        self._exchange: list[Facts] = facts["exchange"]
        self._end = end
        self._may_fail = "failure" in facts["outcome"]
        self.problem = ""
        self.start()

    def run(self) -> None:
        with self._end:
            try:
                self._play()
            except OSError as error:
                # Once it has failed, a client may hang up while the server still sends.
                self.problem = "" if self._may_fail else str(error)

    def _play(self) -> None:
        self._end.settimeout(SECONDS)
        for entry in self._exchange:
            wanted = bytes.fromhex(entry.get("hex", "")) + padding(entry)
            if entry["from"] == "server":
                self._end.sendall(wanted)
                if entry.get("closes"):
                    return
            elif (got := self._read(len(wanted))) != wanted:
                self.problem = f"{entry['meaning']}: {got.hex()} instead of {wanted.hex()}"
                return
        self._end.recv(1)  # The client closes.

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (more := self._end.recv(size - len(data))):
            data += more
        return data


def padding(entry: Facts) -> bytes:
    repeat = entry.get("repeat")
    return bytes([int(repeat["byte"])]) * int(repeat["times"]) if repeat else b""


def message(facts: Facts) -> Message:
    kind: type[Message] = getattr(botd.v1, facts["type"].rpartition(".")[2])
    return json_format.ParseDict(facts["json"], kind())


def tables() -> Iterator[AnyMethod]:
    for name in dir(calls):
        yield from vars(getattr(calls, name)).values() if name.endswith("_service") else ()


METHODS = {str(value): value for value in tables() if isinstance(value, (Unary, ServerStreaming, Bidirectional))}


def method(call: Facts) -> AnyMethod:
    """The method; one that does not exist takes and gives what Ping does."""
    known = METHODS.get(f"{call['service']}/{call['method']}")
    return known or Unary(call["service"], call["method"], botd.v1.PingRequest, botd.v1.PingResponse)


def start(call: Facts, payload: bytes, flags: int) -> CallStart:
    metadata = tuple((pair["key"], pair["value"]) for pair in call["metadata"])
    return CallStart(call["service"], call["method"], payload, flags, int(call["timeout_nano"]), metadata)


def messages_before_half_close(facts: Facts) -> int:
    """After how many messages the caller has had enough; -1: never."""
    count = 0
    for entry in facts["exchange"]:
        if entry["from"] == "client" and entry["hex"].endswith(HALF_CLOSE) and len(entry["hex"]) == 20:
            return count
        count += entry["from"] == "server" and "message" in entry
    return -1


def play(facts: Facts, end: socket.socket) -> Outcome:
    """With the connection of the synchronous client."""
    connection = Connection(PlainTransport(end), "unix:test")
    call, found, enough = facts["call"], Outcome(), messages_before_half_close(facts)
    requests = [message(one) for one in call["requests"]]
    limit = time.monotonic() + SECONDS
    try:
        if call["kind"] == "unary":
            payload = connection.unary(start(call, requests[0].SerializeToString(), 0), limit, SECONDS)
            found.messages.append(decode(method(call), payload))
            return found
        is_server_stream = call["kind"] == "server_stream"
        opening = requests.pop(0).SerializeToString() if is_server_stream else b""
        stream = connection.stream(method(call), start(call, opening, REMOTE_CLOSED if is_server_stream else REMOTE_OPEN), 1 << 20, limit)
        for request in requests:
            stream.send(request)
        while True:
            if len(found.messages) == enough:
                if is_server_stream:
                    stream.close()
                    return found
                stream.close_send()
            received = stream.receive(SECONDS)
            if received is None:
                return found
            found.messages.append(received)
    except BotdError as error:
        found.error = error
        return found
    finally:
        connection.close()


async def play_async(facts: Facts, end: socket.socket) -> Outcome:
    """With the connection of the asynchronous client."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_unix_connection(lambda: AsyncConnection("unix:test"), sock=end)
    call, found, enough = facts["call"], Outcome(), messages_before_half_close(facts)
    requests = [message(one) for one in call["requests"]]
    try:
        if call["kind"] == "unary":
            payload = await connection.unary(start(call, requests[0].SerializeToString(), 0), loop.time() + SECONDS, SECONDS)
            found.messages.append(decode(method(call), payload))
            return found
        is_server_stream = call["kind"] == "server_stream"
        opening = requests.pop(0).SerializeToString() if is_server_stream else b""
        stream = connection.stream(method(call), start(call, opening, REMOTE_CLOSED if is_server_stream else REMOTE_OPEN), 1 << 20)
        for request in requests:
            await stream.send(request)
        while True:
            if len(found.messages) == enough:
                if is_server_stream:
                    await stream.close()
                    return found
                stream.close_send()
            received = await stream.receive(SECONDS)
            if received is None:
                return found
            found.messages.append(received)
    except BotdError as error:
        found.error = error
        return found
    finally:
        await connection.close()


def as_json(message: Message) -> Facts:
    """Without the fields that are unknown here."""
    return json_format.MessageToDict(message)


def check(facts: Facts, found: Outcome) -> None:
    wanted = facts["outcome"]
    assert [as_json(one) for one in found.messages] == [as_json(message(one)) for one in wanted["messages"]]
    if "failure" in wanted:
        kind, reason = FAILURES[wanted["failure"]]
        assert isinstance(found.error, kind) and found.error.reason == reason, repr(found.error)
    elif "error" in wanted:
        told, error = wanted["error"], found.error
        assert error is not None
        assert (error.code, error.message) == (told["code"], told["message"])
        assert (error.reason, error.field) == (told.get("reason", ""), told.get("field", ""))
        assert error.last_sequence == int(told.get("last_sequence", told.get("lastSequence", 0)))
        violations = [(one["field"], one["reason"], one["message"]) for one in told.get("violations", ())]
        assert [(one.field, one.reason, one.message) for one in error.violations] == violations
    else:
        assert found.error is None, repr(found.error)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("facts", PLAYABLE, ids=[facts["name"] for facts in PLAYABLE])
def test_exchange(facts: Facts, asynchronous: bool) -> None:
    near, far = socket.socketpair()
    server = Server(facts, far)
    found = asyncio.run(play_async(facts, near)) if asynchronous else play(facts, near)
    server.join(SECONDS)
    assert not server.is_alive() and not server.problem, server.problem
    check(facts, found)


def test_all_exchanges_are_there() -> None:
    assert len(PLAYABLE) >= 30
    assert {facts["call"]["kind"] for facts in PLAYABLE} == {"unary", "server_stream", "bidirectional"}
