# Made by generate.sh from proto/botd/v1. Do not edit.
"""TradeService: Trades of our orders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime

from .._call import AsyncCalls, Bidirectional, Calls, Unary, build
from .._stream import AsyncStream, Stream
from ..v1.trade_pb2 import (
    ListTradesRequest,
    ListTradesResponse,
    SubscribeTradesRequest,
    SubscribeTradesResponse,
    Trade,
)
from ..values import nanoseconds


LIST_TRADES = Unary("botd.v1.TradeService", "ListTrades", ListTradesRequest, ListTradesResponse)
SUBSCRIBE_TRADES = Bidirectional("botd.v1.TradeService", "SubscribeTrades", SubscribeTradesRequest, SubscribeTradesResponse)


class TradeServiceCalls(Calls):
    """Trades of our orders."""

    def list_trades(
        self,
        request: ListTradesRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        after_sequence: int | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        newest_first: bool | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> ListTradesResponse:
        """Trades in journal order, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most trades in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            after_sequence: Only trades with a larger sequence.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            newest_first: Newest first instead of oldest first.
            from_time_ns: Only trades of this time or later (time_ns), ns since the Unix epoch; 0: from the
                beginning.
            to_time_ns: Only trades before this time, ns since the Unix epoch; 0: until now.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListTradesRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            after_sequence=after_sequence,
            bot_ids=bot_ids,
            symbols=symbols,
            newest_first=newest_first,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        return self._unary(LIST_TRADES, built, timeout)

    def iter_trades(
        self,
        request: ListTradesRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        after_sequence: int | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        newest_first: bool | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> Iterator[Trade]:
        """Every item of list_trades, page by page. Trades in journal order, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most trades in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            after_sequence: Only trades with a larger sequence.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            newest_first: Newest first instead of oldest first.
            from_time_ns: Only trades of this time or later (time_ns), ns since the Unix epoch; 0: from the
                beginning.
            to_time_ns: Only trades before this time, ns since the Unix epoch; 0: until now.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListTradesRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            after_sequence=after_sequence,
            bot_ids=bot_ids,
            symbols=symbols,
            newest_first=newest_first,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        while True:
            page = self._unary(LIST_TRADES, built, timeout)
            for item in page.trades:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    def subscribe_trades(
        self,
        request: SubscribeTradesRequest | None = None,
        *,
        after_sequence: int | None = None,
        journal_id: str | None = None,
        live_only: bool | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        max_batch: int | None = None,
        max_delay_ms: int | None = None,
        heartbeat_ms: int | None = None,
        timeout: float | None = None,
    ) -> Stream[SubscribeTradesRequest, SubscribeTradesResponse]:
        """Trades from any sequence: history, then live. The client's half-close ends it. OUT_OF_RANGE: after_sequence is
        older than what is retained or belongs to another journal. RESOURCE_EXHAUSTED: the reader fell behind; resume
        from last_sequence.

        Args:
            request: The whole request; the other arguments replace its fields.
            after_sequence: Sends trades with a larger sequence: history first, then live. 0: everything.
            journal_id: Journal that after_sequence belongs to (SubscriptionOpened); another one is answered
                OUT_OF_RANGE. Empty: not checked.
            live_only: Skips history: only trades from now on. after_sequence must be 0.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            max_batch: Most trades in one message; 0: the server's choice.
            max_delay_ms: Longest a live trade may wait for others to share its message, in ms; 0: none.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(
            SubscribeTradesRequest,
            request,
            after_sequence=after_sequence,
            journal_id=journal_id,
            live_only=live_only,
            bot_ids=bot_ids,
            symbols=symbols,
            max_batch=max_batch,
            max_delay_ms=max_delay_ms,
            heartbeat_ms=heartbeat_ms,
        )
        return self._bidirectional(SUBSCRIBE_TRADES, built, timeout)


class AsyncTradeServiceCalls(AsyncCalls):
    """Trades of our orders."""

    async def list_trades(
        self,
        request: ListTradesRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        after_sequence: int | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        newest_first: bool | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> ListTradesResponse:
        """Trades in journal order, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most trades in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            after_sequence: Only trades with a larger sequence.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            newest_first: Newest first instead of oldest first.
            from_time_ns: Only trades of this time or later (time_ns), ns since the Unix epoch; 0: from the
                beginning.
            to_time_ns: Only trades before this time, ns since the Unix epoch; 0: until now.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListTradesRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            after_sequence=after_sequence,
            bot_ids=bot_ids,
            symbols=symbols,
            newest_first=newest_first,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        return await self._unary(LIST_TRADES, built, timeout)

    async def iter_trades(
        self,
        request: ListTradesRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        after_sequence: int | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        newest_first: bool | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[Trade]:
        """Every item of list_trades, page by page. Trades in journal order, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most trades in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            after_sequence: Only trades with a larger sequence.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            newest_first: Newest first instead of oldest first.
            from_time_ns: Only trades of this time or later (time_ns), ns since the Unix epoch; 0: from the
                beginning.
            to_time_ns: Only trades before this time, ns since the Unix epoch; 0: until now.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListTradesRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            after_sequence=after_sequence,
            bot_ids=bot_ids,
            symbols=symbols,
            newest_first=newest_first,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        while True:
            page = await self._unary(LIST_TRADES, built, timeout)
            for item in page.trades:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    async def subscribe_trades(
        self,
        request: SubscribeTradesRequest | None = None,
        *,
        after_sequence: int | None = None,
        journal_id: str | None = None,
        live_only: bool | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        max_batch: int | None = None,
        max_delay_ms: int | None = None,
        heartbeat_ms: int | None = None,
        timeout: float | None = None,
    ) -> AsyncStream[SubscribeTradesRequest, SubscribeTradesResponse]:
        """Trades from any sequence: history, then live. The client's half-close ends it. OUT_OF_RANGE: after_sequence is
        older than what is retained or belongs to another journal. RESOURCE_EXHAUSTED: the reader fell behind; resume
        from last_sequence.

        Args:
            request: The whole request; the other arguments replace its fields.
            after_sequence: Sends trades with a larger sequence: history first, then live. 0: everything.
            journal_id: Journal that after_sequence belongs to (SubscriptionOpened); another one is answered
                OUT_OF_RANGE. Empty: not checked.
            live_only: Skips history: only trades from now on. after_sequence must be 0.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            max_batch: Most trades in one message; 0: the server's choice.
            max_delay_ms: Longest a live trade may wait for others to share its message, in ms; 0: none.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(
            SubscribeTradesRequest,
            request,
            after_sequence=after_sequence,
            journal_id=journal_id,
            live_only=live_only,
            bot_ids=bot_ids,
            symbols=symbols,
            max_batch=max_batch,
            max_delay_ms=max_delay_ms,
            heartbeat_ms=heartbeat_ms,
        )
        return await self._bidirectional(SUBSCRIBE_TRADES, built, timeout)
