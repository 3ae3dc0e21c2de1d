"""The task of one instance: its messages in order, its answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from ..errors import BotdError
from ..v1.strategy_pb2 import OpenStrategy, ServeStrategiesRequest, ServeStrategiesResponse, StrategyCandles
from ._bot import Bot, Shared

WAITING_MAX = 1_000
"""Most messages that wait for one strategy; one that falls further behind is given up."""

Send = Callable[[ServeStrategiesRequest], Awaitable[None]]


class Worker:
    """Handles the messages of one instance one after the other, while those of others are handled."""

    def __init__(self, opened: OpenStrategy, shared: Shared, send: Send) -> None:
        self.bot_id = opened.bot_id
        self._bot = Bot(opened, shared)
        self._send = send
        self._shared = shared
        self._waiting: asyncio.Queue[ServeStrategiesResponse] = asyncio.Queue()
        self._fell_behind = False
        self._task: asyncio.Future[None] | None = asyncio.ensure_future(self._run())

    @property
    def label(self) -> str:
        """The strategy and the bot, for people."""
        return self._bot.label

    def put(self, message: ServeStrategiesResponse) -> None:
        """A message for the instance arrived."""
        if self._fell_behind:
            return
        if self._waiting.qsize() < WAITING_MAX:
            self._waiting.put_nowait(message)
            return
        self._fell_behind = True
        self.cancel()
        self._waiting = asyncio.Queue()
        self._shared.log.error("failure of %s: %d messages wait for it", self.label, WAITING_MAX)
        self._task = asyncio.ensure_future(self._give_up(f"the strategy is {WAITING_MAX} messages behind"))

    def cancel(self) -> None:
        """Ends the task; what it is doing is broken off. The task, which refers to this object, is let go: no cycle keeps both."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def _run(self) -> None:
        try:
            while True:
                await self._handle(await self._waiting.get())
        except BotdError:  # The stream is over: whoever reads it knows why.
            return

    async def _handle(self, message: ServeStrategiesResponse) -> None:
        answer = await (self._bot.open(message.open) if message.HasField("open") else self._candles(message.candles))
        if answer is not None:
            await self._send(answer)

    async def _candles(self, asked: StrategyCandles) -> ServeStrategiesRequest | None:
        start = time.monotonic()
        answer = await self._bot.candles(asked)
        self._shared.answered(self.label, time.monotonic() - start)
        return answer

    async def _give_up(self, why: str) -> None:
        try:
            await self._send(self._bot.fail(why))
        except BotdError:
            return
