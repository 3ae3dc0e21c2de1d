# Made by generate.sh from proto/botd/v1. Do not edit.
"""StrategyService: What strategies exist."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from .._call import AsyncCalls, Bidirectional, Calls, Unary, build
from .._stream import AsyncStream, Stream
from ..v1.strategy_pb2 import (
    GetStrategyRequest,
    GetStrategyResponse,
    ListStrategiesRequest,
    ListStrategiesResponse,
    RegisterStrategies,
    ServeStrategiesRequest,
    ServeStrategiesResponse,
    Strategy,
    StrategyFailure,
    StrategyReady,
    StrategySignal,
)


LIST_STRATEGIES = Unary("botd.v1.StrategyService", "ListStrategies", ListStrategiesRequest, ListStrategiesResponse)
GET_STRATEGY = Unary("botd.v1.StrategyService", "GetStrategy", GetStrategyRequest, GetStrategyResponse)
SERVE_STRATEGIES = Bidirectional("botd.v1.StrategyService", "ServeStrategies", ServeStrategiesRequest, ServeStrategiesResponse)


class StrategyServiceCalls(Calls):
    """What strategies exist."""

    def list_strategies(
        self,
        request: ListStrategiesRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        timeout: float | None = None,
    ) -> ListStrategiesResponse:
        """Strategies by name, paged: those built in, and those that processes serve.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most strategies in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ListStrategiesRequest, request, page_size=page_size, page_token=page_token)
        return self._unary(LIST_STRATEGIES, built, timeout)

    def iter_strategies(
        self,
        request: ListStrategiesRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        timeout: float | None = None,
    ) -> Iterator[Strategy]:
        """Every item of list_strategies, page by page. Strategies by name, paged: those built in, and those that processes
        serve.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most strategies in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            timeout: Seconds until the deadline of each page.
        """
        built = build(ListStrategiesRequest, request, page_size=page_size, page_token=page_token)
        while True:
            page = self._unary(LIST_STRATEGIES, built, timeout)
            for item in page.strategies:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    def get_strategy(
        self,
        request: GetStrategyRequest | None = None,
        *,
        name: str | None = None,
        timeout: float | None = None,
    ) -> GetStrategyResponse:
        """One strategy. NOT_FOUND: no such strategy.

        Args:
            request: The whole request; the other arguments replace its fields.
            name: Its name.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetStrategyRequest, request, name=name)
        return self._unary(GET_STRATEGY, built, timeout)

    def serve_strategies(
        self,
        request: ServeStrategiesRequest | None = None,
        *,
        register: RegisterStrategies | None = None,
        ready: StrategyReady | None = None,
        signal: StrategySignal | None = None,
        failure: StrategyFailure | None = None,
        timeout: float | None = None,
    ) -> Stream[ServeStrategiesRequest, ServeStrategiesResponse]:
        """Serves strategies from another process. Its first message registers them; then botd opens an instance for each
        bot that uses one, hands it every closed candle once and in order, and acts on the answers as on those of built-
        in strategies: sizing, limits and protection are the core's. While no process serves a bot's strategy, or an
        answer is late, malformed or a failure, the bot waits: it enters nothing and its position stays protected. The
        client's half-close ends it. INVALID_ARGUMENT: a malformed message. ALREADY_EXISTS: another process serves a
        strategy of that name.

        Args:
            request: The whole request; the other arguments replace its fields.
            register: Only in the first message.
            ready: An instance is ready.
            signal: An answer.
            failure: An instance failed.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(ServeStrategiesRequest, request, register=register, ready=ready, signal=signal, failure=failure)
        return self._bidirectional(SERVE_STRATEGIES, built, timeout)


class AsyncStrategyServiceCalls(AsyncCalls):
    """What strategies exist."""

    async def list_strategies(
        self,
        request: ListStrategiesRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        timeout: float | None = None,
    ) -> ListStrategiesResponse:
        """Strategies by name, paged: those built in, and those that processes serve.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most strategies in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ListStrategiesRequest, request, page_size=page_size, page_token=page_token)
        return await self._unary(LIST_STRATEGIES, built, timeout)

    async def iter_strategies(
        self,
        request: ListStrategiesRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[Strategy]:
        """Every item of list_strategies, page by page. Strategies by name, paged: those built in, and those that processes
        serve.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most strategies in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            timeout: Seconds until the deadline of each page.
        """
        built = build(ListStrategiesRequest, request, page_size=page_size, page_token=page_token)
        while True:
            page = await self._unary(LIST_STRATEGIES, built, timeout)
            for item in page.strategies:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    async def get_strategy(
        self,
        request: GetStrategyRequest | None = None,
        *,
        name: str | None = None,
        timeout: float | None = None,
    ) -> GetStrategyResponse:
        """One strategy. NOT_FOUND: no such strategy.

        Args:
            request: The whole request; the other arguments replace its fields.
            name: Its name.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetStrategyRequest, request, name=name)
        return await self._unary(GET_STRATEGY, built, timeout)

    async def serve_strategies(
        self,
        request: ServeStrategiesRequest | None = None,
        *,
        register: RegisterStrategies | None = None,
        ready: StrategyReady | None = None,
        signal: StrategySignal | None = None,
        failure: StrategyFailure | None = None,
        timeout: float | None = None,
    ) -> AsyncStream[ServeStrategiesRequest, ServeStrategiesResponse]:
        """Serves strategies from another process. Its first message registers them; then botd opens an instance for each
        bot that uses one, hands it every closed candle once and in order, and acts on the answers as on those of built-
        in strategies: sizing, limits and protection are the core's. While no process serves a bot's strategy, or an
        answer is late, malformed or a failure, the bot waits: it enters nothing and its position stays protected. The
        client's half-close ends it. INVALID_ARGUMENT: a malformed message. ALREADY_EXISTS: another process serves a
        strategy of that name.

        Args:
            request: The whole request; the other arguments replace its fields.
            register: Only in the first message.
            ready: An instance is ready.
            signal: An answer.
            failure: An instance failed.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(ServeStrategiesRequest, request, register=register, ready=ready, signal=signal, failure=failure)
        return await self._bidirectional(SERVE_STRATEGIES, built, timeout)
