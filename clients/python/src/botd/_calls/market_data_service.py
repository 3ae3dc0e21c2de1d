# Made by generate.sh from proto/botd/v1. Do not edit.
"""MarketDataService: What the venue trades and at what prices."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime

from .._call import AsyncCalls, Bidirectional, Calls, Unary, build
from .._stream import AsyncStream, Stream
from ..v1.marketdata_pb2 import (
    GetCandlesRequest,
    GetCandlesResponse,
    GetDataQualityRequest,
    GetDataQualityResponse,
    GetTickerRequest,
    GetTickerResponse,
    GetTradingRulesRequest,
    GetTradingRulesResponse,
    ListSymbolsRequest,
    ListSymbolsResponse,
    SubscribeCandlesRequest,
    SubscribeCandlesResponse,
    SubscribeTickersRequest,
    SubscribeTickersResponse,
    SymbolInfo,
)
from ..values import nanoseconds


LIST_SYMBOLS = Unary("botd.v1.MarketDataService", "ListSymbols", ListSymbolsRequest, ListSymbolsResponse)
GET_TRADING_RULES = Unary("botd.v1.MarketDataService", "GetTradingRules", GetTradingRulesRequest, GetTradingRulesResponse)
GET_CANDLES = Unary("botd.v1.MarketDataService", "GetCandles", GetCandlesRequest, GetCandlesResponse)
GET_TICKER = Unary("botd.v1.MarketDataService", "GetTicker", GetTickerRequest, GetTickerResponse)
SUBSCRIBE_CANDLES = Bidirectional("botd.v1.MarketDataService", "SubscribeCandles", SubscribeCandlesRequest, SubscribeCandlesResponse)
SUBSCRIBE_TICKERS = Bidirectional("botd.v1.MarketDataService", "SubscribeTickers", SubscribeTickersRequest, SubscribeTickersResponse)
GET_DATA_QUALITY = Unary("botd.v1.MarketDataService", "GetDataQuality", GetDataQualityRequest, GetDataQualityResponse)


class MarketDataServiceCalls(Calls):
    """What the venue trades and at what prices."""

    def list_symbols(
        self,
        request: ListSymbolsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        quote_asset: str | None = None,
        subscribed_only: bool | None = None,
        timeout: float | None = None,
    ) -> ListSymbolsResponse:
        """Symbols, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most symbols in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            quote_asset: Only symbols with this quote asset; empty: all.
            subscribed_only: Only symbols that have an open feed.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListSymbolsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            quote_asset=quote_asset,
            subscribed_only=subscribed_only,
        )
        return self._unary(LIST_SYMBOLS, built, timeout)

    def iter_symbols(
        self,
        request: ListSymbolsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        quote_asset: str | None = None,
        subscribed_only: bool | None = None,
        timeout: float | None = None,
    ) -> Iterator[SymbolInfo]:
        """Every item of list_symbols, page by page. Symbols, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most symbols in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            quote_asset: Only symbols with this quote asset; empty: all.
            subscribed_only: Only symbols that have an open feed.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListSymbolsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            quote_asset=quote_asset,
            subscribed_only=subscribed_only,
        )
        while True:
            page = self._unary(LIST_SYMBOLS, built, timeout)
            for item in page.symbols:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    def get_trading_rules(
        self,
        request: GetTradingRulesRequest | None = None,
        *,
        symbol: str | None = None,
        timeout: float | None = None,
    ) -> GetTradingRulesResponse:
        """The venue's rules for one symbol. NOT_FOUND: no such symbol.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbol: Symbol.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetTradingRulesRequest, request, symbol=symbol)
        return self._unary(GET_TRADING_RULES, built, timeout)

    def get_candles(
        self,
        request: GetCandlesRequest | None = None,
        *,
        symbol: str | None = None,
        interval: str | None = None,
        limit: int | None = None,
        before_time_ns: int | datetime | None = None,
        include_open: bool | None = None,
        timeout: float | None = None,
    ) -> GetCandlesResponse:
        """Latest candles of a symbol.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbol: Symbol.
            interval: Interval, for example "1m".
            limit: The newest this many; 0: 200, at most 1000.
            before_time_ns: Only candles that open before this time, ns since the Unix epoch; 0: up to now.
            include_open: Also the candle that is still open.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            GetCandlesRequest,
            request,
            symbol=symbol,
            interval=interval,
            limit=limit,
            before_time_ns=nanoseconds(before_time_ns),
            include_open=include_open,
        )
        return self._unary(GET_CANDLES, built, timeout)

    def get_ticker(
        self,
        request: GetTickerRequest | None = None,
        *,
        symbol: str | None = None,
        timeout: float | None = None,
    ) -> GetTickerResponse:
        """Latest prices of a symbol.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbol: Symbol.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetTickerRequest, request, symbol=symbol)
        return self._unary(GET_TICKER, built, timeout)

    def subscribe_candles(
        self,
        request: SubscribeCandlesRequest | None = None,
        *,
        symbols: Iterable[str] | None = None,
        interval: str | None = None,
        after_open_time_ns: int | datetime | None = None,
        include_open: bool | None = None,
        max_batch: int | None = None,
        heartbeat_ms: int | None = None,
        timeout: float | None = None,
    ) -> Stream[SubscribeCandlesRequest, SubscribeCandlesResponse]:
        """Candles as they come. The client's half-close ends it.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbols: Symbols; at least one.
            interval: Interval, for example "1m".
            after_open_time_ns: Sends closed candles that open after this time first, ns since the Unix epoch;
                0: no history.
            include_open: Also updates of the candle that is still open.
            max_batch: Most candles in one message; 0: the server's choice.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(
            SubscribeCandlesRequest,
            request,
            symbols=symbols,
            interval=interval,
            after_open_time_ns=nanoseconds(after_open_time_ns),
            include_open=include_open,
            max_batch=max_batch,
            heartbeat_ms=heartbeat_ms,
        )
        return self._bidirectional(SUBSCRIBE_CANDLES, built, timeout)

    def subscribe_tickers(
        self,
        request: SubscribeTickersRequest | None = None,
        *,
        symbols: Iterable[str] | None = None,
        min_interval_ms: int | None = None,
        heartbeat_ms: int | None = None,
        timeout: float | None = None,
    ) -> Stream[SubscribeTickersRequest, SubscribeTickersResponse]:
        """Prices as they come, latest wins. The client's half-close ends it.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbols: Symbols; at least one.
            min_interval_ms: Least time between two tickers of one symbol, in ms; 0: every change.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(
            SubscribeTickersRequest,
            request,
            symbols=symbols,
            min_interval_ms=min_interval_ms,
            heartbeat_ms=heartbeat_ms,
        )
        return self._bidirectional(SUBSCRIBE_TICKERS, built, timeout)

    def get_data_quality(
        self,
        request: GetDataQualityRequest | None = None,
        *,
        symbols: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> GetDataQualityResponse:
        """Gaps, lags and refused messages per feed.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbols: Only these symbols; empty: all.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetDataQualityRequest, request, symbols=symbols)
        return self._unary(GET_DATA_QUALITY, built, timeout)


class AsyncMarketDataServiceCalls(AsyncCalls):
    """What the venue trades and at what prices."""

    async def list_symbols(
        self,
        request: ListSymbolsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        quote_asset: str | None = None,
        subscribed_only: bool | None = None,
        timeout: float | None = None,
    ) -> ListSymbolsResponse:
        """Symbols, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most symbols in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            quote_asset: Only symbols with this quote asset; empty: all.
            subscribed_only: Only symbols that have an open feed.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListSymbolsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            quote_asset=quote_asset,
            subscribed_only=subscribed_only,
        )
        return await self._unary(LIST_SYMBOLS, built, timeout)

    async def iter_symbols(
        self,
        request: ListSymbolsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        quote_asset: str | None = None,
        subscribed_only: bool | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[SymbolInfo]:
        """Every item of list_symbols, page by page. Symbols, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most symbols in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            quote_asset: Only symbols with this quote asset; empty: all.
            subscribed_only: Only symbols that have an open feed.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListSymbolsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            quote_asset=quote_asset,
            subscribed_only=subscribed_only,
        )
        while True:
            page = await self._unary(LIST_SYMBOLS, built, timeout)
            for item in page.symbols:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    async def get_trading_rules(
        self,
        request: GetTradingRulesRequest | None = None,
        *,
        symbol: str | None = None,
        timeout: float | None = None,
    ) -> GetTradingRulesResponse:
        """The venue's rules for one symbol. NOT_FOUND: no such symbol.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbol: Symbol.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetTradingRulesRequest, request, symbol=symbol)
        return await self._unary(GET_TRADING_RULES, built, timeout)

    async def get_candles(
        self,
        request: GetCandlesRequest | None = None,
        *,
        symbol: str | None = None,
        interval: str | None = None,
        limit: int | None = None,
        before_time_ns: int | datetime | None = None,
        include_open: bool | None = None,
        timeout: float | None = None,
    ) -> GetCandlesResponse:
        """Latest candles of a symbol.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbol: Symbol.
            interval: Interval, for example "1m".
            limit: The newest this many; 0: 200, at most 1000.
            before_time_ns: Only candles that open before this time, ns since the Unix epoch; 0: up to now.
            include_open: Also the candle that is still open.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            GetCandlesRequest,
            request,
            symbol=symbol,
            interval=interval,
            limit=limit,
            before_time_ns=nanoseconds(before_time_ns),
            include_open=include_open,
        )
        return await self._unary(GET_CANDLES, built, timeout)

    async def get_ticker(
        self,
        request: GetTickerRequest | None = None,
        *,
        symbol: str | None = None,
        timeout: float | None = None,
    ) -> GetTickerResponse:
        """Latest prices of a symbol.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbol: Symbol.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetTickerRequest, request, symbol=symbol)
        return await self._unary(GET_TICKER, built, timeout)

    async def subscribe_candles(
        self,
        request: SubscribeCandlesRequest | None = None,
        *,
        symbols: Iterable[str] | None = None,
        interval: str | None = None,
        after_open_time_ns: int | datetime | None = None,
        include_open: bool | None = None,
        max_batch: int | None = None,
        heartbeat_ms: int | None = None,
        timeout: float | None = None,
    ) -> AsyncStream[SubscribeCandlesRequest, SubscribeCandlesResponse]:
        """Candles as they come. The client's half-close ends it.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbols: Symbols; at least one.
            interval: Interval, for example "1m".
            after_open_time_ns: Sends closed candles that open after this time first, ns since the Unix epoch;
                0: no history.
            include_open: Also updates of the candle that is still open.
            max_batch: Most candles in one message; 0: the server's choice.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(
            SubscribeCandlesRequest,
            request,
            symbols=symbols,
            interval=interval,
            after_open_time_ns=nanoseconds(after_open_time_ns),
            include_open=include_open,
            max_batch=max_batch,
            heartbeat_ms=heartbeat_ms,
        )
        return await self._bidirectional(SUBSCRIBE_CANDLES, built, timeout)

    async def subscribe_tickers(
        self,
        request: SubscribeTickersRequest | None = None,
        *,
        symbols: Iterable[str] | None = None,
        min_interval_ms: int | None = None,
        heartbeat_ms: int | None = None,
        timeout: float | None = None,
    ) -> AsyncStream[SubscribeTickersRequest, SubscribeTickersResponse]:
        """Prices as they come, latest wins. The client's half-close ends it.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbols: Symbols; at least one.
            min_interval_ms: Least time between two tickers of one symbol, in ms; 0: every change.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(
            SubscribeTickersRequest,
            request,
            symbols=symbols,
            min_interval_ms=min_interval_ms,
            heartbeat_ms=heartbeat_ms,
        )
        return await self._bidirectional(SUBSCRIBE_TICKERS, built, timeout)

    async def get_data_quality(
        self,
        request: GetDataQualityRequest | None = None,
        *,
        symbols: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> GetDataQualityResponse:
        """Gaps, lags and refused messages per feed.

        Args:
            request: The whole request; the other arguments replace its fields.
            symbols: Only these symbols; empty: all.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetDataQualityRequest, request, symbols=symbols)
        return await self._unary(GET_DATA_QUALITY, built, timeout)
