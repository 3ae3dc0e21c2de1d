"""A connection of the synchronous client, with the thread that reads it."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TypeVar

from google.protobuf.message import Message

from . import _frames
from ._call import Bidirectional, ServerStreaming
from ._inbox import ThreadInbox
from ._stream import Stream
from ._transport import Transport, closed_by_peer
from ._wire import CallStart, Wire, closed_by_user
from .errors import BotdError, PeerNotTTRPC, connection_lost, deadline_exceeded

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
WRITE_SECONDS = 10.0
CAUSE_SECONDS = 1.0


class _Answer:
    """The sink of a unary call: one thread waits for it."""

    def __init__(self) -> None:
        self._come = threading.Lock()
        self._come.acquire()
        self._payload = b""
        self._error: BotdError | None = None

    def take(self, payload: bytes) -> bool:
        """Unary calls have no messages; one is ignored."""
        return True

    def finish(self, payload: bytes | None, error: BotdError | None) -> None:
        """The answer."""
        self._payload, self._error = payload or b"", error
        self._come.release()

    def wait(self, limit: float) -> bytes:
        """The answer's payload; TimeoutError when there is none until `limit`."""
        if not self._come.acquire(timeout=max(0.0, limit - time.monotonic())):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._payload


class Connection:
    """Any number of calls at once over one transport. Safe to use from many threads."""

    def __init__(self, transport: Transport, address: str, first_stream_id: int = 1) -> None:
        self._transport = transport
        self._address = address
        self._wire = Wire(address, first_stream_id)
        self._state = threading.Lock()
        self._sending = threading.Lock()
        self._abandoned: deque[int] = deque()
        self._is_read = threading.Event()
        self._reader = threading.Thread(target=self._read, name=f"botd {address}", daemon=True)
        self._reader.start()

    @property
    def is_usable(self) -> bool:
        """Whether new calls belong here: it did not break, was not closed, and is not silent."""
        return self._wire.is_usable

    def unary(self, call: CallStart, limit: float, seconds: float) -> bytes:
        """Makes a unary call; `limit` is its deadline by time.monotonic(), `seconds` what the caller had given.

        Raises:
            BotdError: what the daemon answered, or that there was no answer.
        """
        answer = _Answer()
        arrivals = self._wire.arrivals
        stream_id = self._start(call, answer, limit)
        try:
            return answer.wait(limit)
        except TimeoutError:
            self._wire.expired(arrivals)
            raise deadline_exceeded(f"{call.service}/{call.method}", seconds) from None
        finally:
            with self._state:
                self._wire.forget(stream_id)

    def stream(self, method: Bidirectional[Q, R] | ServerStreaming[Q, R], call: CallStart, bytes_max: int, limit: float) -> Stream[Q, R]:
        """Opens a stream."""
        inbox = ThreadInbox(bytes_max)
        stream_id = self._start(call, inbox, limit)
        half_closed = bool(call.flags & _frames.REMOTE_CLOSED)
        return Stream(str(method), method.response, inbox, self, stream_id, half_closed)

    def _start(self, call: CallStart, sink: _Answer | ThreadInbox, limit: float) -> int:
        with self._sending:
            with self._state:
                stream_id, frame = self._wire.start(call, sink)
            self._write(frame, limit)
            return stream_id

    def _write(self, data: bytes, limit: float) -> None:
        """Sends; `_sending` is held, so frames go out one by one and in the order of their ids."""
        try:
            self._transport.send(data, limit)
        except TimeoutError:
            self._end(connection_lost(f"the other side of the connection to {self._address} takes nothing"))
            raise self._wire.lost() from None
        except OSError:
            self._transport.shut()
            if threading.current_thread() is not self._reader:
                self._is_read.wait(CAUSE_SECONDS)  # The reader learns why.
            self._end(connection_lost(f"the connection to {self._address} broke while sending"))
            raise self._wire.lost() from None

    def stream_message(self, stream_id: int, payload: bytes) -> None:
        """Sends a message of a stream."""
        with self._sending:
            if self._wire.error is None:
                self._write(self._wire.message(stream_id, payload), time.monotonic() + WRITE_SECONDS)

    def stream_half_close(self, stream_id: int) -> None:
        """Half-closes a stream; nothing when the connection is over."""
        self._write_quietly(self._wire.half_close(stream_id))

    def _write_quietly(self, data: bytes) -> None:
        with self._sending:
            if self._wire.error is None:
                try:
                    self._write(data, time.monotonic() + WRITE_SECONDS)
                except BotdError:
                    return

    def stream_drain(self, stream_id: int) -> None:
        """Drops what still arrives for a stream."""
        with self._state:
            self._wire.drain(stream_id)

    def stream_abandon(self, stream_id: int) -> None:
        """A stream was forgotten without `close`: the reader half-closes it with the next bytes. Takes no lock."""
        self._abandoned.append(stream_id)

    def _read(self) -> None:
        try:
            self._read_all()
        except PeerNotTTRPC as error:
            self._end(error)
        finally:
            self._is_read.set()
            with self._sending:
                self._transport.close()

    def _read_all(self) -> None:
        while True:
            data = self._transport.receive()
            if not data:
                self._end(closed_by_peer(self._address, self._transport.problem))
                return
            with self._state:
                answer = self._wire.receive(data)
                while self._abandoned:
                    stream_id = self._abandoned.popleft()
                    answer += self._wire.half_close(stream_id)
                    self._wire.drain(stream_id)
            if answer:
                self._write_quietly(answer)

    def _end(self, error: BotdError) -> None:
        with self._state:
            self._wire.fail(error)
        self._transport.shut()

    def after_fork(self) -> None:
        """In a child process: gives up the copy of the descriptor. The parent's connection stays as it is."""
        self._transport.close()

    def close(self) -> None:
        """Ends all calls and waits for the reader."""
        self._end(closed_by_user())
        if threading.current_thread() is not self._reader:
            self._reader.join(WRITE_SECONDS)
