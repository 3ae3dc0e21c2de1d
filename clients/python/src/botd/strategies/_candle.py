"""Candles and positions as a strategy sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..v1.marketdata_pb2 import Candle as WireCandle
from ..values import to_datetime

MINUTE_NS = 60_000_000_000


class Candle:
    """A closed candle. The numbers are floats for speed; the properties that end in `_decimal` are exact.

    Attributes:
        open_time_ns: Start, ns since the Unix epoch.
        open: First price in the quote asset.
        high: Highest price.
        low: Lowest price.
        close: Last price.
        volume: Traded quantity in the base asset.
        quote_volume: Traded amount in the quote asset; NaN where it is not known.
        trades: Number of trades.
    """

    __slots__ = ("_wire", "close", "high", "low", "open", "open_time_ns", "quote_volume", "trades", "volume")

    def __init__(self, wire: WireCandle) -> None:
        self._wire = wire
        self.open_time_ns = wire.open_time_ns
        self.open = float(wire.open)
        self.high = float(wire.high)
        self.low = float(wire.low)
        self.close = float(wire.close)
        self.volume = float(wire.volume or "nan")
        self.quote_volume = float(wire.quote_volume or "nan")
        self.trades = wire.trades

    @property
    def symbol(self) -> str:
        """The symbol, for example "BTCUSDT"; empty where botd left it out."""
        return self._wire.symbol

    @property
    def open_time(self) -> datetime:
        """Start, in UTC."""
        return _time(self._wire.open_time_ns)

    @property
    def close_time(self) -> datetime:
        """End (exclusive), in UTC."""
        return _time(self._wire.close_time_ns)

    @property
    def open_decimal(self) -> Decimal:
        """First price, exact."""
        return Decimal(self._wire.open)

    @property
    def high_decimal(self) -> Decimal:
        """Highest price, exact."""
        return Decimal(self._wire.high)

    @property
    def low_decimal(self) -> Decimal:
        """Lowest price, exact."""
        return Decimal(self._wire.low)

    @property
    def close_decimal(self) -> Decimal:
        """Last price, exact."""
        return Decimal(self._wire.close)

    @property
    def volume_decimal(self) -> Decimal:
        """Traded quantity, exact; NaN where it is not known."""
        return Decimal(self._wire.volume or "NaN")

    @property
    def quote_volume_decimal(self) -> Decimal:
        """Traded amount, exact; NaN where it is not known."""
        return Decimal(self._wire.quote_volume or "NaN")

    def __repr__(self) -> str:
        return f"Candle({self.open_time:%Y-%m-%d %H:%M}, open={self.open}, high={self.high}, low={self.low}, close={self.close})"


def _time(time_ns: int) -> datetime:
    time = to_datetime(time_ns)
    assert time is not None, "a closed candle has a time"
    return time


@dataclass(frozen=True)
class Position:
    """What the bot holds at the close of a candle.

    Attributes:
        is_open: Whether it holds something.
        entry_price_text: Average entry price in the quote asset as botd spells it; empty when nothing is held.
        bars_held: Closed candles since the entry; 0 when nothing is held.
    """

    is_open: bool = False
    entry_price_text: str = ""
    bars_held: int = 0

    @property
    def average_entry_price(self) -> float | None:
        """Average entry price in the quote asset; None when nothing is held."""
        return float(self.entry_price_text) if self.entry_price_text else None

    @property
    def average_entry_price_decimal(self) -> Decimal | None:
        """The same, exact."""
        return Decimal(self.entry_price_text) if self.entry_price_text else None


FLAT = Position()


def rising(candles: Iterable[WireCandle], last_time_ns: int) -> int:
    """The open time of the last of `candles`, which follow a candle that opened at `last_time_ns`.

    Raises:
        ValueError: one of them is not later than the one before it.
    """
    for candle in candles:
        if candle.open_time_ns <= last_time_ns:
            raise ValueError(f"the candle of {candle.open_time_ns} ns came after the one of {last_time_ns} ns: candles must come once and in order")
        last_time_ns = candle.open_time_ns
    return last_time_ns
