# Made by generate.sh from proto/botd/v1. Do not edit.
"""PortfolioService: The account as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime

from .._call import AsyncCalls, Calls, Unary, build
from ..v1.bot_pb2 import (
    Position,
)
from ..v1.portfolio_pb2 import (
    EquityPoint,
    GetBalancesRequest,
    GetBalancesResponse,
    GetDiscrepanciesRequest,
    GetDiscrepanciesResponse,
    GetEquityCurveRequest,
    GetEquityCurveResponse,
    GetPortfolioSummaryRequest,
    GetPortfolioSummaryResponse,
    GetRateLimitsRequest,
    GetRateLimitsResponse,
    LedgerEntry,
    ListLedgerRequest,
    ListLedgerResponse,
    ListPositionsRequest,
    ListPositionsResponse,
    ResolveDiscrepancyRequest,
    ResolveDiscrepancyResponse,
)
from ..values import nanoseconds


GET_PORTFOLIO_SUMMARY = Unary("botd.v1.PortfolioService", "GetPortfolioSummary", GetPortfolioSummaryRequest, GetPortfolioSummaryResponse)
GET_BALANCES = Unary("botd.v1.PortfolioService", "GetBalances", GetBalancesRequest, GetBalancesResponse)
LIST_POSITIONS = Unary("botd.v1.PortfolioService", "ListPositions", ListPositionsRequest, ListPositionsResponse)
GET_EQUITY_CURVE = Unary("botd.v1.PortfolioService", "GetEquityCurve", GetEquityCurveRequest, GetEquityCurveResponse)
LIST_LEDGER = Unary("botd.v1.PortfolioService", "ListLedger", ListLedgerRequest, ListLedgerResponse)
GET_DISCREPANCIES = Unary("botd.v1.PortfolioService", "GetDiscrepancies", GetDiscrepanciesRequest, GetDiscrepanciesResponse)
RESOLVE_DISCREPANCY = Unary("botd.v1.PortfolioService", "ResolveDiscrepancy", ResolveDiscrepancyRequest, ResolveDiscrepancyResponse)
GET_RATE_LIMITS = Unary("botd.v1.PortfolioService", "GetRateLimits", GetRateLimitsRequest, GetRateLimitsResponse)


class PortfolioServiceCalls(Calls):
    """The account as a whole."""

    def get_portfolio_summary(
        self,
        request: GetPortfolioSummaryRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetPortfolioSummaryResponse:
        """The account in one view.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetPortfolioSummaryRequest, request)
        return self._unary(GET_PORTFOLIO_SUMMARY, built, timeout)

    def get_balances(
        self,
        request: GetBalancesRequest | None = None,
        *,
        include_zero: bool | None = None,
        timeout: float | None = None,
    ) -> GetBalancesResponse:
        """Balances at the venue.

        Args:
            request: The whole request; the other arguments replace its fields.
            include_zero: Also those that are zero.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetBalancesRequest, request, include_zero=include_zero)
        return self._unary(GET_BALANCES, built, timeout)

    def list_positions(
        self,
        request: ListPositionsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        symbols: Iterable[str] | None = None,
        include_flat: bool | None = None,
        timeout: float | None = None,
    ) -> ListPositionsResponse:
        """Open positions, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most positions in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            symbols: Only these symbols; empty: all.
            include_flat: Also bots that hold nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListPositionsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            symbols=symbols,
            include_flat=include_flat,
        )
        return self._unary(LIST_POSITIONS, built, timeout)

    def iter_positions(
        self,
        request: ListPositionsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        symbols: Iterable[str] | None = None,
        include_flat: bool | None = None,
        timeout: float | None = None,
    ) -> Iterator[Position]:
        """Every item of list_positions, page by page. Open positions, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most positions in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            symbols: Only these symbols; empty: all.
            include_flat: Also bots that hold nothing.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListPositionsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            symbols=symbols,
            include_flat=include_flat,
        )
        while True:
            page = self._unary(LIST_POSITIONS, built, timeout)
            for item in page.positions:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    def get_equity_curve(
        self,
        request: GetEquityCurveRequest | None = None,
        *,
        bot_id: str | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        timeout: float | None = None,
    ) -> GetEquityCurveResponse:
        """Equity over time, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            bot_id: Bot; empty: the portfolio.
            from_time_ns: From this time on, ns since the Unix epoch; 0: from the beginning.
            to_time_ns: Up to this time (exclusive), ns since the Unix epoch; 0: until now.
            page_size: Most points in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            GetEquityCurveRequest,
            request,
            bot_id=bot_id,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            page_size=page_size,
            page_token=page_token,
        )
        return self._unary(GET_EQUITY_CURVE, built, timeout)

    def iter_equity_curve(
        self,
        request: GetEquityCurveRequest | None = None,
        *,
        bot_id: str | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        timeout: float | None = None,
    ) -> Iterator[EquityPoint]:
        """Every item of get_equity_curve, page by page. Equity over time, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            bot_id: Bot; empty: the portfolio.
            from_time_ns: From this time on, ns since the Unix epoch; 0: from the beginning.
            to_time_ns: Up to this time (exclusive), ns since the Unix epoch; 0: until now.
            page_size: Most points in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            GetEquityCurveRequest,
            request,
            bot_id=bot_id,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            page_size=page_size,
            page_token=page_token,
        )
        while True:
            page = self._unary(GET_EQUITY_CURVE, built, timeout)
            for item in page.points:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    def list_ledger(
        self,
        request: ListLedgerRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        bot_ids: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> ListLedgerResponse:
        """Every fact about money, removed bots included, as the books took it; paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most entries in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            from_time_ns: From this time on, ns since the Unix epoch; 0: from the beginning.
            to_time_ns: Up to this time (exclusive), ns since the Unix epoch; 0: until now, and what is held is
                valued at the market's price.
            bot_ids: Only these bots; empty: all, and fills of no bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListLedgerRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            bot_ids=bot_ids,
        )
        return self._unary(LIST_LEDGER, built, timeout)

    def iter_ledger(
        self,
        request: ListLedgerRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        bot_ids: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Iterator[LedgerEntry]:
        """Every item of list_ledger, page by page. Every fact about money, removed bots included, as the books took it;
        paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most entries in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            from_time_ns: From this time on, ns since the Unix epoch; 0: from the beginning.
            to_time_ns: Up to this time (exclusive), ns since the Unix epoch; 0: until now, and what is held is
                valued at the market's price.
            bot_ids: Only these bots; empty: all, and fills of no bot.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListLedgerRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            bot_ids=bot_ids,
        )
        while True:
            page = self._unary(LIST_LEDGER, built, timeout)
            for item in page.entries:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    def get_discrepancies(
        self,
        request: GetDiscrepanciesRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetDiscrepanciesResponse:
        """Coins that bots hold by their books and the account does not have.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetDiscrepanciesRequest, request)
        return self._unary(GET_DISCREPANCIES, built, timeout)

    def resolve_discrepancy(
        self,
        request: ResolveDiscrepancyRequest | None = None,
        *,
        request_id: str | None = None,
        asset: str | None = None,
        timeout: float | None = None,
    ) -> ResolveDiscrepancyResponse:
        """Accepts the account's figure of an asset. FAILED_PRECONDITION: nothing of it is missing, or an order is not
        settled.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            asset: Asset code.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ResolveDiscrepancyRequest, request, request_id=request_id, asset=asset)
        return self._unary(RESOLVE_DISCREPANCY, built, timeout)

    def get_rate_limits(
        self,
        request: GetRateLimitsRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetRateLimitsResponse:
        """The venue's rate limits and their use.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetRateLimitsRequest, request)
        return self._unary(GET_RATE_LIMITS, built, timeout)


class AsyncPortfolioServiceCalls(AsyncCalls):
    """The account as a whole."""

    async def get_portfolio_summary(
        self,
        request: GetPortfolioSummaryRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetPortfolioSummaryResponse:
        """The account in one view.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetPortfolioSummaryRequest, request)
        return await self._unary(GET_PORTFOLIO_SUMMARY, built, timeout)

    async def get_balances(
        self,
        request: GetBalancesRequest | None = None,
        *,
        include_zero: bool | None = None,
        timeout: float | None = None,
    ) -> GetBalancesResponse:
        """Balances at the venue.

        Args:
            request: The whole request; the other arguments replace its fields.
            include_zero: Also those that are zero.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetBalancesRequest, request, include_zero=include_zero)
        return await self._unary(GET_BALANCES, built, timeout)

    async def list_positions(
        self,
        request: ListPositionsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        symbols: Iterable[str] | None = None,
        include_flat: bool | None = None,
        timeout: float | None = None,
    ) -> ListPositionsResponse:
        """Open positions, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most positions in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            symbols: Only these symbols; empty: all.
            include_flat: Also bots that hold nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListPositionsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            symbols=symbols,
            include_flat=include_flat,
        )
        return await self._unary(LIST_POSITIONS, built, timeout)

    async def iter_positions(
        self,
        request: ListPositionsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        symbols: Iterable[str] | None = None,
        include_flat: bool | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[Position]:
        """Every item of list_positions, page by page. Open positions, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most positions in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            symbols: Only these symbols; empty: all.
            include_flat: Also bots that hold nothing.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListPositionsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            symbols=symbols,
            include_flat=include_flat,
        )
        while True:
            page = await self._unary(LIST_POSITIONS, built, timeout)
            for item in page.positions:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    async def get_equity_curve(
        self,
        request: GetEquityCurveRequest | None = None,
        *,
        bot_id: str | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        timeout: float | None = None,
    ) -> GetEquityCurveResponse:
        """Equity over time, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            bot_id: Bot; empty: the portfolio.
            from_time_ns: From this time on, ns since the Unix epoch; 0: from the beginning.
            to_time_ns: Up to this time (exclusive), ns since the Unix epoch; 0: until now.
            page_size: Most points in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            GetEquityCurveRequest,
            request,
            bot_id=bot_id,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            page_size=page_size,
            page_token=page_token,
        )
        return await self._unary(GET_EQUITY_CURVE, built, timeout)

    async def iter_equity_curve(
        self,
        request: GetEquityCurveRequest | None = None,
        *,
        bot_id: str | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[EquityPoint]:
        """Every item of get_equity_curve, page by page. Equity over time, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            bot_id: Bot; empty: the portfolio.
            from_time_ns: From this time on, ns since the Unix epoch; 0: from the beginning.
            to_time_ns: Up to this time (exclusive), ns since the Unix epoch; 0: until now.
            page_size: Most points in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            GetEquityCurveRequest,
            request,
            bot_id=bot_id,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            page_size=page_size,
            page_token=page_token,
        )
        while True:
            page = await self._unary(GET_EQUITY_CURVE, built, timeout)
            for item in page.points:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    async def list_ledger(
        self,
        request: ListLedgerRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        bot_ids: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> ListLedgerResponse:
        """Every fact about money, removed bots included, as the books took it; paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most entries in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            from_time_ns: From this time on, ns since the Unix epoch; 0: from the beginning.
            to_time_ns: Up to this time (exclusive), ns since the Unix epoch; 0: until now, and what is held is
                valued at the market's price.
            bot_ids: Only these bots; empty: all, and fills of no bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListLedgerRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            bot_ids=bot_ids,
        )
        return await self._unary(LIST_LEDGER, built, timeout)

    async def iter_ledger(
        self,
        request: ListLedgerRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        bot_ids: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[LedgerEntry]:
        """Every item of list_ledger, page by page. Every fact about money, removed bots included, as the books took it;
        paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most entries in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            from_time_ns: From this time on, ns since the Unix epoch; 0: from the beginning.
            to_time_ns: Up to this time (exclusive), ns since the Unix epoch; 0: until now, and what is held is
                valued at the market's price.
            bot_ids: Only these bots; empty: all, and fills of no bot.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListLedgerRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            bot_ids=bot_ids,
        )
        while True:
            page = await self._unary(LIST_LEDGER, built, timeout)
            for item in page.entries:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    async def get_discrepancies(
        self,
        request: GetDiscrepanciesRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetDiscrepanciesResponse:
        """Coins that bots hold by their books and the account does not have.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetDiscrepanciesRequest, request)
        return await self._unary(GET_DISCREPANCIES, built, timeout)

    async def resolve_discrepancy(
        self,
        request: ResolveDiscrepancyRequest | None = None,
        *,
        request_id: str | None = None,
        asset: str | None = None,
        timeout: float | None = None,
    ) -> ResolveDiscrepancyResponse:
        """Accepts the account's figure of an asset. FAILED_PRECONDITION: nothing of it is missing, or an order is not
        settled.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            asset: Asset code.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ResolveDiscrepancyRequest, request, request_id=request_id, asset=asset)
        return await self._unary(RESOLVE_DISCREPANCY, built, timeout)

    async def get_rate_limits(
        self,
        request: GetRateLimitsRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> GetRateLimitsResponse:
        """The venue's rate limits and their use.

        Args:
            request: The whole request; the other arguments replace its fields.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetRateLimitsRequest, request)
        return await self._unary(GET_RATE_LIMITS, built, timeout)
