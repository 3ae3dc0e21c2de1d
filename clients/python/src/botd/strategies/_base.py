"""The base class of strategies."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, SupportsIndex

from ._candle import FLAT, Candle, Position
from ._parameters import REQUIRED, Parameter, only_parameters
from ._schema import parameters_of
from ._signal import Signal

if TYPE_CHECKING:
    import pandas

HISTORY_CANDLES_MAX = 500
_WARM_UP_FRAME = 50


class TradingStrategy:
    """A strategy. A subclass has `analyze` (a DataFrame for each candle) or `on_candle` (one candle at a time, faster); with both, botd is
    served by `on_candle`. Each bot has an object of its own.

    botd calls the strategy once for each closed candle and acts on the answer: BUY enters where the bot holds nothing, SELL leaves where it
    holds something. Amounts, limits, stops and targets are the bot's. An exception makes the bot wait, with the exception as its reason;
    with the next candle it is given a new object.

    Attributes:
        parameters: Schema of the parameters. Left out, it is made from the arguments of `__init__`: their defaults and type hints.
        warm_up: Closed candles before the first question, 0 to 500; until then the answer is HOLD. By default 50 with `analyze`, 0 with
            `on_candle`. `__init__` may set it from the parameters.
        history: Rows of the DataFrame at most, and closed candles that are shown before the first question, 1 to 500; by default 500.
        name: Name in botd (`--strategy NAME`): 1 to 64 of a-z, 0-9, "_", "-".
        bot_id: The bot; empty outside botd.
        symbol: Its symbol, for example "BTCUSDT".
        interval: Interval of its candles, for example "1m".
        position: What the bot holds at the close of the newest candle.
    """

    parameters: ClassVar[Sequence[Parameter] | None] = None
    warm_up: int | None = None
    history: int | None = None
    name: str = ""
    bot_id: str = ""
    symbol: str = ""
    interval: str = ""
    position: Position = FLAT

    def __init_subclass__(cls) -> None:
        """The defaults of declared parameters are attributes of the class."""
        super().__init_subclass__()
        for parameter in only_parameters(cls.parameters or ()):
            if parameter.default is not REQUIRED:
                setattr(cls, parameter.name, parameter.default)

    def __init__(self, name: str = "") -> None:
        """Sets the name.

        Args:
            name: Name of the strategy; left out: the class's own name. In botd it is written in lower case, with "_" between words.
        """
        self.name = strategy_name(name or type(self).name or type(self).__name__)

    def analyze(self, df: pandas.DataFrame, symbol: str) -> Mapping[str, object] | Signal | Awaitable[Mapping[str, object] | Signal]:
        """Looks at the newest candles. May be a plain or an `async` method.

        Args:
            df: The newest closed candles, at most `history` rows, the last one just closed: float64 columns open, high, low, close, volume,
                quote_volume, trades; the index is the time at which they opened, in UTC. It is a copy, and may be changed.
            symbol: Symbol of the bot.

        Returns:
            {'signal': 'BUY', 'SELL' or 'HOLD', 'confidence': 0 to 1, 'reason': text}, or a `Signal`. 'confidence' is 1 when left out.
        """
        raise NotImplementedError

    def on_candle(
        self, candle: Candle, position: Position
    ) -> Mapping[str, object] | Signal | None | Awaitable[Mapping[str, object] | Signal | None]:
        """Looks at the next candle. It is called for every candle in order; what it returns for those of the history is not acted on.

        Args:
            candle: The candle that just closed.
            position: What the bot holds at its close.

        Returns:
            As `analyze`; None is HOLD.
        """
        raise NotImplementedError

    def get_parameters(self) -> dict[str, Any]:
        """The values of the parameters, for the log."""
        return {parameter.name: getattr(self, parameter.name, None) for parameter in parameters_of(type(self))}


def is_incremental(kind: type[TradingStrategy]) -> bool:
    """Whether a strategy has `on_candle`."""
    return kind.on_candle is not TradingStrategy.on_candle


def is_strategy(kind: object) -> bool:
    """Whether something is a class that botd can be served with: a subclass that has `analyze` or `on_candle`."""
    if not (isinstance(kind, type) and issubclass(kind, TradingStrategy)):
        return False
    return is_incremental(kind) or kind.analyze is not TradingStrategy.analyze


@dataclass(frozen=True)
class Sizes:
    """How many candles a strategy is shown.

    Attributes:
        warm_up: Closed candles before the first question.
        history: Rows of the DataFrame at most.
    """

    warm_up: int
    history: int


def sizes_of(strategy: TradingStrategy, history: int = HISTORY_CANDLES_MAX) -> Sizes:
    """How many candles a strategy is shown; `history` is for one that does not say it.

    Raises:
        ValueError: its `warm_up` or `history` is out of range.
    """
    rows = None if strategy.history is None else _count("history", strategy.history, 1)
    if strategy.warm_up is None:
        warm_up = 0 if is_incremental(type(strategy)) else min(_WARM_UP_FRAME, rows or history)
    else:
        warm_up = _count("warm_up", strategy.warm_up, 0)
    if rows is not None and rows < warm_up:
        raise ValueError(f"warm_up, {warm_up}, is more than history, {rows}")
    return Sizes(warm_up, rows or max(history, warm_up))


def _count(name: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise ValueError(f"{name} is a whole number, not {value!r}")
    number = value.__index__()
    if not least <= number <= HISTORY_CANDLES_MAX:
        raise ValueError(f"{name} is from {least} to {HISTORY_CANDLES_MAX}, the candles that botd shows a strategy when it starts, not {number}")
    return number


def strategy_name(text: str) -> str:
    """A name as botd takes it.

    Raises:
        ValueError: nothing is left of it.

    >>> strategy_name("MyStrategy"), strategy_name("RSI Cross"), strategy_name("EMA20Cross")
    ('my_strategy', 'rsi_cross', 'ema20_cross')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    name = re.sub(r"[^a-z0-9-]+", "_", words.lower()).strip("_-")[:64]
    if not re.match("[a-z]", name):
        raise ValueError(f'a strategy cannot be named "{text}": its name begins with a letter')
    return name
