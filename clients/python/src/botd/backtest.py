"""What a backtest gave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from . import frames
from .errors import BotdError, Code
from .v1.backtest_pb2 import BacktestFigure, BacktestProgress, BacktestResult, BacktestTrade, RunBacktestResponse
from .v1.bot_pb2 import Stats

if TYPE_CHECKING:
    import pandas

ProgressCallback = Callable[[BacktestProgress], None]


@dataclass(frozen=True)
class Backtest:
    """The result of a backtest.

    Attributes:
        result: The daemon's result: figures with their labels, equity, notes.
        trade_list: Its trades, in order of closing.
    """

    result: BacktestResult
    trade_list: tuple[BacktestTrade, ...]

    @property
    def title(self) -> str:
        """What was run, for example "rsi on BTCUSDT, 5m"."""
        return self.result.title

    @property
    def notes(self) -> tuple[str, ...]:
        """How fills were made, what was repaired in the data, what to know."""
        return tuple(self.result.notes)

    @property
    def stats(self) -> Stats:
        """The statistics, as of a bot that runs."""
        return self.result.stats

    @property
    def figures(self) -> dict[str, Decimal | datetime | str | None]:
        """The summary by machine name, for example "profit_factor": a Decimal, a time in UTC, text where it is neither; None: not known."""
        return {figure.key: _value(figure) for figure in self.result.figures}

    def trades(self, decimals: bool = False) -> pandas.DataFrame:
        """The trades as a DataFrame, see `botd.frames.backtest_trades_frame`."""
        return frames.backtest_trades_frame(self.trade_list, decimals)

    def equity(self, decimals: bool = False) -> pandas.DataFrame:
        """The equity as a DataFrame (at most 2000 points), see `botd.frames.equity_frame`."""
        return frames.equity_frame(self.result.equity, decimals)


def _value(figure: BacktestFigure) -> Decimal | datetime | str | None:
    if figure.number.endswith("Z"):
        return datetime.fromisoformat(figure.number[:-1] + "+00:00")
    if figure.number:
        return Decimal(figure.number)
    return None if figure.text == "-" else figure.text


@dataclass
class Collector:
    """Gathers the messages of a run."""

    progress: ProgressCallback | None
    trades: list[BacktestTrade] = field(default_factory=list[BacktestTrade])
    result: BacktestResult | None = None

    def add(self, message: RunBacktestResponse) -> None:
        """One message."""
        kind = message.WhichOneof("payload")
        if kind == "trade":
            self.trades.append(message.trade)
        elif kind == "result":
            self.result = message.result
        elif kind == "progress" and self.progress is not None:
            self.progress(message.progress)

    def done(self) -> Backtest:
        """The whole.

        Raises:
            BotdError: the stream ended before the result.
        """
        if self.result is None:
            raise BotdError(Code.UNAVAILABLE, "the backtest ended without a result", reason="CONNECTION_LOST")
        return Backtest(self.result, tuple(self.trades))
