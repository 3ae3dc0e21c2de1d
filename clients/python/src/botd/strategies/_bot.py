"""A bot that is served: what botd says about it, and what is answered. Knows neither the stream nor the pipe."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..v1.strategy_pb2 import (
    SIGNAL_ACTION_BUY,
    SIGNAL_ACTION_HOLD,
    SIGNAL_ACTION_SELL,
    OpenStrategy,
    ServeStrategiesRequest,
    SignalAction,
    StrategyCandles,
    StrategyFailure,
    StrategyReady,
    StrategySignal,
)
from ._catalogue import Served
from ._instance import Instance, Question
from ._signal import SignalType, wire_text

_ACTIONS: dict[SignalType, SignalAction] = {
    SignalType.BUY: SIGNAL_ACTION_BUY,
    SignalType.SELL: SIGNAL_ACTION_SELL,
    SignalType.HOLD: SIGNAL_ACTION_HOLD,
}


@dataclass(frozen=True)
class Shared:
    """What the bots of a process share.

    Attributes:
        strategies: By name.
        history: Rows of the DataFrame for strategies that do not say it.
        log: Where people read what happens.
        deadline_ms: Longest time for an answer; 0: none.
        failures: The last failure of each bot.
    """

    strategies: Mapping[str, Served]
    history: int
    log: logging.Logger
    deadline_ms: int = 0
    failures: dict[str, str] = field(default_factory=dict[str, str])

    def failed(self, label: str, text: str, error: BaseException) -> None:
        """Logs a failure: with its traceback, unless it is the one before again."""
        is_new = self.failures.get(label) != text
        self.failures[label] = text
        self.log.error("failure of %s%s: %s", label, "" if is_new else ", again", text, exc_info=error if is_new else None)

    def answered(self, label: str, seconds: float) -> None:
        """Logs an answer that came too late."""
        if 0 < self.deadline_ms < seconds * 1_000:
            self.log.warning("late: %s answered after %.0f ms; its deadline is %d ms", label, seconds * 1_000, self.deadline_ms)


class Bot:
    """The instance of a bot, made from its OpenStrategy. Its messages must be handled one after the other: `open`, then `candles`."""

    def __init__(self, opened: OpenStrategy, shared: Shared) -> None:
        self._shared = shared
        self._instance: Instance | None = None
        self._failed = ""
        self._id = opened.instance
        self.label = f"{opened.strategy} for {opened.bot_id} ({opened.symbol} {opened.interval})"

    async def open(self, opened: OpenStrategy) -> ServeStrategiesRequest:
        """Makes the strategy's object and shows it the history: StrategyReady, or StrategyFailure."""
        try:
            strategies = self._shared.strategies
            served = strategies.get(opened.strategy)
            if served is None:
                raise LookupError(f"there is no strategy {opened.strategy} here; there is {', '.join(strategies)}")
            given = {entry.key: entry.value for entry in opened.parameters}
            strategy = served.make(given, bot_id=opened.bot_id, symbol=opened.symbol, interval=opened.interval)
            instance = Instance(strategy, self._shared.history)
            await instance.feed(Question(opened.history, wanted=False))
            shown = strategy.get_parameters()
        except (Exception, SystemExit) as error:
            return self._failure(error)
        self._instance = instance
        self._shared.log.info("opened %s with %s, %d candles of history", self.label, shown, len(opened.history))
        return ServeStrategiesRequest(ready=StrategyReady(instance=opened.instance))

    async def candles(self, asked: StrategyCandles) -> ServeStrategiesRequest | None:
        """Feeds candles: StrategySignal where one is wanted, StrategyFailure, or None."""
        if self._instance is None:
            message = StrategyFailure(instance=asked.instance, message=self._failed or "the instance is not open")
            return ServeStrategiesRequest(failure=message) if asked.answer_wanted else None
        position = asked.position
        try:
            question = Question(asked.candles, position.is_open, position.average_entry_price, asked.bars_held, asked.answer_wanted)
            count, signal = await self._instance.feed(question)
        except (Exception, SystemExit) as error:
            return self._failure(error)
        if not asked.answer_wanted:
            return None
        answer = StrategySignal(
            instance=asked.instance,
            number=asked.number,
            candles=count,
            action=_ACTIONS[signal.action],
            confidence=signal.confidence,
            reason=signal.reason,
        )
        return ServeStrategiesRequest(signal=answer)

    def fail(self, message: str) -> ServeStrategiesRequest:
        """Gives the instance up."""
        self._instance, self._failed = None, wire_text(message)
        return ServeStrategiesRequest(failure=StrategyFailure(instance=self._id, message=self._failed))

    def _failure(self, error: BaseException) -> ServeStrategiesRequest:
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self._shared.failed(self.label, text, error)
        return self.fail(text)
