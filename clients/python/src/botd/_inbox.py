"""What arrived for one stream and was not taken yet."""

from __future__ import annotations

import asyncio
import copy
import threading
import time
from collections import deque

from .errors import BotdError

_OVERHEAD = 64


class Inbox:
    """At most `bytes_max` of messages (there is always room for one), and the end."""

    def __init__(self, bytes_max: int) -> None:
        self.ended = False
        self.error: BotdError | None = None
        self.closed = False
        self._messages: deque[bytes] = deque()
        self._bytes = 0
        self._bytes_max = bytes_max

    def _put(self, payload: bytes) -> bool:
        size = len(payload) + _OVERHEAD
        if self.closed:
            return True
        if self._messages and self._bytes + size > self._bytes_max:
            return False
        self._bytes += size
        self._messages.append(payload)
        return True

    def _get(self) -> bytes | None:
        """The oldest message; None when there is none and none will come.

        Raises:
            LookupError: when there is none yet.
        """
        if self._messages:
            payload = self._messages.popleft()
            self._bytes -= len(payload) + _OVERHEAD
            return payload
        if self.error is not None:
            raise copy.copy(self.error)
        if self.ended or self.closed:
            return None
        raise LookupError

    def _close(self) -> None:
        self.closed = True
        self._messages.clear()
        self._bytes = 0

    def _end(self, payload: bytes | None, error: BotdError | None) -> None:
        if payload and not self.closed:
            self._messages.append(payload)
            self._bytes += len(payload) + _OVERHEAD
        self.error = None if self.closed else error
        self.ended = True


class ThreadInbox(Inbox):
    """Filled by one thread, emptied by another."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(bytes_max)
        self._changed = threading.Condition(threading.Lock())

    def take(self, payload: bytes) -> bool:
        """A message arrived. False: there is no room for it."""
        with self._changed:
            kept = self._put(payload)
            self._changed.notify_all()
            return kept

    def finish(self, payload: bytes | None, error: BotdError | None) -> None:
        """The end arrived."""
        with self._changed:
            self._end(payload, error)
            self._changed.notify_all()

    def get(self, timeout: float | None) -> bytes | None:
        """The next message; None at the end.

        Raises:
            TimeoutError: when none came in time.
        """
        limit = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while True:
                try:
                    return self._get()
                except LookupError:
                    pass
                left = None if limit is None else limit - time.monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError
                self._changed.wait(left)

    def close(self) -> None:
        """Drops what is there and what comes; wakes who waits."""
        with self._changed:
            self._close()
            self._changed.notify_all()

    def wait_for_end(self, timeout: float) -> None:
        """Waits for the end, `timeout` seconds at most."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended, timeout)


class AsyncInbox(Inbox):
    """Filled and emptied on one event loop."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(bytes_max)
        self._changed = asyncio.Event()

    def take(self, payload: bytes) -> bool:
        """A message arrived. False: there is no room for it."""
        kept = self._put(payload)
        self._changed.set()
        return kept

    def finish(self, payload: bytes | None, error: BotdError | None) -> None:
        """The end arrived."""
        self._end(payload, error)
        self._changed.set()

    async def get(self, timeout: float | None) -> bytes | None:
        """The next message; None at the end.

        Raises:
            TimeoutError: when none came in time.
        """
        while True:
            try:
                return self._get()
            except LookupError:
                pass
            await self._wait(timeout)

    async def _wait(self, timeout: float | None) -> None:
        self._changed.clear()
        if timeout is None:
            await self._changed.wait()
            return
        try:
            await asyncio.wait_for(self._changed.wait(), timeout)
        except asyncio.TimeoutError:
            raise TimeoutError from None

    def close(self) -> None:
        """Drops what is there and what comes; wakes who waits."""
        self._close()
        self._changed.set()

    async def wait_for_end(self, timeout: float) -> None:
        """Waits for the end, `timeout` seconds at most."""
        loop = asyncio.get_running_loop()
        limit = loop.time() + timeout
        try:
            while not self.ended:
                await self._wait(max(0.0, limit - loop.time()))
        except TimeoutError:
            return
