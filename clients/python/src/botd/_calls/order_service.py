# Made by generate.sh from proto/botd/v1. Do not edit.
"""OrderService: Orders and their history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime

from .._call import AsyncCalls, Calls, Unary, build
from ..v1.order_pb2 import (
    CancelOrderRequest,
    CancelOrderResponse,
    ExplainOrderRequest,
    ExplainOrderResponse,
    GetOrderRequest,
    GetOrderResponse,
    ListOrdersRequest,
    ListOrdersResponse,
    Order,
)
from ..values import nanoseconds


LIST_ORDERS = Unary("botd.v1.OrderService", "ListOrders", ListOrdersRequest, ListOrdersResponse)
GET_ORDER = Unary("botd.v1.OrderService", "GetOrder", GetOrderRequest, GetOrderResponse)
CANCEL_ORDER = Unary("botd.v1.OrderService", "CancelOrder", CancelOrderRequest, CancelOrderResponse)
EXPLAIN_ORDER = Unary("botd.v1.OrderService", "ExplainOrder", ExplainOrderRequest, ExplainOrderResponse)


class OrderServiceCalls(Calls):
    """Orders and their history."""

    def list_orders(
        self,
        request: ListOrdersRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        open_only: bool | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> ListOrdersResponse:
        """Orders, newest first, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most orders in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            open_only: Only orders that are not finished.
            from_time_ns: Only orders decided at this time or later (created_time_ns), ns since the Unix epoch;
                0: from the beginning.
            to_time_ns: Only orders decided before this time, ns since the Unix epoch; 0: until now.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListOrdersRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            bot_ids=bot_ids,
            symbols=symbols,
            open_only=open_only,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        return self._unary(LIST_ORDERS, built, timeout)

    def iter_orders(
        self,
        request: ListOrdersRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        open_only: bool | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> Iterator[Order]:
        """Every item of list_orders, page by page. Orders, newest first, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most orders in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            open_only: Only orders that are not finished.
            from_time_ns: Only orders decided at this time or later (created_time_ns), ns since the Unix epoch;
                0: from the beginning.
            to_time_ns: Only orders decided before this time, ns since the Unix epoch; 0: until now.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListOrdersRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            bot_ids=bot_ids,
            symbols=symbols,
            open_only=open_only,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        while True:
            page = self._unary(LIST_ORDERS, built, timeout)
            for item in page.orders:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    def get_order(
        self,
        request: GetOrderRequest | None = None,
        *,
        client_order_id: str | None = None,
        timeout: float | None = None,
    ) -> GetOrderResponse:
        """One order. NOT_FOUND: no such order.

        Args:
            request: The whole request; the other arguments replace its fields.
            client_order_id: Its client order id.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetOrderRequest, request, client_order_id=client_order_id)
        return self._unary(GET_ORDER, built, timeout)

    def cancel_order(
        self,
        request: CancelOrderRequest | None = None,
        *,
        request_id: str | None = None,
        client_order_id: str | None = None,
        timeout: float | None = None,
    ) -> CancelOrderResponse:
        """Cancels an order. FAILED_PRECONDITION: it is finished.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            client_order_id: Its client order id.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(CancelOrderRequest, request, request_id=request_id, client_order_id=client_order_id)
        return self._unary(CANCEL_ORDER, built, timeout)

    def explain_order(
        self,
        request: ExplainOrderRequest | None = None,
        *,
        client_order_id: str | None = None,
        timeout: float | None = None,
    ) -> ExplainOrderResponse:
        """Signal, intent, request, reports and fills of an order.

        Args:
            request: The whole request; the other arguments replace its fields.
            client_order_id: Its client order id.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ExplainOrderRequest, request, client_order_id=client_order_id)
        return self._unary(EXPLAIN_ORDER, built, timeout)


class AsyncOrderServiceCalls(AsyncCalls):
    """Orders and their history."""

    async def list_orders(
        self,
        request: ListOrdersRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        open_only: bool | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> ListOrdersResponse:
        """Orders, newest first, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most orders in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            open_only: Only orders that are not finished.
            from_time_ns: Only orders decided at this time or later (created_time_ns), ns since the Unix epoch;
                0: from the beginning.
            to_time_ns: Only orders decided before this time, ns since the Unix epoch; 0: until now.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListOrdersRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            bot_ids=bot_ids,
            symbols=symbols,
            open_only=open_only,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        return await self._unary(LIST_ORDERS, built, timeout)

    async def iter_orders(
        self,
        request: ListOrdersRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        bot_ids: Iterable[str] | None = None,
        symbols: Iterable[str] | None = None,
        open_only: bool | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[Order]:
        """Every item of list_orders, page by page. Orders, newest first, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most orders in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            open_only: Only orders that are not finished.
            from_time_ns: Only orders decided at this time or later (created_time_ns), ns since the Unix epoch;
                0: from the beginning.
            to_time_ns: Only orders decided before this time, ns since the Unix epoch; 0: until now.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListOrdersRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            bot_ids=bot_ids,
            symbols=symbols,
            open_only=open_only,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        while True:
            page = await self._unary(LIST_ORDERS, built, timeout)
            for item in page.orders:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    async def get_order(
        self,
        request: GetOrderRequest | None = None,
        *,
        client_order_id: str | None = None,
        timeout: float | None = None,
    ) -> GetOrderResponse:
        """One order. NOT_FOUND: no such order.

        Args:
            request: The whole request; the other arguments replace its fields.
            client_order_id: Its client order id.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetOrderRequest, request, client_order_id=client_order_id)
        return await self._unary(GET_ORDER, built, timeout)

    async def cancel_order(
        self,
        request: CancelOrderRequest | None = None,
        *,
        request_id: str | None = None,
        client_order_id: str | None = None,
        timeout: float | None = None,
    ) -> CancelOrderResponse:
        """Cancels an order. FAILED_PRECONDITION: it is finished.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            client_order_id: Its client order id.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(CancelOrderRequest, request, request_id=request_id, client_order_id=client_order_id)
        return await self._unary(CANCEL_ORDER, built, timeout)

    async def explain_order(
        self,
        request: ExplainOrderRequest | None = None,
        *,
        client_order_id: str | None = None,
        timeout: float | None = None,
    ) -> ExplainOrderResponse:
        """Signal, intent, request, reports and fills of an order.

        Args:
            request: The whole request; the other arguments replace its fields.
            client_order_id: Its client order id.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ExplainOrderRequest, request, client_order_id=client_order_id)
        return await self._unary(EXPLAIN_ORDER, built, timeout)
