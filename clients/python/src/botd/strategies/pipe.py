"""Strategies for a backtest, without a daemon: `python -m botd.strategies.pipe FILE.py...`, started by `botctl backtest --python`.

Messages go over standard input and output, each behind its length (4 bytes, big-endian): ServeStrategiesResponse in, ServeStrategiesRequest
out, the first of them RegisterStrategies. What strategies print goes to standard error. The end of standard input ends the process.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import struct
import sys
from collections.abc import Sequence
from typing import BinaryIO

from google.protobuf.message import DecodeError

from ..v1.strategy_pb2 import RegisterStrategies, ServeStrategiesRequest, ServeStrategiesResponse
from ._base import HISTORY_CANDLES_MAX
from ._bot import Bot, Shared
from ._catalogue import LoadError, catalogue
from ._load import load

MESSAGE_BYTES_MAX = 64 << 20
_LENGTH = struct.Struct(">I")
_BUFFER_BYTES = 1 << 20


class PipeError(Exception):
    """What came over standard input makes no sense."""


class Pipe:
    """Messages over two files."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink

    def receive(self) -> ServeStrategiesResponse | None:
        """The next message; None at the end.

        Raises:
            PipeError: the message is cut off, too large, or cannot be decoded.
        """
        header = self._source.read(_LENGTH.size)
        if not header:
            return None
        length = _LENGTH.unpack(header)[0] if len(header) == _LENGTH.size else MESSAGE_BYTES_MAX + 1
        if length > MESSAGE_BYTES_MAX:
            raise PipeError(f"the length of a message, {header.hex(' ')}, is cut off or above {MESSAGE_BYTES_MAX} bytes")
        data = self._source.read(length)
        if len(data) < length:
            raise PipeError(f"a message of {length} bytes is cut off after {len(data)}")
        try:
            return ServeStrategiesResponse.FromString(data)
        except DecodeError:
            raise PipeError(f"a message of {length} bytes cannot be decoded") from None

    def send(self, message: ServeStrategiesRequest) -> None:
        """Sends a message."""
        data = message.SerializeToString()
        self._sink.write(_LENGTH.pack(len(data)) + data)
        self._sink.flush()


async def serve(pipe: Pipe, shared: Shared) -> None:
    """Answers until the end. One message is handled at a time, so a strategy that waits makes the backtest wait."""
    register = RegisterStrategies(strategies=[served.message(0) for served in shared.strategies.values()])
    pipe.send(ServeStrategiesRequest(register=register))
    bots: dict[int, Bot] = {}
    while (message := pipe.receive()) is not None:
        answer: ServeStrategiesRequest | None = None
        if message.HasField("candles"):
            bot = bots.get(message.candles.instance)
            if bot is None:
                raise PipeError(f"candles came for instance {message.candles.instance}, which was not opened")
            answer = await bot.candles(message.candles)
        elif message.HasField("open"):
            bot = bots[message.open.instance] = Bot(message.open, shared)
            answer = await bot.open(message.open)
        elif message.HasField("close"):
            bots.pop(message.close.instance, None)
        if answer is not None:
            pipe.send(answer)


def take_standard_files() -> Pipe:
    """The pipe, out of the way of the strategies: for them standard input is empty, and standard output is standard error."""
    source, sink = os.dup(0), os.dup(1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    sys.stdout.flush()
    os.dup2(2, 1)
    return Pipe(os.fdopen(source, "rb", _BUFFER_BYTES), os.fdopen(sink, "wb", _BUFFER_BYTES))


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves the strategies of the files named. Gives the exit status: 0 at the end of standard input, 1 after an error, 2 for no files."""
    sources = list(sys.argv[1:] if arguments is None else arguments)
    if not sources or sources[0].startswith("-"):
        print("usage: python -m botd.strategies.pipe FILE.py...", file=sys.stderr)
        return 2
    pipe = take_standard_files()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The parent's threads may block signals, and the mask is inherited: Control-C must end a strategy that never returns.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    try:
        strategies = catalogue(load(sources), HISTORY_CANDLES_MAX)
        asyncio.run(serve(pipe, Shared(strategies, HISTORY_CANDLES_MAX, logging.getLogger("botd.strategies"))))
    except LoadError as error:
        logging.getLogger("botd.strategies").error("%s", error, exc_info=error.__cause__)
        return 1
    except (PipeError, BrokenPipeError) as error:
        print(f"botd.strategies.pipe: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
