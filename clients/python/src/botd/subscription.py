"""Subscriptions that reconnect by themselves."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Generic, TypeVar

from ._source import AsyncItemSource, ItemSource
from .errors import BotdError, deadline_exceeded

T = TypeVar("T")


class Subscription(Generic[T]):
    """Items as they come, over any number of connections. Iterate over it, or `receive`; leave it with `with` or `close`.

    One thread takes the items; `close` may be called from any.

    Raises (while items are taken):
        HistoryTrimmed, JournalChanged: the bookmark is of no use here; see the README, "When a bookmark does not fit".
        BotdError: what does not pass by itself, for example a token that is refused.
    """

    def __init__(self, source: ItemSource[T]) -> None:
        self._source = source
        self._items: deque[T] = deque()
        self._closing = threading.Event()
        self._resume_at = 0.0

    @property
    def caught_up(self) -> bool:
        """Whether history is finished: what comes now is live."""
        return self._source.caught_up and not self._items

    def receive(self, timeout: float | None = None) -> T | None:
        """The next item; None when the subscription was closed.

        Args:
            timeout: Seconds to wait; None: for ever.

        Raises:
            DeadlineExceeded: when there was none in that time. The subscription goes on.
        """
        limit = None if timeout is None else time.monotonic() + timeout
        while not self._closing.is_set():
            if self._items:
                return self._items.popleft()
            now = time.monotonic()
            if limit is not None and now >= limit:
                raise deadline_exceeded(self._source.name, timeout or 0)
            if now < self._resume_at:
                self._closing.wait(min(self._resume_at, limit or self._resume_at) - now)
                continue
            try:
                self._items.extend(self._source.next_items(limit))
            except BotdError as error:
                if not self._closing.is_set():
                    self._resume_at = time.monotonic() + self._source.after_error(error)
        return None

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        item = self.receive()
        if item is None:
            raise StopIteration
        return item

    def close(self) -> None:
        """Half-closes and waits for the daemon's end. Whoever waits for an item is told the end."""
        self._closing.set()
        self._source.close()

    def __enter__(self) -> Subscription[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class AsyncSubscription(Generic[T]):
    """Items as they come, over any number of connections. Iterate over it, or `receive`; leave it with `async with` or `close`.

    Raises (while items are taken):
        HistoryTrimmed, JournalChanged: the bookmark is of no use here; see the README, "When a bookmark does not fit".
        BotdError: what does not pass by itself, for example a token that is refused.
    """

    def __init__(self, source: AsyncItemSource[T]) -> None:
        self._source = source
        self._items: deque[T] = deque()
        self._closing = asyncio.Event()
        self._resume_at = 0.0

    @property
    def caught_up(self) -> bool:
        """Whether history is finished: what comes now is live."""
        return self._source.caught_up and not self._items

    async def receive(self, timeout: float | None = None) -> T | None:
        """The next item; None when the subscription was closed. Canceling it loses nothing.

        Args:
            timeout: Seconds to wait; None: for ever.

        Raises:
            DeadlineExceeded: when there was none in that time. The subscription goes on.
        """
        loop = asyncio.get_running_loop()
        limit = None if timeout is None else loop.time() + timeout
        while not self._closing.is_set():
            if self._items:
                return self._items.popleft()
            now = loop.time()
            if limit is not None and now >= limit:
                raise deadline_exceeded(self._source.name, timeout or 0)
            if now < self._resume_at:
                await self._pause(min(self._resume_at, limit or self._resume_at) - now)
                continue
            try:
                self._items.extend(await self._source.next_items(limit))
            except BotdError as error:
                if not self._closing.is_set():
                    self._resume_at = loop.time() + await self._source.after_error(error)
        return None

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except asyncio.TimeoutError:
            return

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        item = await self.receive()
        if item is None:
            raise StopAsyncIteration
        return item

    async def close(self) -> None:
        """Half-closes and waits for the daemon's end. Whoever waits for an item is told the end."""
        self._closing.set()
        await self._source.close()

    async def __aenter__(self) -> AsyncSubscription[T]:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()
