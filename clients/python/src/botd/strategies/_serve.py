"""Serving strategies to a daemon over one stream, again and again."""

from __future__ import annotations

import asyncio

from .._retry import Backoff
from .._stream import AsyncStream
from ..async_client import AsyncClient
from ..errors import BotdError, Code, DeadlineExceeded, connection_lost
from ..v1.strategy_pb2 import RegisterStrategies, ServeStrategiesRequest, ServeStrategiesResponse
from ._bot import Shared
from ._worker import Worker

SILENCE_SECONDS = 30.0
DRAIN_SECONDS = 5.0
_SECOND_LOOK_SECONDS = 1.0
_PERMANENT = (Code.INVALID_ARGUMENT, Code.UNAUTHENTICATED, Code.PERMISSION_DENIED, Code.UNIMPLEMENTED)
_FIRST_TIME_PERMANENT = ("TLS_FAILED", "STRATEGY_TAKEN")

ServeStream = AsyncStream[ServeStrategiesRequest, ServeStrategiesResponse]


class StrategyServer:
    """Serves strategies until it is told to stop. It registers them, makes an instance for each bot that botd names, and answers for it;
    each instance has a task of its own. When the stream breaks it registers again, after 0.1 s at first and 5 s at last.
    """

    def __init__(self, client: AsyncClient, shared: Shared) -> None:
        self._client = client
        self._shared = shared
        self._register = RegisterStrategies(strategies=[served.message(shared.deadline_ms) for served in shared.strategies.values()])
        self._log = shared.log
        self._stream: ServeStream | None = None
        self._was_registered = False
        self._is_stopping = False
        self._backoff = Backoff()

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop` is set; then half-closes and reads to the daemon's end, 5 s at most.

        Raises:
            BotdError: botd will not take the strategies, however often they are offered.
        """
        serving = asyncio.ensure_future(self._serve_until_stopped())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            self._is_stopping = True
            if not serving.done() and self._stream is not None:
                self._stream.close_send()
                await asyncio.wait({serving}, timeout=DRAIN_SECONDS)
            if serving.done() and not stop.is_set():
                serving.result()
            self._log.info("stopped")
        finally:
            for task in (serving, stopping):
                task.cancel()
            await asyncio.gather(serving, stopping, return_exceptions=True)

    async def _serve_until_stopped(self) -> None:
        while True:
            error: BotdError = connection_lost("botd ended the stream")
            try:
                await self._serve_once()
            except BotdError as cause:
                if self._is_permanent(cause):
                    raise
                error = cause
            if self._is_stopping:
                return
            delay = self._backoff.next()
            self._log.warning("disconnected: %s; trying again in %.1f s", error.message, delay)
            await asyncio.sleep(delay)

    def _is_permanent(self, error: BotdError) -> bool:
        return error.code in _PERMANENT or (not self._was_registered and error.reason in _FIRST_TIME_PERMANENT)

    async def _serve_once(self) -> None:
        async with await self._client.serve_strategies(register=self._register) as stream:
            await self._registered(stream)
            self._stream = stream
            workers: dict[int, Worker] = {}
            try:
                while (message := await _receive(stream)) is not None:
                    self._dispatch(message, stream, workers)
            finally:
                self._stream = None
                for worker in workers.values():
                    worker.cancel()

    async def _registered(self, stream: ServeStream) -> None:
        first = await _receive(stream)
        if first is None:
            raise connection_lost("botd ended the stream before it registered the strategies")
        if not first.HasField("registered"):
            raise BotdError(Code.INTERNAL, "botd's first message is not that the strategies are registered", reason="PROTOCOL_VIOLATED")
        self._was_registered = True
        self._backoff.reset()
        self._log.info("registered %s at %s", ", ".join(first.registered.names), self._client.address)

    def _dispatch(self, message: ServeStrategiesResponse, stream: ServeStream, workers: dict[int, Worker]) -> None:
        if message.HasField("candles"):
            worker = workers.get(message.candles.instance)
            if worker is not None:
                worker.put(message)
        elif message.HasField("open"):
            self._open(message, stream, workers)
        elif message.HasField("close"):
            self._close(message.close.instance, "not needed any more", workers)

    def _open(self, message: ServeStrategiesResponse, stream: ServeStream, workers: dict[int, Worker]) -> None:
        before = [number for number, worker in workers.items() if worker.bot_id == message.open.bot_id]
        if any(number > message.open.instance for number in before):
            return  # Instances rise: the bot has a newer one already.
        for instance in before:
            self._close(instance, "replaced", workers)
        worker = workers[message.open.instance] = Worker(message.open, self._shared, stream.send)
        worker.put(message)

    def _close(self, instance: int, why: str, workers: dict[int, Worker]) -> None:
        worker = workers.pop(instance, None)
        if worker is not None:
            worker.cancel()
            self._log.info("closed %s: %s", worker.label, why)


async def _receive(stream: ServeStream) -> ServeStrategiesResponse | None:
    """The next message; None at the end.

    Raises:
        BotdError: the stream broke, or nothing came for three heartbeats. A strategy may have kept the event loop busy for so long that what
            came meanwhile was not read: so there is a second look.
    """
    for timeout in (SILENCE_SECONDS, _SECOND_LOOK_SECONDS):
        try:
            return await stream.receive(timeout)
        except DeadlineExceeded:
            continue
    raise connection_lost(f"nothing came from botd for {SILENCE_SECONDS:g} s")
