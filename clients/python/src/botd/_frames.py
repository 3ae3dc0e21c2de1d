"""Frames of ttrpc: a header of ten bytes, then data."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

HEADER = struct.Struct(">IIBB")
DATA_BYTES_MAX = 4 << 20

REQUEST, RESPONSE, DATA = 1, 2, 3
REMOTE_CLOSED, REMOTE_OPEN, NO_DATA = 1, 2, 4


class Frame(NamedTuple):
    """One frame; `data` is None when it was too large and has been skipped."""

    stream_id: int
    type: int
    flags: int
    data: bytes | None


class NotFrames(Exception):
    """The bytes are no frames; the first of them are the argument."""


def encode(stream_id: int, kind: int, flags: int, data: bytes = b"") -> bytes:
    """A frame as bytes.

    >>> encode(5, DATA, REMOTE_CLOSED | NO_DATA).hex(" ")
    '00 00 00 00 00 00 00 05 03 05'
    """
    return HEADER.pack(len(data), stream_id, kind, flags) + data


class FrameReader:
    """Cuts a stream of bytes into frames. Holds one incomplete frame at most; data over 4 MiB is skipped without keeping it."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete with `data`.

        Raises:
            NotFrames: when a header is impossible.
        """
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        self._buffer += data
        buffer = self._buffer
        position = 0
        try:
            while len(buffer) - position >= HEADER.size:
                length, stream_id, kind, flags = HEADER.unpack_from(buffer, position)
                if length >= 1 << 24:
                    raise NotFrames(bytes(buffer[position : position + 64]))
                start = position + HEADER.size
                if length > DATA_BYTES_MAX:
                    position = min(len(buffer), start + length)
                    self._skip = start + length - position
                    yield Frame(stream_id, kind, flags, None)
                    continue
                if len(buffer) < start + length:
                    break
                position = start + length
                yield Frame(stream_id, kind, flags, bytes(buffer[start:position]))
            if position < len(buffer) and buffer[position] != 0:
                raise NotFrames(bytes(buffer[position : position + 64]))
        finally:
            del buffer[:position]
