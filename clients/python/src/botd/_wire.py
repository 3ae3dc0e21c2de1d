"""One connection's calls, without the connection: frames in, frames out, and who is told what. Knows no threads and no event loop."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Protocol

from . import _envelope, _frames
from ._frames import DATA, NO_DATA, REMOTE_CLOSED, RESPONSE, Frame, FrameReader, NotFrames
from .errors import BotdError, Code, connection_lost, message_too_large, peer_not_ttrpc, reader_too_slow


class Sink(Protocol):
    """Who is told what arrives for one call."""

    def take(self, payload: bytes) -> bool:
        """A message of a stream. False: there is no room for it; the stream is given up."""
        ...

    def finish(self, payload: bytes | None, error: BotdError | None) -> None:
        """The end: the payload of a RESPONSE, None for the end of a stream, or an error. Comes once."""
        ...


@dataclass(frozen=True)
class CallStart:
    """What a REQUEST frame says."""

    service: str
    method: str
    payload: bytes = b""
    flags: int = 0
    timeout_nano: int = 0
    metadata: tuple[tuple[str, str], ...] = ()


class Wire:
    """The open calls of one connection. `first_stream_id` is 1, except where a recorded exchange is played."""

    def __init__(self, address: str, first_stream_id: int = 1) -> None:
        self._address = address
        self._next_id = first_stream_id
        self._reader = FrameReader()
        self._sinks: dict[int, Sink | None] = {}
        self._error: BotdError | None = None
        self._arrivals = 0
        self._silent_since = -1

    @property
    def open_calls(self) -> int:
        """Calls whose end has not come yet."""
        return len(self._sinks)

    @property
    def arrivals(self) -> int:
        """How often something has arrived."""
        return self._arrivals

    def expired(self, arrivals: int) -> None:
        """The time of a call is over that began when `arrivals` was this. The connection is suspect if nothing at all has arrived since."""
        if arrivals == self._arrivals:
            self._silent_since = arrivals

    @property
    def is_usable(self) -> bool:
        """Whether new calls belong here: it is not over, and it is not suspect without a call that could still be answered."""
        return self._error is None and not (self._silent_since == self._arrivals and not self._sinks)

    def start(self, call: CallStart, sink: Sink) -> tuple[int, bytes]:
        """Registers a call; gives its stream id and the frame that opens it.

        Raises:
            BotdError: when the connection is over, or the request is too large.
        """
        if self._error is not None:
            raise self.lost()
        if self._next_id > 0xFFFF_FFFF:
            raise connection_lost(f"the stream ids of the connection to {self._address} are used up")
        data = _envelope.request(call.service, call.method, call.payload, call.timeout_nano, call.metadata)
        stream_id = self._next_id
        frame = self._frame(stream_id, _frames.REQUEST, call.flags, data)
        self._next_id += 2
        self._sinks[stream_id] = sink
        return stream_id, frame

    def message(self, stream_id: int, payload: bytes) -> bytes:
        """The frame of a message of the client."""
        return self._frame(stream_id, DATA, 0, payload)

    @staticmethod
    def half_close(stream_id: int) -> bytes:
        """The frame that says: nothing more from the client."""
        return _frames.encode(stream_id, DATA, REMOTE_CLOSED | NO_DATA)

    def _frame(self, stream_id: int, kind: int, flags: int, data: bytes) -> bytes:
        if len(data) > _frames.DATA_BYTES_MAX:
            raise message_too_large("the request")
        return _frames.encode(stream_id, kind, flags, data)

    def forget(self, stream_id: int) -> None:
        """The caller of a unary call does not wait any more: its answer is dropped when it comes."""
        self._sinks.pop(stream_id, None)

    def drain(self, stream_id: int) -> None:
        """Nobody takes the messages of a stream any more; its end is awaited."""
        if stream_id in self._sinks:
            self._sinks[stream_id] = None

    def receive(self, data: bytes) -> bytes:
        """Tells the sinks what arrived. Gives the bytes to send in answer (the half-close of streams that were given up).

        Raises:
            PeerNotTTRPC: when these are no frames.
        """
        answer = b""
        self._arrivals += 1
        try:
            for frame in self._reader.feed(data):
                answer += self._dispatch(frame)
        except NotFrames as error:
            raise peer_not_ttrpc(self._address, error.args[0]) from None
        return answer

    def _dispatch(self, frame: Frame) -> bytes:
        stream_id = frame.stream_id
        if stream_id not in self._sinks or frame.type not in (RESPONSE, DATA):
            return b""
        sink = self._sinks[stream_id]
        if frame.data is None:
            return self._give_up(stream_id, sink, frame, message_too_large("the answer"))
        if frame.type == RESPONSE:
            payload, error = _envelope.response(frame.data)
            del self._sinks[stream_id]
            if sink is not None:
                sink.finish(payload, error)
            return b""
        ends = frame.flags & REMOTE_CLOSED
        has_message = not frame.flags & NO_DATA
        if has_message and sink is not None and not sink.take(frame.data):
            return self._give_up(stream_id, sink, frame, reader_too_slow("the stream"))
        if ends:
            del self._sinks[stream_id]
            if sink is not None:
                sink.finish(None, None)
        return b""

    def _give_up(self, stream_id: int, sink: Sink | None, frame: Frame, error: BotdError) -> bytes:
        """Ends a call for its user; of a stream the end is still awaited."""
        over = frame.type == RESPONSE or frame.flags & REMOTE_CLOSED
        if over:
            del self._sinks[stream_id]
        else:
            self._sinks[stream_id] = None
        if sink is not None:
            sink.finish(None, error)
        return b"" if over else self.half_close(stream_id)

    def fail(self, error: BotdError) -> None:
        """The connection is over: so is every call."""
        if self._error is None:
            self._error = error
        sinks, self._sinks = self._sinks, {}
        for sink in sinks.values():
            if sink is not None:
                sink.finish(None, copy.copy(error))

    def lost(self) -> BotdError:
        """Why the connection is over, to raise."""
        return copy.copy(self._error) if self._error is not None else connection_lost(f"the connection to {self._address} is over")

    @property
    def error(self) -> BotdError | None:
        """Why the connection is over; None: it is not."""
        return self._error


def closed_by_user() -> BotdError:
    """The client was closed."""
    return BotdError(Code.CANCELLED, "the client is closed", reason="CLIENT_CLOSED")
