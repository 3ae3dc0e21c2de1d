"""The newest candles of a bot as a DataFrame."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..v1.marketdata_pb2 import Candle as WireCandle

if TYPE_CHECKING:
    import pandas

COLUMNS = ("open", "high", "low", "close", "volume", "quote_volume", "trades")
_ROOM = 4


class PandasMissing(Exception):
    """A strategy needs pandas, which is not installed."""

    def __init__(self, strategy: str) -> None:
        super().__init__(f"{strategy} has analyze(df, symbol), which needs pandas: pip install 'botd[pandas]'; on_candle works without it")


class Window:
    """At most `rows` candles, in arrays with room behind them: the newest is written at the end, and the arrays are moved to the front only
    when the room is used up.
    """

    def __init__(self, rows: int) -> None:
        import numpy

        self._rows = rows
        self._room = rows * _ROOM
        self._numbers: Any = numpy.empty((len(COLUMNS), self._room), dtype=numpy.float64)
        self._times: Any = numpy.empty(self._room, dtype=numpy.int64)
        self._end = 0
        self._frame = _framer()

    def __len__(self) -> int:
        return min(self._end, self._rows)

    def append(self, candle: WireCandle) -> None:
        """Adds a candle, the newest."""
        if self._end == self._room:
            self._numbers[:, : self._rows] = self._numbers[:, -self._rows :]
            self._times[: self._rows] = self._times[-self._rows :]
            self._end = self._rows
        self._numbers[:, self._end] = (
            float(candle.open),
            float(candle.high),
            float(candle.low),
            float(candle.close),
            float(candle.volume or "nan"),
            float(candle.quote_volume or "nan"),
            candle.trades,
        )
        self._times[self._end] = candle.open_time_ns
        self._end += 1

    def extend(self, candles: Sequence[WireCandle]) -> None:
        """Adds candles in order."""
        for candle in candles[-self._rows :]:
            self.append(candle)

    def frame(self) -> pandas.DataFrame:
        """The candles as a DataFrame of its own: changing it changes nothing else."""
        start = self._end - len(self)
        return self._frame(self._times[start : self._end].copy(), self._numbers[:, start : self._end].copy())


def _framer() -> Callable[..., pandas.DataFrame]:
    """What makes a DataFrame of copied times and numbers. The columns and the type of the index are made once."""
    import pandas

    columns = pandas.Index(COLUMNS)

    def frame(times: Any, numbers: Any) -> pandas.DataFrame:
        index = pandas.DatetimeIndex(times.view("M8[ns]"), name="open_time").tz_localize("UTC")
        made: pandas.DataFrame = pandas.DataFrame(numbers.T, index=index, columns=columns, copy=False)
        return made

    return frame


def check_pandas(strategy: str) -> None:
    """Whether pandas is there.

    Raises:
        PandasMissing: it is not.
    """
    try:
        importlib.import_module("pandas")
    except ImportError as error:
        if error.name not in ("pandas", "numpy"):
            raise
        raise PandasMissing(strategy) from None
