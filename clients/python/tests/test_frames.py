"""Cutting bytes into frames."""

from __future__ import annotations

import pytest

from botd._frames import DATA, DATA_BYTES_MAX, RESPONSE, Frame, FrameReader, NotFrames, encode

FRAMES = [Frame(1, RESPONSE, 0, b""), Frame(3, DATA, 5, b""), Frame(5, DATA, 0, b"abc"), Frame(0xFFFFFFFF, 9, 0, b"x" * 300)]
BYTES = b"".join(encode(frame.stream_id, frame.type, frame.flags, frame.data or b"") for frame in FRAMES)


@pytest.mark.parametrize("size", [1, 2, 7, 10, 11, 1000])
def test_frames_are_found_however_they_arrive(size: int) -> None:
    reader = FrameReader()
    pieces = [BYTES[at : at + size] for at in range(0, len(BYTES), size)]
    assert [frame for piece in pieces for frame in reader.feed(piece)] == FRAMES


@pytest.mark.parametrize("size", [1 << 16, 3 << 20])
def test_too_large_frames_are_skipped_and_the_next_is_found(size: int) -> None:
    data = encode(7, DATA, 0, bytes(DATA_BYTES_MAX + 1)) + BYTES + encode(9, DATA, 0, bytes(DATA_BYTES_MAX))
    reader = FrameReader()
    found = [frame for at in range(0, len(data), size) for frame in reader.feed(data[at : at + size])]
    assert found == [Frame(7, DATA, 0, None), *FRAMES, Frame(9, DATA, 0, bytes(DATA_BYTES_MAX))]


@pytest.mark.parametrize("text", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01", b"+"])
def test_other_protocols_are_known_by_their_first_byte(text: bytes) -> None:
    with pytest.raises(NotFrames) as caught:
        list(FrameReader().feed(text))
    assert caught.value.args[0] == text
