"""Does a strategy decide by the past alone? The same candles, shown in other ways, must give the same signals.

A strategy is never shown a candle that has not closed. What is left are data that it reads elsewhere, memory that outlives a bot, memory
that a restarted bot does not have, and indicators that need a longer history than it says.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..v1.marketdata_pb2 import Candle as WireCandle
from ._base import sizes_of
from ._candle_file import Series
from ._catalogue import Served
from ._instance import Instance, Question
from ._signal import SignalType

POINTS_MAX = 100
_OTHER_DATES_NS = 10_227 * 86_400_000_000_000
"""28 years: every date falls on the same weekday, month and day."""

_SAID = tuple(action.value for action in SignalType)


@dataclass(frozen=True)
class Step:
    """What a strategy said at a candle, and what the bot held there.

    Attributes:
        said: "BUY", "SELL", "HOLD", or an exception.
        entry_index: Index of the candle at whose close the bot entered; None: it held nothing.
    """

    said: str
    entry_index: int | None

    @property
    def is_signal(self) -> bool:
        """Whether something was wanted."""
        return self.said != SignalType.HOLD.value

    @property
    def is_failure(self) -> bool:
        """Whether it raised an exception."""
        return self.said not in _SAID


@dataclass(frozen=True)
class Row:
    """The outcome of one comparison.

    Attributes:
        test: Which one.
        compared: Candles compared.
        signals: Candles among them at which something was wanted.
        differences: Index of a candle, what was said at first, what was said now.
        finding: What it means that they differ; empty: they do not, or it does not matter.
    """

    test: str
    compared: int
    signals: int
    differences: Sequence[tuple[int, str, str]]
    finding: str = ""


class Check:
    """The comparisons of one strategy on one series."""

    def __init__(self, served: Served, given: Mapping[str, str], series: Series) -> None:
        self._served = served
        self._given = given
        self._series = series
        self._sizes = sizes_of(served.make(given), served.history)
        self._first: list[Step] = []
        self.rows: list[Row] = []

    async def run(self) -> list[Row]:
        """Makes all comparisons."""
        candles = self._series.candles
        self._first = await self._replay(candles)
        if self._first and self._first[-1].is_failure:
            failed, text = len(self._first) - 1, self._first[-1].said
            return [Row("run", len(self._first), 0, [(failed, "", text)], f"it raised {text}")]
        again = await self._replay(candles)
        self._compare("again", again, "not repeatable: chance, the clock, or memory that bots share (globals, attributes of the class, files)")
        other = await self._replay(_shifted(candles))
        finding = "look-ahead: the same prices 28 years apart gave other signals, so it reads data by date that it was not shown"
        self._compare("other dates", other, finding)
        await self._restarts()
        return self.rows

    async def _replay(self, candles: Sequence[WireCandle]) -> list[Step]:
        """Candle after candle; the bot buys and sells as told. It ends with the first exception."""
        steps: list[Step] = []
        instance = self._instance()
        entry: int | None = None
        for index in range(len(candles)):
            said = await _ask(instance, candles, index, entry)
            steps.append(Step(said, entry))
            if said == SignalType.BUY.value and entry is None:
                entry = index
            elif said == SignalType.SELL.value:
                entry = None
            if steps[-1].is_failure:
                break
        return steps

    def _instance(self) -> Instance:
        symbol, interval = self._series.symbol, self._series.interval
        return Instance(self._served.make(self._given, bot_id="check", symbol=symbol, interval=interval), self._served.history)

    def _compare(self, test: str, steps: Sequence[Step], finding: str) -> None:
        self.rows.append(self._row(test, [(index, step.said) for index, step in enumerate(steps)], finding))

    def _row(self, test: str, said: Sequence[tuple[int, str]], finding: str) -> Row:
        pairs = [(index, self._first[index].said, now) for index, now in said]
        differences = [pair for pair in pairs if pair[1] != pair[2]]
        signals = sum(self._first[index].is_signal for index, _, _ in pairs)
        return Row(test, len(pairs), signals, differences, finding if differences else "")

    async def _restarts(self) -> None:
        """A bot that starts at a candle, with so much history, must say there what one says that ran all the time."""
        sizes = self._sizes
        points = self._points(sizes.history)
        said = [(index, await self._restarted(index, sizes.history)) for index in points]
        finding = f"memory: a bot started there, with {sizes.history} candles of history, decides otherwise than one that ran all the time"
        self.rows.append(self._row("restart", said, finding))
        if self.rows[-1].finding:
            return
        length, short = max(1, sizes.warm_up), Row("warm-up", len(points), self.rows[-1].signals, ())
        while length < sizes.history:
            tried = self._row("warm-up", [(index, await self._restarted(index, length)) for index in points], "")
            if not tried.differences:
                break
            short, length = tried, min(sizes.history, 2 * length)
        advice = f"warm-up: its signals depend on more history than it asks for: set warm_up = {length}"
        self.rows.append(replace(short, finding=advice if short.differences else ""))

    def _points(self, history: int) -> list[int]:
        """Where bots are restarted: at signals, and at candles between them; where there is enough history, after it."""
        start = history if len(self._first) >= 2 * history else max(1, len(self._first) // 2)
        signals = [index for index in range(start, len(self._first)) if self._first[index].is_signal]
        others = [index for index in range(start, len(self._first)) if not self._first[index].is_signal]
        return sorted([*_spread(signals), *_spread(others)])

    async def _restarted(self, index: int, history: int) -> str:
        instance = self._instance()
        candles = self._series.candles
        try:
            await instance.feed(Question(candles[max(0, index - history) : index], wanted=False))
        except Exception as error:
            return _text(error)
        return await _ask(instance, candles, index, self._first[index].entry_index)


async def _ask(instance: Instance, candles: Sequence[WireCandle], index: int, entry: int | None) -> str:
    held = () if entry is None else (index - entry,)
    price = "" if entry is None else candles[entry].close
    try:
        _, signal = await instance.feed(Question((candles[index],), entry is not None, price, held))
    except Exception as error:
        return _text(error)
    return signal.action.value


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _spread(indexes: Sequence[int]) -> Iterable[int]:
    """At most 100 of them, evenly."""
    step = max(1, math.ceil(len(indexes) / POINTS_MAX))
    return indexes[::step]


def _shifted(candles: Sequence[WireCandle]) -> list[WireCandle]:
    """The same candles 28 years before, or after where that would be before 1970."""
    shift = -_OTHER_DATES_NS if candles and candles[0].open_time_ns > _OTHER_DATES_NS else _OTHER_DATES_NS
    made: list[WireCandle] = []
    for candle in candles:
        other = WireCandle()
        other.CopyFrom(candle)
        other.open_time_ns += shift
        other.close_time_ns += shift
        made.append(other)
    return made
