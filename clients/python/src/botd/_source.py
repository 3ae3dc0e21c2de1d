"""The streams behind a subscription: one after the other."""

from __future__ import annotations

import asyncio
import time
from typing import Generic, Protocol, TypeVar

from google.protobuf.message import Message

from ._async_channel import AsyncChannel
from ._channel import Channel
from ._follow import Follower
from ._resume import Resumption, gap_error
from ._stream import AsyncStream, Stream
from .errors import BotdError, DeadlineExceeded, connection_lost

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
T = TypeVar("T")


class ItemSource(Protocol[T]):
    """What a subscription takes its items from."""

    @property
    def name(self) -> str: ...
    @property
    def caught_up(self) -> bool: ...
    def next_items(self, limit: float | None) -> list[T]: ...
    def after_error(self, error: BotdError) -> float: ...
    def close(self) -> None: ...


class AsyncItemSource(Protocol[T]):
    """The same, asynchronous."""

    @property
    def name(self) -> str: ...
    @property
    def caught_up(self) -> bool: ...
    async def next_items(self, limit: float | None) -> list[T]: ...
    async def after_error(self, error: BotdError) -> float: ...
    async def close(self) -> None: ...


class _SourceBase(Generic[Q, R, T]):
    def __init__(self, follower: Follower[Q, R, T], resumption: Resumption) -> None:
        self._follower = follower
        self._resumption = resumption
        self._is_first_message = True
        self._silent_at = 0.0
        self._is_closed = False

    @property
    def name(self) -> str:
        """The method, for messages."""
        return str(self._follower.method)

    @property
    def caught_up(self) -> bool:
        """Whether history is finished."""
        return self._follower.caught_up

    def _begin(self, now: float) -> None:
        self._is_first_message = True
        self._silent_at = now + self._resumption.patience(True)

    def _feed(self, message: R | None, now: float) -> list[T]:
        if message is None:
            raise connection_lost(f"{self.name}: the daemon ended the subscription")
        items = self._follower.feed(message)
        self._resumption.heard(bool(items) or not self._is_first_message)
        self._is_first_message = False
        self._silent_at = now + self._resumption.patience(False)
        return items

    def _wait(self, now: float, limit: float | None) -> float:
        return max(0.0, min(self._silent_at, self._silent_at if limit is None else limit) - now)

    def _silence(self) -> BotdError:
        return connection_lost(f"{self.name}: no message in time, the connection is dead")


class Source(_SourceBase[Q, R, T]):
    """Synchronous."""

    def __init__(self, channel: Channel, follower: Follower[Q, R, T], resumption: Resumption) -> None:
        super().__init__(follower, resumption)
        self._channel = channel
        self._stream: Stream[Q, R] | None = None

    def next_items(self, limit: float | None) -> list[T]:
        """The items of the next message; none when `limit` came first.

        Raises:
            BotdError: the stream is over.
        """
        if self._follower.gap:
            raise gap_error(self.name)
        stream = self._stream or self._open()
        if self._is_closed:
            stream.close()
            return []
        try:
            message = stream.receive(self._wait(time.monotonic(), limit))
        except DeadlineExceeded:
            if time.monotonic() < self._silent_at:
                return []
            self._channel.disconnect()
            raise self._silence() from None
        return self._feed(message, time.monotonic())

    def _open(self) -> Stream[Q, R]:
        seconds = self._channel.settings.timeout
        hello = self._channel.hello(time.monotonic() + seconds, seconds)
        request = self._follower.request(hello.started_time_ns)
        stream = self._channel.bidirectional(self._follower.method, request, None)
        self._begin(time.monotonic())
        self._stream = stream
        return stream

    def after_error(self, error: BotdError) -> float:
        """Gives the stream up; seconds until the next one."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.cancel()
        return self._resumption.delay(error, self._channel.was_connected, time.monotonic())

    def close(self) -> None:
        """Half-closes and drains."""
        self._is_closed = True
        stream = self._stream
        if stream is not None:
            stream.close()


class AsyncSource(_SourceBase[Q, R, T]):
    """Asynchronous."""

    def __init__(self, channel: AsyncChannel, follower: Follower[Q, R, T], resumption: Resumption) -> None:
        super().__init__(follower, resumption)
        self._channel = channel
        self._stream: AsyncStream[Q, R] | None = None

    async def next_items(self, limit: float | None) -> list[T]:
        """The items of the next message; none when `limit` came first.

        Raises:
            BotdError: the stream is over.
        """
        if self._follower.gap:
            raise gap_error(self.name)
        loop = asyncio.get_running_loop()
        stream = self._stream or await self._open()
        if self._is_closed:
            await stream.close()
            return []
        try:
            message = await stream.receive(self._wait(loop.time(), limit))
        except DeadlineExceeded:
            if loop.time() < self._silent_at:
                return []
            await self._channel.disconnect()
            raise self._silence() from None
        return self._feed(message, loop.time())

    async def _open(self) -> AsyncStream[Q, R]:
        loop = asyncio.get_running_loop()
        seconds = self._channel.settings.timeout
        hello = await self._channel.hello(loop.time() + seconds, seconds)
        request = self._follower.request(hello.started_time_ns)
        stream = await self._channel.bidirectional(self._follower.method, request, None)
        self._begin(loop.time())
        self._stream = stream
        return stream

    async def after_error(self, error: BotdError) -> float:
        """Gives the stream up; seconds until the next one."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.cancel()
        return self._resumption.delay(error, self._channel.was_connected, asyncio.get_running_loop().time())

    async def close(self) -> None:
        """Half-closes and drains."""
        self._is_closed = True
        stream = self._stream
        if stream is not None:
            await stream.close()
