"""A connection that is opened when it is needed and opened again when it broke; synchronous."""

from __future__ import annotations

import os
import threading
import time
import weakref
from typing import TypeVar

from google.protobuf.message import Message

from . import _frames, _transport
from ._call import Bidirectional, ServerStreaming, Unary, decode
from ._calls.system_service import HELLO, LOGIN
from ._connection import Connection
from ._retry import Backoff, call_may_be_repeated
from ._settings import STREAM_TIMEOUT_SECONDS, Settings, check_hello, connecting_took_too_long, first_answer_error
from ._stream import Stream
from ._wire import CallStart, closed_by_user
from .errors import BotdError, deadline_exceeded
from .v1.system_pb2 import HelloRequest, HelloResponse, LoginRequest

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)


class Channel:
    """One connection at a time. Safe to use from many threads, and after a fork, which leaves the connection to the parent."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.was_connected = False
        self._connection: Connection | None = None
        self._hello: HelloResponse | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()
        _channels.add(self)

    def after_fork(self) -> None:
        """In a child process: the connection and its reader are the parent's."""
        self._lock = threading.Lock()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.after_fork()

    def hello(self, limit: float, seconds: float) -> HelloResponse:
        """Who answers on the connection, which is opened when there is none."""
        self.connection(limit, seconds)
        assert self._hello is not None
        return self._hello

    def connection(self, limit: float, seconds: float) -> Connection:
        """The connection, opened and logged in when there is none."""
        if not self._lock.acquire(timeout=max(0.0, limit - time.monotonic())):
            raise connecting_took_too_long(self.settings, seconds)
        try:
            return self._connect(limit, seconds)
        finally:
            self._lock.release()

    def _connect(self, limit: float, seconds: float) -> Connection:
        if self._closed.is_set():
            raise closed_by_user()
        if self._connection is not None and self._connection.is_usable:
            return self._connection
        self._drop()
        settings = self.settings
        try:
            transport = _transport.connect(settings.address, settings.tls, limit)
        except TimeoutError:
            raise connecting_took_too_long(settings, seconds) from None
        connection = Connection(transport, str(settings.address))
        try:
            self._hello = self._introduce(connection, limit, seconds)
        except BotdError as error:
            connection.close()
            raise first_answer_error(error, settings.address) from None
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        self.was_connected = True
        return connection

    def _introduce(self, connection: Connection, limit: float, seconds: float) -> HelloResponse:
        if self.settings.token:
            _call(connection, LOGIN, LoginRequest(token=self.settings.token), limit, seconds)
        hello = _call(connection, HELLO, HelloRequest(client=self.settings.name), limit, seconds)
        check_hello(hello, self.settings.address)
        return hello

    def unary(self, method: Unary[Q, R], request: Q, timeout: float | None) -> R:
        """Makes a call, and makes it again after a lost connection, until its deadline."""
        seconds = self.settings.timeout if timeout is None else timeout
        limit = time.monotonic() + seconds
        backoff = Backoff()
        while True:
            try:
                return _call(self.connection(limit, seconds), method, request, limit, seconds)
            except BotdError as error:
                if not call_may_be_repeated(error, self.was_connected):
                    raise
                delay = backoff.next()
                if time.monotonic() + delay >= limit:
                    raise
                self._closed.wait(delay)

    def server_streaming(self, method: ServerStreaming[Q, R], request: Q, timeout: float | None) -> Stream[Q, R]:
        """Opens a stream of answers; `timeout` is for all of it."""
        seconds = STREAM_TIMEOUT_SECONDS if timeout is None else timeout
        limit = time.monotonic() + min(seconds, self.settings.timeout)
        connection = self.connection(limit, self.settings.timeout)
        nano = timeout_nano(seconds)
        call = CallStart(method.service, method.name, request.SerializeToString(), _frames.REMOTE_CLOSED, nano)
        stream = connection.stream(method, call, self.settings.stream_buffer_bytes, limit)
        stream.deadline = time.monotonic() + seconds
        return stream

    def bidirectional(self, method: Bidirectional[Q, R], request: Q | None, timeout: float | None) -> Stream[Q, R]:
        """Opens a stream of requests and answers, and sends the first request when there is one."""
        seconds = self.settings.timeout if timeout is None else timeout
        limit = time.monotonic() + seconds
        call = CallStart(method.service, method.name, flags=_frames.REMOTE_OPEN)
        stream = self.connection(limit, seconds).stream(method, call, self.settings.stream_buffer_bytes, limit)
        if request is not None:
            stream.send(request)
        return stream

    def disconnect(self) -> None:
        """Drops the connection; the next call opens another one."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def wait(self, seconds: float) -> None:
        """Waits, or until the channel is closed."""
        self._closed.wait(seconds)

    def close(self) -> None:
        """Ends everything."""
        self._closed.set()
        self.disconnect()


_channels: weakref.WeakSet[Channel] = weakref.WeakSet()


def _after_fork() -> None:
    for channel in list(_channels):
        channel.after_fork()


os.register_at_fork(after_in_child=_after_fork)


def timeout_nano(seconds: float) -> int:
    """A time limit as the envelope carries it; at least 1, for 0 is none."""
    return max(1, int(seconds * 1_000_000_000))


def _call(connection: Connection, method: Unary[Q, R], request: Q, limit: float, seconds: float) -> R:
    left = limit - time.monotonic()
    if left <= 0:
        raise deadline_exceeded(str(method), seconds)
    call = CallStart(method.service, method.name, request.SerializeToString(), timeout_nano=timeout_nano(left))
    return decode(method, connection.unary(call, limit, seconds))
