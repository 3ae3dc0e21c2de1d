"""A connection that is opened when it is needed and opened again when it broke; asynchronous."""

from __future__ import annotations

import asyncio
import time
from typing import TypeVar

from google.protobuf.message import Message

from . import _async_connection, _frames
from ._async_connection import AsyncConnection
from ._call import Bidirectional, ServerStreaming, Unary, decode
from ._calls.system_service import HELLO, LOGIN
from ._channel import timeout_nano
from ._retry import Backoff, call_may_be_repeated
from ._settings import STREAM_TIMEOUT_SECONDS, Settings, check_hello, connecting_took_too_long, first_answer_error
from ._stream import AsyncStream
from ._wire import CallStart, closed_by_user
from .errors import BotdError, deadline_exceeded
from .v1.system_pb2 import HelloRequest, HelloResponse, LoginRequest

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)


class AsyncChannel:
    """One connection at a time, on one event loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.was_connected = False
        self._connection: AsyncConnection | None = None
        self._hello: HelloResponse | None = None
        self._opening = asyncio.Lock()
        self._closed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def hello(self, limit: float, seconds: float) -> HelloResponse:
        """Who answers on the connection, which is opened when there is none."""
        await self.connection(limit, seconds)
        assert self._hello is not None
        return self._hello

    async def connection(self, limit: float, seconds: float) -> AsyncConnection:
        """The connection, opened and logged in when there is none.

        Raises:
            RuntimeError: on another event loop than the first one.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._loop is not None:
                raise RuntimeError("an AsyncClient belongs to the event loop that used it first; make one for each loop")
            self._loop = loop
        if self._connection is not None and self._connection.is_usable:
            return self._connection
        try:
            await asyncio.wait_for(self._opening.acquire(), max(0.0, limit - _now()))
        except asyncio.TimeoutError:
            raise connecting_took_too_long(self.settings, seconds) from None
        try:
            return await self._connect(limit, seconds)
        finally:
            self._opening.release()

    async def _connect(self, limit: float, seconds: float) -> AsyncConnection:
        if self._closed.is_set():
            raise closed_by_user()
        if self._connection is not None and self._connection.is_usable:
            return self._connection
        await self.disconnect()
        settings = self.settings
        try:
            connection = await _async_connection.connect(settings.address, settings.tls, limit)
        except TimeoutError:
            raise connecting_took_too_long(settings, seconds) from None
        try:
            self._hello = await self._introduce(connection, limit, seconds)
        except BotdError as error:
            await connection.close()
            raise first_answer_error(error, settings.address) from None
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        self.was_connected = True
        return connection

    async def _introduce(self, connection: AsyncConnection, limit: float, seconds: float) -> HelloResponse:
        if self.settings.token:
            await _call(connection, LOGIN, LoginRequest(token=self.settings.token), limit, seconds)
        hello = await _call(connection, HELLO, HelloRequest(client=self.settings.name), limit, seconds)
        check_hello(hello, self.settings.address)
        return hello

    async def unary(self, method: Unary[Q, R], request: Q, timeout: float | None) -> R:
        """Makes a call, and makes it again after a lost connection, until its deadline."""
        seconds = self.settings.timeout if timeout is None else timeout
        limit = _now() + seconds
        backoff = Backoff()
        while True:
            try:
                return await _call(await self.connection(limit, seconds), method, request, limit, seconds)
            except BotdError as error:
                if not call_may_be_repeated(error, self.was_connected):
                    raise
                delay = backoff.next()
                if _now() + delay >= limit:
                    raise
            await self.wait(delay)

    async def server_streaming(self, method: ServerStreaming[Q, R], request: Q, timeout: float | None) -> AsyncStream[Q, R]:
        """Opens a stream of answers; `timeout` is for all of it."""
        seconds = STREAM_TIMEOUT_SECONDS if timeout is None else timeout
        limit = _now() + min(seconds, self.settings.timeout)
        connection = await self.connection(limit, self.settings.timeout)
        nano = timeout_nano(seconds)
        call = CallStart(method.service, method.name, request.SerializeToString(), _frames.REMOTE_CLOSED, nano)
        stream = connection.stream(method, call, self.settings.stream_buffer_bytes)
        stream.deadline = time.monotonic() + seconds
        return stream

    async def bidirectional(self, method: Bidirectional[Q, R], request: Q | None, timeout: float | None) -> AsyncStream[Q, R]:
        """Opens a stream of requests and answers, and sends the first request when there is one."""
        seconds = self.settings.timeout if timeout is None else timeout
        call = CallStart(method.service, method.name, flags=_frames.REMOTE_OPEN)
        connection = await self.connection(_now() + seconds, seconds)
        stream = connection.stream(method, call, self.settings.stream_buffer_bytes)
        if request is not None:
            await stream.send(request)
        return stream

    async def disconnect(self) -> None:
        """Drops the connection; the next call opens another one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def wait(self, seconds: float) -> None:
        """Waits, or until the channel is closed."""
        try:
            await asyncio.wait_for(self._closed.wait(), seconds)
        except asyncio.TimeoutError:
            return

    async def close(self) -> None:
        """Ends everything."""
        self._closed.set()
        await self.disconnect()


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _call(connection: AsyncConnection, method: Unary[Q, R], request: Q, limit: float, seconds: float) -> R:
    left = limit - _now()
    if left <= 0:
        raise deadline_exceeded(str(method), seconds)
    call = CallStart(method.service, method.name, request.SerializeToString(), timeout_nano=timeout_nano(left))
    return decode(method, await connection.unary(call, limit, seconds))
