"""Streams of messages, in the two kinds of client."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from google.protobuf.message import DecodeError, Message

from ._inbox import AsyncInbox, Inbox, ThreadInbox
from .errors import BotdError, Code, DeadlineExceeded, deadline_exceeded, message_malformed

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
DRAIN_SECONDS = 5.0


class Link(Protocol):
    """What a stream needs of its connection."""

    def stream_message(self, stream_id: int, payload: bytes) -> None:
        """Sends a message."""
        ...

    def stream_half_close(self, stream_id: int) -> None:
        """Sends the half-close."""
        ...

    def stream_drain(self, stream_id: int) -> None:
        """Drops what arrives from now on."""
        ...

    def stream_abandon(self, stream_id: int) -> None:
        """Half-closes and drains later; may be called from anywhere."""
        ...


class AsyncLink(Link, Protocol):
    """The same, for a connection that can be waited for."""

    async def writable(self) -> None:
        """Waits until there is room for what is sent."""
        ...


L = TypeVar("L", bound=Link)


class _StreamBase(Generic[Q, R, L]):
    """What both kinds of stream share. `deadline` (of time.monotonic()) is that of the whole stream; None: it has none."""

    def __init__(self, name: str, response: type[R], inbox: Inbox, link: L, stream_id: int, half_closed: bool) -> None:
        self._name = name
        self._response = response
        self._inbox = inbox
        self._link = link
        self._id = stream_id
        self._half_closed = half_closed
        self._given_up = False
        self.deadline: float | None = None

    def _patience(self, timeout: float | None) -> float | None:
        if self.deadline is None:
            return timeout
        left = max(0.0, self.deadline - time.monotonic())
        return left if timeout is None else min(left, timeout)

    def _late(self, timeout: float | None) -> BotdError:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            self.cancel()
            return DeadlineExceeded(Code.DEADLINE_EXCEEDED, f"{self._name}: its time is over", reason="DEADLINE_EXCEEDED")
        return deadline_exceeded(self._name, timeout or 0)

    def _send(self, message: Q) -> None:
        if self._inbox.ended or self._half_closed or self._given_up:
            raise self._inbox.error or BotdError(
                Code.FAILED_PRECONDITION, f"{self._name} takes no more messages: it is over", reason="STREAM_CLOSED"
            )
        self._link.stream_message(self._id, message.SerializeToString())

    def _decode(self, payload: bytes | None) -> R | None:
        if payload is None:
            return None
        try:
            return self._response.FromString(payload)
        except DecodeError as error:
            self.cancel()
            raise message_malformed(f"a message of {self._name}", error) from None

    def close_send(self) -> None:
        """Says that no more messages will be sent (half-close)."""
        if not (self._half_closed or self._inbox.ended or self._given_up):
            self._half_closed = True
            self._link.stream_half_close(self._id)

    def cancel(self) -> None:
        """Half-closes and does not wait for the daemon's end: what still arrives is dropped. `receive` gives None from now on."""
        if not (self._given_up or self._inbox.ended):
            self._given_up = True
            self._link.stream_half_close(self._id)
            self._link.stream_drain(self._id)

    def __del__(self) -> None:
        if hasattr(self, "_given_up") and not (self._given_up or self._inbox.ended):
            self._link.stream_abandon(self._id)


class Stream(_StreamBase[Q, R, Link]):
    """A stream of messages. Iterate over it, or `receive`; leave it with `with` or `close`.

    One thread may receive while another sends or closes.
    """

    def __init__(self, name: str, response: type[R], inbox: ThreadInbox, link: Link, stream_id: int, half_closed: bool) -> None:
        super().__init__(name, response, inbox, link, stream_id, half_closed)
        self._messages = inbox

    def send(self, message: Q) -> None:
        """Sends a message.

        Raises:
            BotdError: when the stream is over, or the message is too large.
        """
        self._send(message)

    def receive(self, timeout: float | None = None) -> R | None:
        """The next message; None at the end of the stream.

        Args:
            timeout: Seconds to wait; None: for ever.

        Raises:
            DeadlineExceeded: when nothing came in that time. The stream goes on.
            BotdError: when the stream ended with an error.
        """
        try:
            return self._decode(self._messages.get(self._patience(timeout)))
        except TimeoutError:
            raise self._late(timeout) from None

    def __iter__(self) -> Iterator[R]:
        while (message := self.receive()) is not None:
            yield message

    def cancel(self) -> None:
        super().cancel()
        self._messages.close()

    def close(self, timeout: float = DRAIN_SECONDS) -> None:
        """Half-closes, drops what still arrives and waits for the daemon's end, `timeout` seconds at most."""
        self._messages.close()
        if not self._given_up:
            if self._half_closed:  # A stream of the server's alone is canceled by a half-close of its own.
                self._half_closed = False
            self.close_send()
            self._messages.wait_for_end(timeout)
        self.cancel()

    def __enter__(self) -> Stream[Q, R]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class AsyncStream(_StreamBase[Q, R, AsyncLink]):
    """A stream of messages. Iterate over it, or `receive`; leave it with `async with` or `close`."""

    def __init__(self, name: str, response: type[R], inbox: AsyncInbox, link: AsyncLink, stream_id: int, half_closed: bool) -> None:
        super().__init__(name, response, inbox, link, stream_id, half_closed)
        self._messages = inbox

    async def send(self, message: Q) -> None:
        """Sends a message; waits while the daemon takes nothing.

        Raises:
            BotdError: when the stream is over, or the message is too large.
        """
        self._send(message)
        await self._link.writable()

    async def receive(self, timeout: float | None = None) -> R | None:
        """The next message; None at the end of the stream.

        Args:
            timeout: Seconds to wait; None: for ever.

        Raises:
            DeadlineExceeded: when nothing came in that time. The stream goes on.
            BotdError: when the stream ended with an error.
        """
        try:
            return self._decode(await self._messages.get(self._patience(timeout)))
        except TimeoutError:
            raise self._late(timeout) from None

    async def __aiter__(self) -> AsyncIterator[R]:
        while (message := await self.receive()) is not None:
            yield message

    def cancel(self) -> None:
        super().cancel()
        self._messages.close()

    async def close(self, timeout: float = DRAIN_SECONDS) -> None:
        """Half-closes, drops what still arrives and waits for the daemon's end, `timeout` seconds at most."""
        self._messages.close()
        try:
            if not self._given_up:
                if self._half_closed:  # A stream of the server's alone is canceled by a half-close of its own.
                    self._half_closed = False
                self.close_send()
                await self._messages.wait_for_end(timeout)
        finally:
            self.cancel()

    async def __aenter__(self) -> AsyncStream[Q, R]:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()
