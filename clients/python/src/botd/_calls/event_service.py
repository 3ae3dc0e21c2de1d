# Made by generate.sh from proto/botd/v1. Do not edit.
"""EventService: Everything that happens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from .._call import AsyncCalls, Bidirectional, Calls, build
from .._stream import AsyncStream, Stream
from ..v1.event_pb2 import (
    EventKind,
    SubscribeEventsRequest,
    SubscribeEventsResponse,
)
from ..values import nanoseconds


SUBSCRIBE_EVENTS = Bidirectional("botd.v1.EventService", "SubscribeEvents", SubscribeEventsRequest, SubscribeEventsResponse)


class EventServiceCalls(Calls):
    """Everything that happens."""

    def subscribe_events(
        self,
        request: SubscribeEventsRequest | None = None,
        *,
        after_sequence: int | None = None,
        journal_id: str | None = None,
        live_only: bool | None = None,
        bot_ids: Iterable[str] | None = None,
        kinds: Iterable[EventKind] | None = None,
        max_batch: int | None = None,
        max_delay_ms: int | None = None,
        heartbeat_ms: int | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> Stream[SubscribeEventsRequest, SubscribeEventsResponse]:
        """Events from any sequence: history, then live. Same rules as TradeService.SubscribeTrades.

        Args:
            request: The whole request; the other arguments replace its fields.
            after_sequence: Sends events with a larger sequence: history first, then live. 0: everything.
            journal_id: Journal that after_sequence belongs to (SubscriptionOpened); another one is answered
                OUT_OF_RANGE. Empty: not checked.
            live_only: Skips history: only events from now on. after_sequence must be 0.
            bot_ids: Only these bots (events about no bot are left out); empty: all.
            kinds: Only these kinds; empty: all.
            max_batch: Most events in one message; 0: the server's choice.
            max_delay_ms: Longest a live event may wait for others to share its message, in ms; 0: none.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            from_time_ns: Only events of this time or later (time_ns), ns since the Unix epoch; 0: from the
                beginning.
            to_time_ns: Only events before this time, ns since the Unix epoch; 0: no end.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(
            SubscribeEventsRequest,
            request,
            after_sequence=after_sequence,
            journal_id=journal_id,
            live_only=live_only,
            bot_ids=bot_ids,
            kinds=kinds,
            max_batch=max_batch,
            max_delay_ms=max_delay_ms,
            heartbeat_ms=heartbeat_ms,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        return self._bidirectional(SUBSCRIBE_EVENTS, built, timeout)


class AsyncEventServiceCalls(AsyncCalls):
    """Everything that happens."""

    async def subscribe_events(
        self,
        request: SubscribeEventsRequest | None = None,
        *,
        after_sequence: int | None = None,
        journal_id: str | None = None,
        live_only: bool | None = None,
        bot_ids: Iterable[str] | None = None,
        kinds: Iterable[EventKind] | None = None,
        max_batch: int | None = None,
        max_delay_ms: int | None = None,
        heartbeat_ms: int | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        timeout: float | None = None,
    ) -> AsyncStream[SubscribeEventsRequest, SubscribeEventsResponse]:
        """Events from any sequence: history, then live. Same rules as TradeService.SubscribeTrades.

        Args:
            request: The whole request; the other arguments replace its fields.
            after_sequence: Sends events with a larger sequence: history first, then live. 0: everything.
            journal_id: Journal that after_sequence belongs to (SubscriptionOpened); another one is answered
                OUT_OF_RANGE. Empty: not checked.
            live_only: Skips history: only events from now on. after_sequence must be 0.
            bot_ids: Only these bots (events about no bot are left out); empty: all.
            kinds: Only these kinds; empty: all.
            max_batch: Most events in one message; 0: the server's choice.
            max_delay_ms: Longest a live event may wait for others to share its message, in ms; 0: none.
            heartbeat_ms: Idle time after which a heartbeat is sent, in ms; 0: 10000; less than 100 counts as
                100.
            from_time_ns: Only events of this time or later (time_ns), ns since the Unix epoch; 0: from the
                beginning.
            to_time_ns: Only events before this time, ns since the Unix epoch; 0: no end.
            timeout: Seconds within which the stream must be open; not given: the client's `timeout`.
        """
        built = build(
            SubscribeEventsRequest,
            request,
            after_sequence=after_sequence,
            journal_id=journal_id,
            live_only=live_only,
            bot_ids=bot_ids,
            kinds=kinds,
            max_batch=max_batch,
            max_delay_ms=max_delay_ms,
            heartbeat_ms=heartbeat_ms,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
        )
        return await self._bidirectional(SUBSCRIBE_EVENTS, built, timeout)
