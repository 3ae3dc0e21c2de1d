"""The other side of strategies: the parent of a pipe, and a daemon that follows a script."""

from __future__ import annotations

import os
import queue
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from servers import Listener, end, message, response

from botd._frames import NO_DATA, REMOTE_CLOSED, REQUEST, FrameReader
from botd.strategies._candle_file import made_up
from botd.ttrpc.v1.ttrpc_pb2 import Request
from botd.v1 import (
    Candle,
    CloseStrategy,
    HelloResponse,
    KeyValue,
    OpenStrategy,
    ServeStrategiesRequest,
    ServeStrategiesResponse,
    StrategiesRegistered,
    StrategyCandles,
    StrategyPosition,
)

CANDLES: Sequence[Candle] = made_up(2_000).candles
PATIENCE = 30


def opening(
    strategy: str,
    instance: int = 1,
    parameters: Mapping[str, str] | None = None,
    history: Iterable[Candle] = (),
    bot_id: str | None = None,
    symbol: str = "BTCUSDT",
) -> ServeStrategiesResponse:
    """Open an instance."""
    given = [KeyValue(key=key, value=value) for key, value in (parameters or {}).items()]
    message = OpenStrategy(
        instance=instance, bot_id=bot_id or f"bot-{instance}", strategy=strategy, parameters=given, symbol=symbol, interval="1m", history=history
    )
    return ServeStrategiesResponse(open=message)


def asking(
    candles: Iterable[Candle], instance: int = 1, number: int = 1, bars_held: Iterable[int] = (), entry: str = "", wanted: bool = True
) -> ServeStrategiesResponse:
    """Candles that closed; `entry` is the price of an open position."""
    position = StrategyPosition(is_open=bool(entry), average_entry_price=entry)
    message = StrategyCandles(
        instance=instance, number=number, candles=candles, position=position, bars_held=bars_held, answer_wanted=wanted
    )
    return ServeStrategiesResponse(candles=message)


def closing(instance: int = 1) -> ServeStrategiesResponse:
    """An instance is not needed any more."""
    return ServeStrategiesResponse(close=CloseStrategy(instance=instance))


class PipeParent:
    """Runs `python -m botd.strategies.pipe`, as `botctl backtest --python` does."""

    def __init__(self, *sources: Path | str, environment: Mapping[str, str] | None = None) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "botd.strategies.pipe", *map(str, sources)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | (environment or {}),
        )
        self.errors = ""

    def write(self, data: bytes) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(data)
        self._child.stdin.flush()

    def send(self, message: ServeStrategiesResponse) -> None:
        data = message.SerializeToString()
        self.write(struct.pack(">I", len(data)) + data)

    def receive(self) -> ServeStrategiesRequest:
        assert self._child.stdout is not None
        header = self._child.stdout.read(4)
        if len(header) < 4:
            self.end()
            raise AssertionError(f"the pipe ended: {self.errors}")
        return ServeStrategiesRequest.FromString(self._child.stdout.read(struct.unpack(">I", header)[0]))

    def ask(self, message: ServeStrategiesResponse) -> ServeStrategiesRequest:
        self.send(message)
        return self.receive()

    def signal(self, number: int) -> None:
        self._child.send_signal(number)

    def end(self) -> int:
        """Closes standard input and gives the exit status; standard error is in `errors` then, and standard output must be empty."""
        output, errors = self._child.communicate(timeout=PATIENCE)
        self.errors += errors.decode()
        assert output == b"", output
        return self._child.returncode

    def __enter__(self) -> PipeParent:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child.poll() is None:
            self._child.kill()
            self._child.communicate()


class Session:
    """One connection of a process that serves strategies to a `StrategyPeer`."""

    def __init__(self, connection: socket.socket, stream_id: int) -> None:
        self.half_closed = threading.Event()
        self._connection = connection
        self._stream_id = stream_id
        self._arrived: queue.Queue[ServeStrategiesRequest] = queue.Queue()

    def arrived(self, message: ServeStrategiesRequest) -> None:
        self._arrived.put(message)

    def send(self, message_: ServeStrategiesResponse) -> None:
        self._connection.sendall(message(self._stream_id, message_.SerializeToString()))

    def receive(self) -> ServeStrategiesRequest:
        return self._arrived.get(timeout=PATIENCE)

    def ask(self, message: ServeStrategiesResponse) -> ServeStrategiesRequest:
        self.send(message)
        return self.receive()

    def registered(self) -> list[str]:
        """Takes the registration and confirms it; gives the names."""
        names = [served.strategy.name for served in self.receive().register.strategies]
        self.send(ServeStrategiesResponse(registered=StrategiesRegistered(names=names)))
        return names

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has arrived that was not received."""
        return self._arrived.empty()

    def end(self) -> None:
        """Ends the stream in order."""
        self._connection.sendall(end(self._stream_id))

    def refuse(self, data: bytes) -> None:
        """Ends the stream with an encoded Response."""
        self._connection.sendall(struct.pack(">IIBB", len(data), self._stream_id, 2, 0) + data)

    def cut(self) -> None:
        """As if the daemon had died."""
        self._connection.shutdown(socket.SHUT_RDWR)


class StrategyPeer:
    """A daemon that greets, and leaves everything about strategies to the test. `accept` gives the next stream of strategies."""

    def __init__(self, path: Path) -> None:
        self._sessions: queue.Queue[Session] = queue.Queue()
        self._listener = Listener(str(path), self._serve)
        self.address = self._listener.address

    def accept(self) -> Session:
        return self._sessions.get(timeout=PATIENCE)

    def close(self) -> None:
        self._listener.close()

    def _serve(self, connection: socket.socket) -> None:
        reader, session = FrameReader(), None
        hello = HelloResponse(version="9.9.9", api_version="botd.v1", started_time_ns=1)
        while data := connection.recv(65536):
            for frame in reader.feed(data):
                if frame.type == REQUEST:
                    if Request.FromString(frame.data or b"").method == "Hello":
                        connection.sendall(response(frame.stream_id, hello.SerializeToString()))
                        continue
                    session = Session(connection, frame.stream_id)
                    self._sessions.put(session)
                assert session is not None
                if frame.type != REQUEST and not frame.flags & NO_DATA:
                    session.arrived(ServeStrategiesRequest.FromString(frame.data or b""))
                if frame.flags & REMOTE_CLOSED:
                    session.half_closed.set()
