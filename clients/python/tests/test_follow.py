"""The rules of following: gaps, repeats, what is not recorded, other journals."""

from __future__ import annotations

import pytest

from botd import Bookmark, BotdError, HistoryTrimmed, JournalChanged
from botd._followers import TradeFollower, candles, trades
from botd._resume import GAPS_MAX, Resumption, gap_error
from botd.errors import Code, ConnectionLost, ConnectionRefused, from_status
from botd.v1 import (
    Candle,
    Heartbeat,
    SubscribeCandlesResponse,
    SubscribeTradesResponse,
    SubscriptionOpened,
    Trade,
)


def follower(after: Bookmark | None = None, from_start: bool = False) -> TradeFollower:
    return trades(after, from_start, (), (), 10, 0)


def message(*pairs: tuple[int, int], opened: tuple[int, int] | None = None, **fields: object) -> SubscribeTradesResponse:
    """Trades as (sequence, previous_sequence)."""
    made = SubscribeTradesResponse(trades=[Trade(sequence=sequence, previous_sequence=before) for sequence, before in pairs])
    if opened is not None:
        made.opened.CopyFrom(SubscriptionOpened(journal_id="j", first_sequence=opened[0], last_sequence=opened[1]))
    if "not_recorded" in fields:
        made.not_recorded = True
    if "heartbeat" in fields:
        made.heartbeat.CopyFrom(Heartbeat(last_sequence=int(str(fields["heartbeat"]))))
    return made


def sequences(follow: TradeFollower, received: SubscribeTradesResponse) -> list[int]:
    return [item.trade.sequence for item in follow.feed(received)]


def test_without_a_bookmark_it_begins_now_and_resumes_where_it_began() -> None:
    follow = follower()
    assert follow.request(1).live_only
    assert sequences(follow, message(opened=(1, 50))) == []
    again = follow.request(1)
    assert (again.after_sequence, again.journal_id, again.live_only) == (50, "j", False)


def test_each_item_carries_its_bookmark_and_repeats_are_dropped() -> None:
    follow = follower(from_start=True)
    assert not follow.request(1).live_only
    items = follow.feed(message((3, 0), (5, 3), (3, 0), (5, 3), (9, 5), opened=(1, 9)))
    assert [str(item.bookmark) for item in items] == ["j:3", "j:5", "j:9"]
    assert not follow.gap


def test_a_gap_hands_on_what_lies_before_it_and_asks_again_behind_that() -> None:
    follow = follower(Bookmark("j", 3))
    follow.request(1)
    assert sequences(follow, message((5, 3), (9, 7), (11, 9), opened=(1, 20))) == [5]
    assert follow.gap
    assert follow.request(1).after_sequence == 5
    assert not follow.gap


def test_a_heartbeat_that_names_another_sequence_is_a_gap() -> None:
    follow = follower(Bookmark("j", 3))
    follow.request(1)
    follow.feed(message((5, 3), opened=(1, 20), heartbeat=5))
    assert not follow.gap
    follow.feed(message(heartbeat=7))
    assert follow.gap


def test_what_is_not_recorded_is_marked_and_never_moves_the_bookmark() -> None:
    follow = follower(Bookmark("j", 3))
    follow.request(1)
    follow.feed(message((5, 3), opened=(1, 5)))
    items = follow.feed(message((6, 5), (7, 6), not_recorded=True))
    assert [(item.trade.sequence, item.not_recorded, str(item.bookmark)) for item in items] == [(6, True, "j:5"), (7, True, "j:5")]
    follow.feed(message(not_recorded=True, heartbeat=7))
    assert not follow.gap
    assert follow.request(1).after_sequence == 5
    assert sequences(follow, message((6, 5), (7, 6), (8, 7), not_recorded=True, opened=(1, 5))) == [8], "6 and 7 were seen in this run"
    follow.request(2)
    assert sequences(follow, message((6, 5), opened=(1, 6))) == [6], "another run gave 6 to another item"


def test_another_journal_or_a_trimmed_one_is_raised() -> None:
    other = follower(Bookmark("old", 3))
    other.request(1)
    with pytest.raises(JournalChanged, match="old:3"):
        other.feed(message(opened=(1, 20)))
    trimmed = follower(Bookmark("j", 3))
    trimmed.request(1)
    with pytest.raises(HistoryTrimmed) as caught:
        trimmed.feed(message(opened=(10, 20)))
    assert (caught.value.first, caught.value.last) == (10, 20)
    whole = follower(Bookmark("j", 9))
    whole.request(1)
    assert sequences(whole, message((10, 9), opened=(10, 20))) == [10]


def test_a_subscription_without_an_opening_is_an_error() -> None:
    follow = follower(from_start=True)
    follow.request(1)
    with pytest.raises(BotdError, match="not the opening"):
        follow.feed(message((1, 0)))


def test_candles_go_on_behind_the_last_closed_one_of_each_symbol() -> None:
    follow = candles(["A", "B"], "1m", None, True, 10)
    assert follow.request(1).after_open_time_ns == 0

    def candle(number: int, symbol: str, time: int, closed: bool = True) -> Candle:
        return Candle(sequence=number, previous_sequence=number - 1, symbol=symbol, open_time_ns=time, is_closed=closed)

    first = SubscribeCandlesResponse(candles=[candle(1, "A", 100), candle(2, "B", 50), candle(3, "A", 200, False)])
    assert len(follow.feed(first)) == 3
    assert follow.request(1).after_open_time_ns == 50
    second = SubscribeCandlesResponse(candles=[candle(1, "A", 100), candle(2, "B", 100), candle(3, "A", 200)])
    assert [(item.symbol, item.open_time_ns) for item in follow.feed(second)] == [("B", 100), ("A", 200)]
    follow.feed(SubscribeCandlesResponse(candles=[candle(9, "A", 300)]))
    assert follow.gap


def refused() -> BotdError:
    return ConnectionRefused(Code.UNAVAILABLE, "no")


def test_a_daemon_that_never_ran_is_said_at_once_and_one_that_went_is_awaited() -> None:
    with pytest.raises(ConnectionRefused):
        Resumption(10, 1, None).delay(refused(), was_connected=False, now=0)
    waiting = Resumption(10, 1, None)
    waiting.heard(progressed=False)
    for second in range(0, 100_000, 1000):
        assert waiting.delay(refused(), was_connected=True, now=second) <= 5


def test_a_lost_daemon_is_given_up_after_reconnect_timeout_or_before_the_first_opening_after_timeout() -> None:
    impatient = Resumption(10, 1, 30)
    impatient.heard(progressed=True)
    impatient.delay(refused(), True, 0)
    impatient.delay(refused(), True, 29)
    impatient.heard(progressed=True)
    impatient.delay(refused(), True, 40)
    with pytest.raises(ConnectionRefused):
        impatient.delay(refused(), True, 70)
    unopened = Resumption(10, 1, None)
    unopened.delay(ConnectionLost(Code.UNAVAILABLE, "lost"), True, 0)
    with pytest.raises(ConnectionLost):
        unopened.delay(ConnectionLost(Code.UNAVAILABLE, "lost"), True, 10)


def test_what_does_not_pass_is_raised() -> None:
    for code in (3, 5, 7, 12, 16):
        with pytest.raises(BotdError):
            Resumption(10, 1, None).delay(from_status(code, "no"), True, 0)
    with pytest.raises(HistoryTrimmed) as caught:
        Resumption(10, 1, None).delay(from_status(11, "gone", "HISTORY_TRIMMED", last_sequence=9), True, 0)
    assert caught.value.last == 9
    with pytest.raises(JournalChanged):
        Resumption(10, 1, None).delay(from_status(11, "other", "OTHER_JOURNAL"), True, 0)
    assert Resumption(10, 1, None).delay(from_status(8, "slow", "READER_TOO_SLOW"), True, 0) <= 0.1


def test_gaps_without_end_are_raised() -> None:
    resumption = Resumption(10, 1, None)
    resumption.heard(progressed=True)
    for _ in range(GAPS_MAX):
        resumption.delay(gap_error("x"), True, 0)
    with pytest.raises(BotdError, match="missing again"):
        resumption.delay(gap_error("x"), True, 0)
