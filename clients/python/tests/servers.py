"""Peers that are not botd, or stand between it and a client."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from botd._envelope import Response
from botd._frames import DATA, DATA_BYTES_MAX, NO_DATA, REMOTE_CLOSED, RESPONSE, Frame, FrameReader, encode
from botd.ttrpc.v1.ttrpc_pb2 import Request
from botd.v1 import HelloResponse


class Listener:
    """Serves each connection of a Unix socket in a thread of its own."""

    def __init__(self, path: str, serve: Callable[[socket.socket], None]) -> None:
        self.address = f"unix:{path}"
        self.connections: list[socket.socket] = []
        self._serve = serve
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(path)
        self._listener.listen(16)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._serve(connection)
            except OSError:
                return

    def cut(self) -> None:
        """Breaks the connections that there are."""
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)


class Proxy(Listener):
    """Passes bytes on to another Unix socket until it is told to cut, or to hold them back (with `hold_answers` the answers alone)."""

    def __init__(self, path: str, target: str) -> None:
        self._target = target.removeprefix("unix:")
        self.flowing = threading.Event()
        self.flowing.set()
        self.hold_answers = False
        super().__init__(path, self._pass)

    def _pass(self, near: socket.socket) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as far:
            far.connect(self._target)
            back = threading.Thread(target=self._copy, args=(far, near, True), daemon=True)
            back.start()
            self._copy(near, far, False)
            back.join(10)

    def _copy(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        try:
            while data := source.recv(65536):
                if is_answer or not self.hold_answers:
                    self.flowing.wait()
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


Answer = Callable[[socket.socket, Frame, "Request | None"], None]


def frames_server(path: str, answer: Answer, hello: HelloResponse | None = None) -> Listener:
    """A server that speaks ttrpc: greets as a new botd would, then does what `answer` does with each frame."""
    greeting = hello or HelloResponse(version="9.9.9", api_version="botd.v1", started_time_ns=1)

    def serve(connection: socket.socket) -> None:
        reader = FrameReader()
        while data := connection.recv(65536):
            for frame in reader.feed(data):
                request = Request.FromString(frame.data or b"") if frame.type == 1 else None
                if request is not None and request.method == "Hello":
                    connection.sendall(response(frame.stream_id, greeting.SerializeToString()))
                else:
                    answer(connection, frame, request)

    return Listener(path, serve)


def response(stream_id: int, payload: bytes) -> bytes:
    """A RESPONSE frame that is OK."""
    return encode(stream_id, RESPONSE, 0, Response(payload=payload).SerializeToString())


def message(stream_id: int, payload: bytes) -> bytes:
    """A DATA frame."""
    return encode(stream_id, DATA, 0, payload)


def end(stream_id: int) -> bytes:
    """The end of a stream."""
    return encode(stream_id, DATA, REMOTE_CLOSED | NO_DATA)


def too_large(stream_id: int, kind: int) -> bytes:
    """A frame over the limit."""
    return encode(stream_id, kind, 0, bytes(DATA_BYTES_MAX + 1))
