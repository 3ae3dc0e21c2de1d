"""Messages as pandas DataFrames. Needs the extra `botd[pandas]`.

Times are the index, as datetime64[ns, UTC]. Decimals are float64 with NaN for "not known", or with `decimals=True` Python Decimals in
columns of dtype object, with None for "not known". Counts are int64, answers to yes or no bool, everything else text.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from .v1.backtest_pb2 import BacktestTrade
from .v1.common_pb2 import OrderPurpose, Side
from .v1.marketdata_pb2 import Candle
from .v1.portfolio_pb2 import EquityPoint
from .v1.trade_pb2 import Trade

if TYPE_CHECKING:
    import pandas


def _need_pandas() -> None:
    if importlib.util.find_spec("pandas") is None:
        raise ImportError("DataFrames need pandas: pip install 'botd[pandas]'", name="pandas")


def _times(values: Sequence[int], name: str | None = None) -> pandas.DatetimeIndex:
    import pandas

    known = [value if value else None for value in values]
    index: pandas.DatetimeIndex = pandas.DatetimeIndex(pandas.to_datetime(pandas.Series(known, dtype="Int64"), unit="ns", utc=True), name=name)
    return index


def _numbers(values: Iterable[str], decimals: bool) -> pandas.Series:
    import pandas

    if decimals:
        return pandas.Series([Decimal(value) if value else None for value in values], dtype="object")
    return pandas.Series([float(value) if value else float("nan") for value in values], dtype="float64")


def _enum_text(name: str, prefix: str) -> str:
    return name.removeprefix(prefix)


def _frame(columns: dict[str, object], index: pandas.DatetimeIndex) -> pandas.DataFrame:
    import pandas

    frame: pandas.DataFrame = pandas.DataFrame(columns)
    frame.index = index
    return frame


def _integers(values: Iterable[int]) -> pandas.Series:
    import pandas

    return pandas.Series(list(values), dtype="int64")


def _flags(values: Iterable[bool]) -> pandas.Series:
    import pandas

    return pandas.Series(list(values), dtype="bool")


def _texts(values: Iterable[str]) -> pandas.Series:
    import pandas

    return pandas.Series(list(values), dtype="str")


def candles_frame(candles: Sequence[Candle], decimals: bool = False) -> pandas.DataFrame:
    """Candles by the time they open.

    Columns: open, high, low, close (quote asset), volume (base asset), quote_volume (quote asset), trades, is_closed.
    """
    _need_pandas()
    columns: dict[str, object] = {
        "open": _numbers((candle.open for candle in candles), decimals),
        "high": _numbers((candle.high for candle in candles), decimals),
        "low": _numbers((candle.low for candle in candles), decimals),
        "close": _numbers((candle.close for candle in candles), decimals),
        "volume": _numbers((candle.volume for candle in candles), decimals),
        "quote_volume": _numbers((candle.quote_volume for candle in candles), decimals),
        "trades": _integers(candle.trades for candle in candles),
        "is_closed": _flags(candle.is_closed for candle in candles),
    }
    return _frame(columns, _times([candle.open_time_ns for candle in candles], "open_time"))


def trades_frame(trades: Sequence[Trade], decimals: bool = False) -> pandas.DataFrame:
    """Fills by their time at the exchange.

    Columns: sequence, symbol, bot_id, side ("BUY", "SELL"), price, quantity, quote_quantity, commission, commission_asset, realized_pnl,
    is_maker, purpose ("ENTRY", "STOP_LOSS", ...), reason, trade_id, client_order_id, venue_order_id.
    """
    _need_pandas()
    columns: dict[str, object] = {
        "sequence": _integers(trade.sequence for trade in trades),
        "symbol": _texts(trade.symbol for trade in trades),
        "bot_id": _texts(trade.bot_id for trade in trades),
        "side": _texts(_enum_text(Side.Name(trade.side), "SIDE_") for trade in trades),
        "price": _numbers((trade.price for trade in trades), decimals),
        "quantity": _numbers((trade.quantity for trade in trades), decimals),
        "quote_quantity": _numbers((trade.quote_quantity for trade in trades), decimals),
        "commission": _numbers((trade.commission for trade in trades), decimals),
        "commission_asset": _texts(trade.commission_asset for trade in trades),
        "realized_pnl": _numbers((trade.realized_pnl for trade in trades), decimals),
        "is_maker": _flags(trade.is_maker for trade in trades),
        "purpose": _texts(_enum_text(OrderPurpose.Name(trade.purpose), "ORDER_PURPOSE_") for trade in trades),
        "reason": _texts(trade.reason for trade in trades),
        "trade_id": _texts(trade.trade_id for trade in trades),
        "client_order_id": _texts(trade.client_order_id for trade in trades),
        "venue_order_id": _texts(trade.venue_order_id for trade in trades),
    }
    return _frame(columns, _times([trade.time_ns for trade in trades], "time"))


def equity_frame(points: Sequence[EquityPoint], decimals: bool = False) -> pandas.DataFrame:
    """Equity over time.

    Columns, in the quote asset: equity, net_profit, drawdown, flow (capital put in or taken out), position_value; and
    drawdown_fraction.
    """
    _need_pandas()
    columns: dict[str, object] = {
        "equity": _numbers((point.equity for point in points), decimals),
        "net_profit": _numbers((point.net_profit for point in points), decimals),
        "drawdown": _numbers((point.drawdown for point in points), decimals),
        "drawdown_fraction": _numbers((point.drawdown_fraction for point in points), decimals),
        "flow": _numbers((point.flow for point in points), decimals),
        "position_value": _numbers((point.position_value for point in points), decimals),
    }
    return _frame(columns, _times([point.time_ns for point in points], "time"))


def backtest_trades_frame(trades: Sequence[BacktestTrade], decimals: bool = False) -> pandas.DataFrame:
    """The trades of a backtest, each from its first fill to its last, by the time they were opened.

    Columns: number, symbol, closed_time (datetime64[ns, UTC]), entry_price, exit_price, quantity, fees, profit, profit_fraction,
    candles, entry_reason, exit_kind, exit_reason, is_closed, max_adverse_excursion, max_favorable_excursion.
    """
    _need_pandas()
    columns: dict[str, object] = {
        "number": _integers(trade.number for trade in trades),
        "symbol": _texts(trade.symbol for trade in trades),
        "closed_time": _times([trade.closed_time_ns for trade in trades]),
        "entry_price": _numbers((trade.entry_price for trade in trades), decimals),
        "exit_price": _numbers((trade.exit_price for trade in trades), decimals),
        "quantity": _numbers((trade.quantity for trade in trades), decimals),
        "fees": _numbers((trade.fees for trade in trades), decimals),
        "profit": _numbers((trade.profit for trade in trades), decimals),
        "profit_fraction": _numbers((trade.profit_fraction for trade in trades), decimals),
        "candles": _integers(trade.candles for trade in trades),
        "entry_reason": _texts(trade.entry_reason for trade in trades),
        "exit_kind": _texts(trade.exit_kind for trade in trades),
        "exit_reason": _texts(trade.exit_reason for trade in trades),
        "is_closed": _flags(trade.is_closed for trade in trades),
        "max_adverse_excursion": _numbers((trade.max_adverse_excursion for trade in trades), decimals),
        "max_favorable_excursion": _numbers((trade.max_favorable_excursion for trade in trades), decimals),
    }
    return _frame(columns, _times([trade.opened_time_ns for trade in trades], "opened_time"))
