"""The followers of all subscriptions, made from what a caller asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ._calls.event_service import SUBSCRIBE_EVENTS
from ._calls.market_data_service import SUBSCRIBE_CANDLES, SUBSCRIBE_TICKERS
from ._calls.system_service import WATCH_HEALTH
from ._calls.trade_service import SUBSCRIBE_TRADES
from ._follow import FeedFollower, JournalFollower
from .bookmark import Bookmark
from .items import EventItem, TradeItem
from .v1.common_pb2 import Heartbeat
from .v1.event_pb2 import Event, EventKind, SubscribeEventsRequest, SubscribeEventsResponse
from .v1.marketdata_pb2 import (
    Candle,
    SubscribeCandlesRequest,
    SubscribeCandlesResponse,
    SubscribeTickersRequest,
    SubscribeTickersResponse,
    Ticker,
)
from .v1.system_pb2 import GetHealthResponse, WatchHealthRequest, WatchHealthResponse
from .v1.trade_pb2 import SubscribeTradesRequest, SubscribeTradesResponse, Trade
from .values import nanoseconds

TradeFollower = JournalFollower[SubscribeTradesRequest, SubscribeTradesResponse, Trade, TradeItem]
EventFollower = JournalFollower[SubscribeEventsRequest, SubscribeEventsResponse, Event, EventItem]
CandleFollower = FeedFollower[SubscribeCandlesRequest, SubscribeCandlesResponse, Candle, Candle]
TickerFollower = FeedFollower[SubscribeTickersRequest, SubscribeTickersResponse, Ticker, Ticker]
HealthFollower = FeedFollower[WatchHealthRequest, WatchHealthResponse, WatchHealthResponse, GetHealthResponse]


def heartbeat_ms(seconds: float) -> int:
    """The interval in a request.

    Raises:
        ValueError: when it is below a tenth of a second or above an hour.
    """
    if not 0.1 <= seconds <= 3600:
        raise ValueError(f"heartbeat is from 0.1 to 3600 seconds, not {seconds}")
    return int(seconds * 1000)


def trades(
    after: Bookmark | None, from_start: bool, bot_ids: Iterable[str], symbols: Iterable[str], heartbeat: float, max_batch: int
) -> TradeFollower:
    """Follows trades."""
    bots, names, interval = texts(bot_ids), texts(symbols), heartbeat_ms(heartbeat)

    def request(sequence: int, journal_id: str, live_only: bool) -> SubscribeTradesRequest:
        return SubscribeTradesRequest(
            after_sequence=sequence,
            journal_id=journal_id,
            live_only=live_only,
            bot_ids=bots,
            symbols=names,
            max_batch=max_batch,
            heartbeat_ms=interval,
        )

    return JournalFollower(SUBSCRIBE_TRADES, request, lambda message: message, lambda message: message.trades, TradeItem, after, from_start)


def events(
    after: Bookmark | None, from_start: bool, bot_ids: Iterable[str], kinds: Iterable[EventKind], heartbeat: float, max_batch: int
) -> EventFollower:
    """Follows events."""
    bots, chosen, interval = texts(bot_ids), tuple(kinds), heartbeat_ms(heartbeat)

    def request(sequence: int, journal_id: str, live_only: bool) -> SubscribeEventsRequest:
        return SubscribeEventsRequest(
            after_sequence=sequence,
            journal_id=journal_id,
            live_only=live_only,
            bot_ids=bots,
            kinds=chosen,
            max_batch=max_batch,
            heartbeat_ms=interval,
        )

    return JournalFollower(SUBSCRIBE_EVENTS, request, lambda message: message, lambda message: message.events, EventItem, after, from_start)


def texts(values: Iterable[str] | str) -> tuple[str, ...]:
    """Symbols from one or many.

    >>> texts("BTCUSDT"), texts(["BTCUSDT", "ETHUSDT"])
    (('BTCUSDT',), ('BTCUSDT', 'ETHUSDT'))
    """
    return (values,) if isinstance(values, str) else tuple(values)


class _LastCandles:
    """Which candles were handed on, so that a new subscription begins behind them."""

    def __init__(self, symbols: tuple[str, ...], after_ns: int) -> None:
        self._after = after_ns
        self._closed: dict[str, int] = {}
        self._symbols = symbols

    def after(self) -> int:
        """The open time behind which all symbols may have news; 0: no history is wanted yet."""
        if self._after == 0 and not self._closed:
            return 0
        seen = [self._closed.get(symbol, self._after) for symbol in self._symbols]
        return min((time for time in seen if time), default=0)

    def take(self, candle: Candle) -> Candle | None:
        """The candle, unless a closed one of that time was handed on."""
        if candle.open_time_ns <= self._closed.get(candle.symbol, 0):
            return None
        if candle.is_closed:
            self._closed[candle.symbol] = candle.open_time_ns
        return candle


def candles(
    symbols: Iterable[str] | str, interval: str, after_open_time: datetime | int | None, include_open: bool, heartbeat: float
) -> CandleFollower:
    """Follows candles."""
    names, beat = texts(symbols), heartbeat_ms(heartbeat)
    last = _LastCandles(names, nanoseconds(after_open_time) or 0)

    def request() -> SubscribeCandlesRequest:
        return SubscribeCandlesRequest(
            symbols=names, interval=interval, after_open_time_ns=last.after(), include_open=include_open, heartbeat_ms=beat
        )

    def beat_of(message: SubscribeCandlesResponse) -> Heartbeat | None:
        return message.heartbeat if message.HasField("heartbeat") else None

    return FeedFollower(SUBSCRIBE_CANDLES, request, lambda message: message.candles, last.take, beat_of)


def tickers(symbols: Iterable[str] | str, min_interval: float, heartbeat: float) -> TickerFollower:
    """Follows prices."""
    names, beat = texts(symbols), heartbeat_ms(heartbeat)

    def request() -> SubscribeTickersRequest:
        return SubscribeTickersRequest(symbols=names, min_interval_ms=int(min_interval * 1000), heartbeat_ms=beat)

    def beat_of(message: SubscribeTickersResponse) -> Heartbeat | None:
        return message.heartbeat if message.HasField("heartbeat") else None

    return FeedFollower(SUBSCRIBE_TICKERS, request, lambda message: message.tickers, lambda ticker: ticker, beat_of)


def health(heartbeat: float) -> HealthFollower:
    """Follows the health."""
    beat = heartbeat_ms(heartbeat)

    def beat_of(message: WatchHealthResponse) -> Heartbeat | None:
        return message.heartbeat if message.HasField("heartbeat") else None

    def entries(message: WatchHealthResponse) -> list[WatchHealthResponse]:
        return [message] if message.HasField("health") else []

    return FeedFollower(WATCH_HEALTH, lambda: WatchHealthRequest(heartbeat_ms=beat), entries, lambda message: message.health, beat_of)
