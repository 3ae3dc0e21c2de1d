"""A connection of the asynchronous client."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import TypeVar

from google.protobuf.message import Message

from . import _frames
from ._call import Bidirectional, ServerStreaming
from ._inbox import AsyncInbox
from ._stream import AsyncStream
from ._transport import closed_by_peer, refused, tls_failed
from ._wire import CallStart, Wire, closed_by_user
from .address import Address
from .errors import BotdError, PeerNotTTRPC, deadline_exceeded

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)


class _Answer:
    """The sink of a unary call."""

    def __init__(self, future: asyncio.Future[bytes]) -> None:
        self._future = future

    def take(self, payload: bytes) -> bool:
        """Unary calls have no messages; one is ignored."""
        return True

    def finish(self, payload: bytes | None, error: BotdError | None) -> None:
        """The answer."""
        if self._future.done():
            return
        if error is not None:
            self._future.set_exception(error)
        else:
            self._future.set_result(payload or b"")

    def expire(self) -> None:
        """The deadline is over."""
        if not self._future.done():
            self._future.set_exception(TimeoutError())


class AsyncConnection(asyncio.Protocol):
    """Any number of calls at once over one transport, on one event loop."""

    def __init__(self, address: str, first_stream_id: int = 1) -> None:
        self._address = address
        self._wire = Wire(address, first_stream_id)
        self._transport: asyncio.Transport | None = None
        self._abandoned: deque[int] = deque()
        self._room = asyncio.Event()
        self._room.set()
        self._lost = asyncio.Event()

    @property
    def is_usable(self) -> bool:
        """Whether new calls belong here: it did not break, was not closed, and is not silent."""
        return self._wire.is_usable

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            answer = self._wire.receive(data)
        except PeerNotTTRPC as error:
            self._end(error)
            return
        while self._abandoned:
            stream_id = self._abandoned.popleft()
            answer += self._wire.half_close(stream_id)
            self._wire.drain(stream_id)
        if answer:
            self._write(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wire.fail(closed_by_peer(self._address, str(exc or "")))
        self._room.set()
        self._lost.set()

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    # Calls

    async def unary(self, call: CallStart, limit: float, seconds: float) -> bytes:
        """Makes a unary call; `limit` is its deadline by the loop's time, `seconds` what the caller had given.

        Raises:
            BotdError: what the daemon answered, or that there was no answer.
        """
        loop = asyncio.get_running_loop()
        if not self._room.is_set():
            await self._wait_for_room(limit, f"{call.service}/{call.method}", seconds)
        future: asyncio.Future[bytes] = loop.create_future()
        answer = _Answer(future)
        arrivals = self._wire.arrivals
        timer = loop.call_at(limit, answer.expire)
        stream_id, frame = self._wire.start(call, answer)
        try:
            self._write(frame)
            return await future
        except TimeoutError:
            self._wire.expired(arrivals)
            raise deadline_exceeded(f"{call.service}/{call.method}", seconds) from None
        finally:
            timer.cancel()
            self._wire.forget(stream_id)

    async def _wait_for_room(self, limit: float, what: str, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._room.wait(), max(0.0, limit - asyncio.get_running_loop().time()))
        except asyncio.TimeoutError:
            raise deadline_exceeded(what, seconds) from None

    def stream(self, method: Bidirectional[Q, R] | ServerStreaming[Q, R], call: CallStart, bytes_max: int) -> AsyncStream[Q, R]:
        """Opens a stream."""
        inbox = AsyncInbox(bytes_max)
        stream_id, frame = self._wire.start(call, inbox)
        self._write(frame)
        half_closed = bool(call.flags & _frames.REMOTE_CLOSED)
        return AsyncStream(str(method), method.response, inbox, self, stream_id, half_closed)

    def _write(self, data: bytes) -> None:
        if self._transport is not None and self._wire.error is None:
            self._transport.write(data)

    async def writable(self) -> None:
        """Waits until there is room for what is sent."""
        await self._room.wait()

    def stream_message(self, stream_id: int, payload: bytes) -> None:
        """Sends a message of a stream."""
        self._write(self._wire.message(stream_id, payload))

    def stream_half_close(self, stream_id: int) -> None:
        """Half-closes a stream; nothing when the connection is over."""
        self._write(self._wire.half_close(stream_id))

    def stream_drain(self, stream_id: int) -> None:
        """Drops what still arrives for a stream."""
        self._wire.drain(stream_id)

    def stream_abandon(self, stream_id: int) -> None:
        """A stream was forgotten without `close`: it is half-closed with the next bytes."""
        self._abandoned.append(stream_id)

    def _end(self, error: BotdError) -> None:
        self._wire.fail(error)
        self._room.set()
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """Ends all calls and waits until the descriptor is given back."""
        self._end(closed_by_user())
        if self._transport is not None:
            await self._lost.wait()


async def connect(address: Address, tls: ssl.SSLContext | None, limit: float) -> AsyncConnection:
    """A connection to a daemon.

    Raises:
        ConnectionRefused: when nothing listens there, or TLS is refused.
        PeerNotTTRPC: when TLS is wanted and the peer does not speak it.
        TimeoutError: when `limit` (of the loop's time) is over.
    """
    loop = asyncio.get_running_loop()

    def protocol() -> AsyncConnection:
        return AsyncConnection(str(address))

    async def open_it() -> AsyncConnection:
        if address.path:
            _, made = await loop.create_unix_connection(protocol, address.path)
        else:
            host = address.host if tls is not None else None
            _, made = await loop.create_connection(protocol, address.host, address.port, ssl=tls, server_hostname=host)
        return made

    try:
        return await asyncio.wait_for(open_it(), max(0.001, limit - loop.time()))
    except asyncio.TimeoutError:
        raise TimeoutError from None
    except ssl.SSLError as error:
        raise tls_failed(address, error) from None
    except ConnectionResetError as error:
        raise (refused(address, error) if tls is None else tls_failed(address, error)) from None
    except OSError as error:
        raise refused(address, error) from None
