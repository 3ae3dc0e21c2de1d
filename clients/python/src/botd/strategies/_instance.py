"""A strategy at work for one bot: candles in, the first signal out. Live and in backtests it is this code that runs."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

from ..v1.marketdata_pb2 import Candle as WireCandle
from ._base import TradingStrategy, is_incremental, sizes_of
from ._candle import FLAT, Candle, Position, rising
from ._signal import HOLD, Signal, SignalType, read_signal
from ._window import Window

_FIRST_NS = -(1 << 63)


@dataclass(frozen=True)
class Question:
    """Candles, and what the bot holds at the close of each.

    Attributes:
        candles: In order.
        entry_price: Average entry price as botd spells it; empty when nothing is held.
        bars_held: Closed candles since the entry, for each candle; empty when nothing is held.
        wanted: Whether a signal is wanted; otherwise the candles are history.
    """

    candles: Sequence[WireCandle]
    is_open: bool = False
    entry_price: str = ""
    bars_held: Sequence[int] = ()
    wanted: bool = True

    def position(self, index: int) -> Position:
        """What the bot holds at the close of a candle."""
        if not self.is_open:
            return FLAT
        return Position(True, self.entry_price, self.bars_held[index] if index < len(self.bars_held) else 0)


class Instance:
    """A strategy of one bot. `feed` must not be called again before it returned."""

    def __init__(self, strategy: TradingStrategy, history: int) -> None:
        self.strategy = strategy
        sizes = sizes_of(strategy, history)
        self._warm_up = sizes.warm_up
        self._seen = 0
        self._last_time_ns = _FIRST_NS
        self._incremental = is_incremental(type(strategy))
        self._window = None if self._incremental else Window(sizes.history)

    async def feed(self, question: Question) -> tuple[int, Signal]:
        """Looks at candles one by one, up to the first at which the strategy wants something.

        Returns:
            How many candles were looked at, and the signal at the last of them. Nothing is wanted at those of the history: all are looked at.

        Raises:
            Exception: what the strategy raised; `WrongAnswer` where it answered what is no signal.
        """
        if self._incremental:
            return await self._feed_incremental(question)
        return await self._feed_frames(question)

    async def _feed_incremental(self, question: Question) -> tuple[int, Signal]:
        strategy, on_candle, wanted = self.strategy, self.strategy.on_candle, question.wanted
        position, is_open, warm_up, seen, last = FLAT, question.is_open, self._warm_up, self._seen, self._last_time_ns
        count, signal = 0, HOLD
        strategy.position = position
        for count, wire in enumerate(question.candles, 1):
            candle = Candle(wire)
            if candle.open_time_ns <= last:
                rising((wire,), last)
            last = candle.open_time_ns
            if is_open:
                strategy.position = position = question.position(count - 1)
            returned = on_candle(candle, position)
            if returned is not None and inspect.isawaitable(returned):
                returned = await returned
            if returned is None:
                signal = HOLD
                continue
            signal = read_signal(returned, "on_candle")
            if signal.action is not SignalType.HOLD:
                if wanted and seen + count >= warm_up:
                    break
                signal = HOLD
        self._seen, self._last_time_ns = seen + count, last
        return count, signal

    async def _feed_frames(self, question: Question) -> tuple[int, Signal]:
        window = self._window
        assert window is not None
        if not question.wanted:
            self._last_time_ns = rising(question.candles, self._last_time_ns)
            window.extend(question.candles)
            self._seen += len(question.candles)
            return len(question.candles), HOLD
        strategy = self.strategy
        count, signal = 0, HOLD
        for count, wire in enumerate(question.candles, 1):
            self._last_time_ns = rising((wire,), self._last_time_ns)
            window.append(wire)
            self._seen += 1
            if self._seen < self._warm_up:
                continue
            strategy.position = question.position(count - 1)
            returned = strategy.analyze(window.frame(), strategy.symbol)
            if inspect.isawaitable(returned):
                returned = await returned
            signal = read_signal(returned, "analyze")
            if signal.action is not SignalType.HOLD:
                break
        return count, signal
