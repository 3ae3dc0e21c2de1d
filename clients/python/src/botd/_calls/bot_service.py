# Made by generate.sh from proto/botd/v1. Do not edit.
"""BotService: Bots and their life."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from decimal import Decimal

from .._call import AsyncCalls, Calls, Unary, build
from ..v1.bot_pb2 import (
    AdoptPositionRequest,
    AdoptPositionResponse,
    Bot,
    BotSpec,
    ClosePositionRequest,
    ClosePositionResponse,
    CreateBotRequest,
    CreateBotResponse,
    GetBotRequest,
    GetBotResponse,
    GetBotStatsRequest,
    GetBotStatsResponse,
    ListBotsRequest,
    ListBotsResponse,
    OpenPositionRequest,
    OpenPositionResponse,
    PauseBotRequest,
    PauseBotResponse,
    ReducePositionRequest,
    ReducePositionResponse,
    ReleasePositionRequest,
    ReleasePositionResponse,
    RemoveBotRequest,
    RemoveBotResponse,
    ResumeBotRequest,
    ResumeBotResponse,
    StartAllBotsRequest,
    StartAllBotsResponse,
    StartBotRequest,
    StartBotResponse,
    StopAllBotsRequest,
    StopAllBotsResponse,
    StopBotRequest,
    StopBotResponse,
    UpdateBotRequest,
    UpdateBotResponse,
)
from ..v1.common_pb2 import (
    BotState,
)
from ..values import decimal_text


CREATE_BOT = Unary("botd.v1.BotService", "CreateBot", CreateBotRequest, CreateBotResponse)
GET_BOT = Unary("botd.v1.BotService", "GetBot", GetBotRequest, GetBotResponse)
LIST_BOTS = Unary("botd.v1.BotService", "ListBots", ListBotsRequest, ListBotsResponse)
UPDATE_BOT = Unary("botd.v1.BotService", "UpdateBot", UpdateBotRequest, UpdateBotResponse)
START_BOT = Unary("botd.v1.BotService", "StartBot", StartBotRequest, StartBotResponse)
STOP_BOT = Unary("botd.v1.BotService", "StopBot", StopBotRequest, StopBotResponse)
PAUSE_BOT = Unary("botd.v1.BotService", "PauseBot", PauseBotRequest, PauseBotResponse)
RESUME_BOT = Unary("botd.v1.BotService", "ResumeBot", ResumeBotRequest, ResumeBotResponse)
REMOVE_BOT = Unary("botd.v1.BotService", "RemoveBot", RemoveBotRequest, RemoveBotResponse)
START_ALL_BOTS = Unary("botd.v1.BotService", "StartAllBots", StartAllBotsRequest, StartAllBotsResponse)
STOP_ALL_BOTS = Unary("botd.v1.BotService", "StopAllBots", StopAllBotsRequest, StopAllBotsResponse)
GET_BOT_STATS = Unary("botd.v1.BotService", "GetBotStats", GetBotStatsRequest, GetBotStatsResponse)
OPEN_POSITION = Unary("botd.v1.BotService", "OpenPosition", OpenPositionRequest, OpenPositionResponse)
CLOSE_POSITION = Unary("botd.v1.BotService", "ClosePosition", ClosePositionRequest, ClosePositionResponse)
REDUCE_POSITION = Unary("botd.v1.BotService", "ReducePosition", ReducePositionRequest, ReducePositionResponse)
ADOPT_POSITION = Unary("botd.v1.BotService", "AdoptPosition", AdoptPositionRequest, AdoptPositionResponse)
RELEASE_POSITION = Unary("botd.v1.BotService", "ReleasePosition", ReleasePositionRequest, ReleasePositionResponse)


class BotServiceCalls(Calls):
    """Bots and their life."""

    def create_bot(
        self,
        request: CreateBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        spec: BotSpec | None = None,
        start: bool | None = None,
        validate_only: bool | None = None,
        timeout: float | None = None,
    ) -> CreateBotResponse:
        """Creates a bot. INVALID_ARGUMENT lists everything that is wrong at once; ALREADY_EXISTS: the id is taken.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Id of the new bot.
            spec: Its settings.
            start: Starts it at once.
            validate_only: Checks everything and creates nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            CreateBotRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            spec=spec,
            start=start,
            validate_only=validate_only,
        )
        return self._unary(CREATE_BOT, built, timeout)

    def get_bot(
        self,
        request: GetBotRequest | None = None,
        *,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> GetBotResponse:
        """One bot. NOT_FOUND: no such bot.

        Args:
            request: The whole request; the other arguments replace its fields.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetBotRequest, request, bot_id=bot_id)
        return self._unary(GET_BOT, built, timeout)

    def list_bots(
        self,
        request: ListBotsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        symbols: Iterable[str] | None = None,
        states: Iterable[BotState] | None = None,
        timeout: float | None = None,
    ) -> ListBotsResponse:
        """Bots by id, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most bots in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            symbols: Only these symbols; empty: all.
            states: Only these states; empty: all but removed ones.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListBotsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            symbols=symbols,
            states=states,
        )
        return self._unary(LIST_BOTS, built, timeout)

    def iter_bots(
        self,
        request: ListBotsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        symbols: Iterable[str] | None = None,
        states: Iterable[BotState] | None = None,
        timeout: float | None = None,
    ) -> Iterator[Bot]:
        """Every item of list_bots, page by page. Bots by id, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most bots in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            symbols: Only these symbols; empty: all.
            states: Only these states; empty: all but removed ones.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListBotsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            symbols=symbols,
            states=states,
        )
        while True:
            page = self._unary(LIST_BOTS, built, timeout)
            for item in page.bots:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    def update_bot(
        self,
        request: UpdateBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        spec: BotSpec | None = None,
        update_auto_start: bool | None = None,
        update_compound: bool | None = None,
        timeout: float | None = None,
    ) -> UpdateBotResponse:
        """Changes settings. FAILED_PRECONDITION while running.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            spec: New settings: empty fields stay as they are, "0" removes a stop-loss, take-profit or trailing
                stop. The bot must be stopped, paused or halted, and hold nothing.
            update_auto_start: auto_start of spec counts only when this is set.
            update_compound: compound of spec counts only when this is set.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            UpdateBotRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            spec=spec,
            update_auto_start=update_auto_start,
            update_compound=update_compound,
        )
        return self._unary(UPDATE_BOT, built, timeout)

    def start_bot(
        self,
        request: StartBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> StartBotResponse:
        """Starts a bot; starting a running one changes nothing.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(StartBotRequest, request, request_id=request_id, bot_id=bot_id)
        return self._unary(START_BOT, built, timeout)

    def stop_bot(
        self,
        request: StopBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        close_position: bool | None = None,
        timeout: float | None = None,
    ) -> StopBotResponse:
        """Stops a bot; stopping a stopped one changes nothing.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            close_position: Sells what it holds at the market first; otherwise the position stays, with its
                protection.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(StopBotRequest, request, request_id=request_id, bot_id=bot_id, close_position=close_position)
        return self._unary(STOP_BOT, built, timeout)

    def pause_bot(
        self,
        request: PauseBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> PauseBotResponse:
        """Pauses a running bot.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(PauseBotRequest, request, request_id=request_id, bot_id=bot_id)
        return self._unary(PAUSE_BOT, built, timeout)

    def resume_bot(
        self,
        request: ResumeBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> ResumeBotResponse:
        """Resumes a paused bot.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ResumeBotRequest, request, request_id=request_id, bot_id=bot_id)
        return self._unary(RESUME_BOT, built, timeout)

    def remove_bot(
        self,
        request: RemoveBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        force: bool | None = None,
        timeout: float | None = None,
    ) -> RemoveBotResponse:
        """Removes a bot. FAILED_PRECONDITION while it runs or holds something, unless forced.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            force: Stops it and sells what it holds at the market first; otherwise a running bot or an open
                position is refused.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(RemoveBotRequest, request, request_id=request_id, bot_id=bot_id, force=force)
        return self._unary(REMOVE_BOT, built, timeout)

    def start_all_bots(
        self,
        request: StartAllBotsRequest | None = None,
        *,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> StartAllBotsResponse:
        """Starts all bots that are not halted.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(StartAllBotsRequest, request, request_id=request_id)
        return self._unary(START_ALL_BOTS, built, timeout)

    def stop_all_bots(
        self,
        request: StopAllBotsRequest | None = None,
        *,
        request_id: str | None = None,
        close_positions: bool | None = None,
        timeout: float | None = None,
    ) -> StopAllBotsResponse:
        """Stops all bots.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            close_positions: Sells what they hold at the market first.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(StopAllBotsRequest, request, request_id=request_id, close_positions=close_positions)
        return self._unary(STOP_ALL_BOTS, built, timeout)

    def get_bot_stats(
        self,
        request: GetBotStatsRequest | None = None,
        *,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> GetBotStatsResponse:
        """Statistics of a bot.

        Args:
            request: The whole request; the other arguments replace its fields.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetBotStatsRequest, request, bot_id=bot_id)
        return self._unary(GET_BOT_STATS, built, timeout)

    def open_position(
        self,
        request: OpenPositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        quote_quantity: str | Decimal | None = None,
        validate_only: bool | None = None,
        timeout: float | None = None,
    ) -> OpenPositionResponse:
        """Buys for a running bot that holds nothing: sizing, limits, locks, stop and target are those of its own entries.
        FAILED_PRECONDITION: why it may not enter now.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key. Required, but for a check: the journal tells by it that a person
                bought.
            bot_id: Bot.
            quote_quantity: What it spends, in the quote asset (decimal, > 0); empty: as much as its sizing
                says. More than its rules allow is refused.
            validate_only: Decides everything and sends nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            OpenPositionRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            quote_quantity=decimal_text(quote_quantity),
            validate_only=validate_only,
        )
        return self._unary(OPEN_POSITION, built, timeout)

    def close_position(
        self,
        request: ClosePositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> ClosePositionResponse:
        """Sells what a bot holds.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            reason: Why, in words; kept with the order.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ClosePositionRequest, request, request_id=request_id, bot_id=bot_id, reason=reason)
        return self._unary(CLOSE_POSITION, built, timeout)

    def reduce_position(
        self,
        request: ReducePositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        reason: str | None = None,
        quantity: str | Decimal | None = None,
        quote_quantity: str | Decimal | None = None,
        fraction: str | Decimal | None = None,
        validate_only: bool | None = None,
        timeout: float | None = None,
    ) -> ReducePositionResponse:
        """Sells a part of what a bot holds. INVALID_ARGUMENT: that part, or the rest, is too little to be sold, or there
        is no rest. FAILED_PRECONDITION: it holds nothing, is selling already, or an order is not settled.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key. Required, but for a check.
            bot_id: Bot.
            reason: Why, in words; kept with the order. Empty: "by hand".
            quantity: How much of the base asset (decimal, > 0), sold as it is or not at all.
            quote_quantity: For how much of the quote asset at the last price (decimal, > 0), rounded down to
                what the exchange takes.
            fraction: Which fraction of what it holds (decimal, > 0 and < 1), rounded down to what the exchange
                takes.
            validate_only: Decides everything and sends nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ReducePositionRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            reason=reason,
            quantity=decimal_text(quantity),
            quote_quantity=decimal_text(quote_quantity),
            fraction=decimal_text(fraction),
            validate_only=validate_only,
        )
        return self._unary(REDUCE_POSITION, built, timeout)

    def adopt_position(
        self,
        request: AdoptPositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        quantity: str | Decimal | None = None,
        entry_price: str | Decimal | None = None,
        timeout: float | None = None,
    ) -> AdoptPositionResponse:
        """Gives a bot coins of the account. FAILED_PRECONDITION: the account has fewer that no bot holds, or an order is
        not settled.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            quantity: Base asset (decimal).
            entry_price: What the bot's stop hangs from (decimal); empty: the market's price. It changes nothing
                else.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            AdoptPositionRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            quantity=decimal_text(quantity),
            entry_price=decimal_text(entry_price),
        )
        return self._unary(ADOPT_POSITION, built, timeout)

    def release_position(
        self,
        request: ReleasePositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        quantity: str | Decimal | None = None,
        timeout: float | None = None,
    ) -> ReleasePositionResponse:
        """Takes coins out of a bot without selling them. FAILED_PRECONDITION: it holds none, or an order is not settled.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            quantity: Base asset (decimal); empty: all that it holds.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ReleasePositionRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            quantity=decimal_text(quantity),
        )
        return self._unary(RELEASE_POSITION, built, timeout)


class AsyncBotServiceCalls(AsyncCalls):
    """Bots and their life."""

    async def create_bot(
        self,
        request: CreateBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        spec: BotSpec | None = None,
        start: bool | None = None,
        validate_only: bool | None = None,
        timeout: float | None = None,
    ) -> CreateBotResponse:
        """Creates a bot. INVALID_ARGUMENT lists everything that is wrong at once; ALREADY_EXISTS: the id is taken.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Id of the new bot.
            spec: Its settings.
            start: Starts it at once.
            validate_only: Checks everything and creates nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            CreateBotRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            spec=spec,
            start=start,
            validate_only=validate_only,
        )
        return await self._unary(CREATE_BOT, built, timeout)

    async def get_bot(
        self,
        request: GetBotRequest | None = None,
        *,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> GetBotResponse:
        """One bot. NOT_FOUND: no such bot.

        Args:
            request: The whole request; the other arguments replace its fields.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetBotRequest, request, bot_id=bot_id)
        return await self._unary(GET_BOT, built, timeout)

    async def list_bots(
        self,
        request: ListBotsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        symbols: Iterable[str] | None = None,
        states: Iterable[BotState] | None = None,
        timeout: float | None = None,
    ) -> ListBotsResponse:
        """Bots by id, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most bots in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            symbols: Only these symbols; empty: all.
            states: Only these states; empty: all but removed ones.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ListBotsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            symbols=symbols,
            states=states,
        )
        return await self._unary(LIST_BOTS, built, timeout)

    async def iter_bots(
        self,
        request: ListBotsRequest | None = None,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        symbols: Iterable[str] | None = None,
        states: Iterable[BotState] | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[Bot]:
        """Every item of list_bots, page by page. Bots by id, paged.

        Args:
            request: The whole request; the other arguments replace its fields.
            page_size: Most bots in the answer.
            page_token: next_page_token of the page before; empty: the first page.
            symbols: Only these symbols; empty: all.
            states: Only these states; empty: all but removed ones.
            timeout: Seconds until the deadline of each page.
        """
        built = build(
            ListBotsRequest,
            request,
            page_size=page_size,
            page_token=page_token,
            symbols=symbols,
            states=states,
        )
        while True:
            page = await self._unary(LIST_BOTS, built, timeout)
            for item in page.bots:
                yield item
            if not page.next_page_token:
                return
            built.page_token = page.next_page_token

    async def update_bot(
        self,
        request: UpdateBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        spec: BotSpec | None = None,
        update_auto_start: bool | None = None,
        update_compound: bool | None = None,
        timeout: float | None = None,
    ) -> UpdateBotResponse:
        """Changes settings. FAILED_PRECONDITION while running.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            spec: New settings: empty fields stay as they are, "0" removes a stop-loss, take-profit or trailing
                stop. The bot must be stopped, paused or halted, and hold nothing.
            update_auto_start: auto_start of spec counts only when this is set.
            update_compound: compound of spec counts only when this is set.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            UpdateBotRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            spec=spec,
            update_auto_start=update_auto_start,
            update_compound=update_compound,
        )
        return await self._unary(UPDATE_BOT, built, timeout)

    async def start_bot(
        self,
        request: StartBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> StartBotResponse:
        """Starts a bot; starting a running one changes nothing.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(StartBotRequest, request, request_id=request_id, bot_id=bot_id)
        return await self._unary(START_BOT, built, timeout)

    async def stop_bot(
        self,
        request: StopBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        close_position: bool | None = None,
        timeout: float | None = None,
    ) -> StopBotResponse:
        """Stops a bot; stopping a stopped one changes nothing.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            close_position: Sells what it holds at the market first; otherwise the position stays, with its
                protection.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(StopBotRequest, request, request_id=request_id, bot_id=bot_id, close_position=close_position)
        return await self._unary(STOP_BOT, built, timeout)

    async def pause_bot(
        self,
        request: PauseBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> PauseBotResponse:
        """Pauses a running bot.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(PauseBotRequest, request, request_id=request_id, bot_id=bot_id)
        return await self._unary(PAUSE_BOT, built, timeout)

    async def resume_bot(
        self,
        request: ResumeBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> ResumeBotResponse:
        """Resumes a paused bot.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ResumeBotRequest, request, request_id=request_id, bot_id=bot_id)
        return await self._unary(RESUME_BOT, built, timeout)

    async def remove_bot(
        self,
        request: RemoveBotRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        force: bool | None = None,
        timeout: float | None = None,
    ) -> RemoveBotResponse:
        """Removes a bot. FAILED_PRECONDITION while it runs or holds something, unless forced.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            force: Stops it and sells what it holds at the market first; otherwise a running bot or an open
                position is refused.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(RemoveBotRequest, request, request_id=request_id, bot_id=bot_id, force=force)
        return await self._unary(REMOVE_BOT, built, timeout)

    async def start_all_bots(
        self,
        request: StartAllBotsRequest | None = None,
        *,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> StartAllBotsResponse:
        """Starts all bots that are not halted.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(StartAllBotsRequest, request, request_id=request_id)
        return await self._unary(START_ALL_BOTS, built, timeout)

    async def stop_all_bots(
        self,
        request: StopAllBotsRequest | None = None,
        *,
        request_id: str | None = None,
        close_positions: bool | None = None,
        timeout: float | None = None,
    ) -> StopAllBotsResponse:
        """Stops all bots.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            close_positions: Sells what they hold at the market first.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(StopAllBotsRequest, request, request_id=request_id, close_positions=close_positions)
        return await self._unary(STOP_ALL_BOTS, built, timeout)

    async def get_bot_stats(
        self,
        request: GetBotStatsRequest | None = None,
        *,
        bot_id: str | None = None,
        timeout: float | None = None,
    ) -> GetBotStatsResponse:
        """Statistics of a bot.

        Args:
            request: The whole request; the other arguments replace its fields.
            bot_id: Bot.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(GetBotStatsRequest, request, bot_id=bot_id)
        return await self._unary(GET_BOT_STATS, built, timeout)

    async def open_position(
        self,
        request: OpenPositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        quote_quantity: str | Decimal | None = None,
        validate_only: bool | None = None,
        timeout: float | None = None,
    ) -> OpenPositionResponse:
        """Buys for a running bot that holds nothing: sizing, limits, locks, stop and target are those of its own entries.
        FAILED_PRECONDITION: why it may not enter now.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key. Required, but for a check: the journal tells by it that a person
                bought.
            bot_id: Bot.
            quote_quantity: What it spends, in the quote asset (decimal, > 0); empty: as much as its sizing
                says. More than its rules allow is refused.
            validate_only: Decides everything and sends nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            OpenPositionRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            quote_quantity=decimal_text(quote_quantity),
            validate_only=validate_only,
        )
        return await self._unary(OPEN_POSITION, built, timeout)

    async def close_position(
        self,
        request: ClosePositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        reason: str | None = None,
        timeout: float | None = None,
    ) -> ClosePositionResponse:
        """Sells what a bot holds.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            reason: Why, in words; kept with the order.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(ClosePositionRequest, request, request_id=request_id, bot_id=bot_id, reason=reason)
        return await self._unary(CLOSE_POSITION, built, timeout)

    async def reduce_position(
        self,
        request: ReducePositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        reason: str | None = None,
        quantity: str | Decimal | None = None,
        quote_quantity: str | Decimal | None = None,
        fraction: str | Decimal | None = None,
        validate_only: bool | None = None,
        timeout: float | None = None,
    ) -> ReducePositionResponse:
        """Sells a part of what a bot holds. INVALID_ARGUMENT: that part, or the rest, is too little to be sold, or there
        is no rest. FAILED_PRECONDITION: it holds nothing, is selling already, or an order is not settled.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key. Required, but for a check.
            bot_id: Bot.
            reason: Why, in words; kept with the order. Empty: "by hand".
            quantity: How much of the base asset (decimal, > 0), sold as it is or not at all.
            quote_quantity: For how much of the quote asset at the last price (decimal, > 0), rounded down to
                what the exchange takes.
            fraction: Which fraction of what it holds (decimal, > 0 and < 1), rounded down to what the exchange
                takes.
            validate_only: Decides everything and sends nothing.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ReducePositionRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            reason=reason,
            quantity=decimal_text(quantity),
            quote_quantity=decimal_text(quote_quantity),
            fraction=decimal_text(fraction),
            validate_only=validate_only,
        )
        return await self._unary(REDUCE_POSITION, built, timeout)

    async def adopt_position(
        self,
        request: AdoptPositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        quantity: str | Decimal | None = None,
        entry_price: str | Decimal | None = None,
        timeout: float | None = None,
    ) -> AdoptPositionResponse:
        """Gives a bot coins of the account. FAILED_PRECONDITION: the account has fewer that no bot holds, or an order is
        not settled.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            quantity: Base asset (decimal).
            entry_price: What the bot's stop hangs from (decimal); empty: the market's price. It changes nothing
                else.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            AdoptPositionRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            quantity=decimal_text(quantity),
            entry_price=decimal_text(entry_price),
        )
        return await self._unary(ADOPT_POSITION, built, timeout)

    async def release_position(
        self,
        request: ReleasePositionRequest | None = None,
        *,
        request_id: str | None = None,
        bot_id: str | None = None,
        quantity: str | Decimal | None = None,
        timeout: float | None = None,
    ) -> ReleasePositionResponse:
        """Takes coins out of a bot without selling them. FAILED_PRECONDITION: it holds none, or an order is not settled.

        Args:
            request: The whole request; the other arguments replace its fields.
            request_id: Idempotency key.
            bot_id: Bot.
            quantity: Base asset (decimal); empty: all that it holds.
            timeout: Seconds until the deadline; not given: the client's `timeout`.
        """
        built = build(
            ReleasePositionRequest,
            request,
            request_id=request_id,
            bot_id=bot_id,
            quantity=decimal_text(quantity),
        )
        return await self._unary(RELEASE_POSITION, built, timeout)
