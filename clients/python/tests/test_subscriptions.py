"""Subscriptions to a real daemon, over restarts, cuts and silence."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import create_busy_bots
from programs import Daemon
from servers import Proxy

from botd import AsyncClient, Bookmark, Client, ConnectionLost, ConnectionRefused, DeadlineExceeded, JournalChanged, TradeItem
from botd.v1 import EVENT_KIND_BOT, EVENT_KIND_ORDER, EVENT_KIND_TRADE, Trade

both = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


def follow(address: str, asynchronous: bool, take: Callable[[TradeItem], bool], after: Bookmark | None = None) -> None:
    """Follows trades from the start, or from a bookmark, until `take` says that it is enough."""

    async def main() -> None:
        async with AsyncClient(address) as client, client.trades(after, from_start=after is None, heartbeat=0.5) as trades:
            async for item in trades:
                if take(item):
                    return

    if asynchronous:
        asyncio.run(main())
        return
    with Client(address) as client, client.trades(after, from_start=after is None, heartbeat=0.5) as trades:
        for item in trades:
            if take(item):
                return


def check_whole(address: str, items: list[TradeItem]) -> None:
    """The items are the list of all trades up to the last of them: none missing, none twice, in order."""
    with Client(address) as client:
        listed = [trade for trade in client.iter_trades(page_size=50) if trade.sequence <= items[-1].trade.sequence]
    assert [facts(item.trade) for item in items] == [facts(trade) for trade in listed]


def facts(trade: Trade) -> tuple[int, str, str, str, str, str]:
    return (trade.sequence, trade.symbol, trade.trade_id, trade.price, trade.quantity, trade.client_order_id)


@both
def test_history_then_live_is_the_list(shared: Daemon, asynchronous: bool) -> None:
    items: list[TradeItem] = []
    follow(shared.address, asynchronous, lambda item: bool(items.append(item)) or len(items) == 40)
    check_whole(shared.address, items)
    assert items[0].price > 0 and items[0].quantity > 0 and items[0].time is not None


@both
def test_a_stored_bookmark_goes_on_behind_it(shared: Daemon, asynchronous: bool) -> None:
    items: list[TradeItem] = []
    follow(shared.address, asynchronous, lambda item: bool(items.append(item)) or len(items) == 10)
    stored = Bookmark.parse(str(items[4].bookmark))
    again: list[TradeItem] = []
    follow(shared.address, asynchronous, lambda item: bool(again.append(item)) or len(again) == 5, stored)
    assert again == items[5:10]


def test_without_a_bookmark_only_what_comes_now(client: Client) -> None:
    before = [trade.sequence for trade in client.iter_trades()][-1]
    with client.trades(bot_ids=["busy-btcusdt"]) as trades:
        item = next(trades)
    assert item.trade.sequence > before and item.trade.bot_id == "busy-btcusdt"


@both
def test_kill_of_the_daemon_three_times_in_a_subscription(folder: Path, asynchronous: bool) -> None:
    """The follower sees every fill once while the daemon dies and comes back under it."""
    daemon = Daemon(folder).start()
    with Client(daemon.address) as client:
        create_busy_bots(client)
    items: list[TradeItem] = []
    kills = iter((5, 12, 20))
    next_kill = next(kills)
    threads: list[threading.Thread] = []

    def kill() -> None:
        daemon.kill()
        daemon.start()

    def take(item: TradeItem) -> bool:
        nonlocal next_kill
        items.append(item)
        if len(items) == next_kill:
            threads.append(threading.Thread(target=kill))
            threads[-1].start()
            next_kill = next(kills, 0)
        return len(items) >= 30

    follow(daemon.address, asynchronous, take)
    for thread in threads:
        thread.join()
    assert len(threads) == 3
    check_whole(daemon.address, items)
    daemon.stop()


@both
def test_a_daemon_that_stops_in_order_is_followed_through_its_restart(folder: Path, asynchronous: bool) -> None:
    daemon = Daemon(folder).start()
    with Client(daemon.address) as client:
        create_busy_bots(client)
    items: list[TradeItem] = []
    restart = threading.Thread(target=lambda: (daemon.stop(), daemon.start()))

    def take(item: TradeItem) -> bool:
        items.append(item)
        if len(items) == 5:
            restart.start()
        return len(items) >= 15

    follow(daemon.address, asynchronous, take)
    restart.join()
    check_whole(daemon.address, items)
    daemon.stop()


@both
def test_cut_streams_are_resumed(shared: Daemon, folder: Path, asynchronous: bool) -> None:
    proxy = Proxy(f"{folder}/p", shared.address)
    items: list[TradeItem] = []

    def take(item: TradeItem) -> bool:
        items.append(item)
        if len(items) % 7 == 0:
            proxy.cut()
        return len(proxy.connections) > 4

    follow(proxy.address, asynchronous, take)
    check_whole(shared.address, items)
    proxy.close()


@both
def test_three_missed_heartbeats_are_a_dead_connection(shared: Daemon, folder: Path, asynchronous: bool) -> None:
    proxy = Proxy(f"{folder}/p", shared.address)
    items: list[TradeItem] = []
    with Client(shared.address) as client:
        newest = client.list_trades(newest_first=True, page_size=1).trades[0].sequence
    held: list[int] = []

    def take(item: TradeItem) -> bool:
        items.append(item)
        if item.trade.sequence > newest and not held:
            held.append(len(items))
            proxy.flowing.clear()
            threading.Timer(2.0, proxy.flowing.set).start()  # Longer than three heartbeats of 0.5 s; then the next connection works.
        return bool(held) and len(proxy.connections) > 1 and len(items) > held[0] + 10

    follow(proxy.address, asynchronous, take)
    check_whole(shared.address, items)
    proxy.close()


@both
def test_a_slow_reader_resumes_and_loses_nothing(shared: Daemon, asynchronous: bool) -> None:
    """A buffer for a few messages of one fill each overflows while history comes; the follower goes on behind what it has."""

    async def main() -> list[TradeItem]:
        async with AsyncClient(shared.address, stream_buffer_bytes=2000) as client, client.trades(from_start=True, max_batch=1) as trades:
            found: list[TradeItem] = []
            async for item in trades:
                found.append(item)
                if len(found) == 40:
                    return found
            return found

    if asynchronous:
        items = asyncio.run(main())
    else:
        with Client(shared.address, stream_buffer_bytes=2000) as client, client.trades(from_start=True, max_batch=1) as trades:
            items = [next(trades) for _ in range(40)]
    check_whole(shared.address, items)


def test_another_state_directory_is_another_journal(folder: Path) -> None:
    first = Daemon(folder, state="first").start()
    with Client(first.address) as client:
        create_busy_bots(client)
        with client.trades(from_start=True) as trades:
            bookmark = next(trades).bookmark
    first.stop()
    second = Daemon(folder, state="second").start()
    with Client(second.address) as client:
        with pytest.raises(JournalChanged) as caught:
            next(client.trades(after=bookmark))
        assert caught.value.reason == "OTHER_JOURNAL"
        own = client.hello().journal_id
        with pytest.raises(JournalChanged) as caught:
            next(client.trades(after=Bookmark(own, 10**9)))
        assert caught.value.reason == "SEQUENCE_BEYOND_END" and 0 <= caught.value.last_sequence < 10**9
    second.stop()


def test_the_journal_that_changes_under_a_subscription_is_said(folder: Path) -> None:
    first = Daemon(folder, state="first").start()
    with Client(first.address) as client:
        create_busy_bots(client)
        with client.trades(from_start=True, heartbeat=0.5) as trades:
            next(trades)
            first.kill()
            second = Daemon(folder, state="second").start()
            with pytest.raises(JournalChanged):
                list(trades)
    second.stop()


def test_events_tell_the_trades_too(client: Client) -> None:
    with client.events(from_start=True, kinds=[EVENT_KIND_TRADE, EVENT_KIND_BOT, EVENT_KIND_ORDER]) as events:
        items = [next(events) for _ in range(60)]
    kinds = {item.event.WhichOneof("payload") for item in items}
    assert kinds == {"bot", "order", "trade"}
    assert items[0].event.bot.change == "created"
    told = [item.event.trade.trade_id for item in items if item.event.HasField("trade")]
    assert told == [trade.trade_id for trade in client.iter_trades()][: len(told)]
    sequences = [item.bookmark.sequence for item in items]
    assert sequences == sorted(set(sequences))


def test_prices_candles_and_health(client: Client) -> None:
    with client.follow_tickers(["BTCUSDT", "ETHUSDT"]) as tickers:
        assert {next(tickers).symbol for _ in range(30)} == {"BTCUSDT", "ETHUSDT"}
    with client.follow_candles("BTCUSDT", after_open_time=1) as candles:
        times = [next(candles).open_time_ns for _ in range(220)]
    assert all(later - earlier == 60_000_000_000 for earlier, later in zip(times, times[1:]))
    with client.follow_health() as health:
        assert next(health).components


@both
def test_candles_go_on_over_a_cut(shared: Daemon, folder: Path, asynchronous: bool) -> None:
    proxy = Proxy(f"{folder}/p", shared.address)
    times: list[int] = []

    def take(time: int) -> bool:
        times.append(time)
        if len(times) in (3, 6):
            proxy.cut()
        return len(times) == 10

    async def main() -> None:
        async with AsyncClient(proxy.address) as client, client.follow_candles("BTCUSDT") as candles:
            async for candle in candles:
                if take(candle.open_time_ns):
                    return

    if asynchronous:
        asyncio.run(main())
    else:
        with Client(proxy.address) as client, client.follow_candles("BTCUSDT") as candles:
            for candle in candles:
                if take(candle.open_time_ns):
                    break
    assert all(later - earlier == 60_000_000_000 for earlier, later in zip(times, times[1:]))
    proxy.close()


def test_receive_waits_as_long_as_it_is_told(client: Client) -> None:
    with client.trades(bot_ids=["nobody"], heartbeat=0.5) as trades:
        with pytest.raises(DeadlineExceeded):
            trades.receive(0.2)
        with pytest.raises(DeadlineExceeded):
            trades.receive(1.2)
        assert trades.caught_up


def test_closing_from_another_thread_ends_the_iteration(client: Client) -> None:
    trades = client.trades(bot_ids=["nobody"])
    entered = threading.Event()
    found: list[object] = []

    def iterate() -> None:
        entered.set()
        found.extend(trades)
        found.append("end")

    thread = threading.Thread(target=iterate)
    thread.start()
    entered.wait()
    with pytest.raises(DeadlineExceeded):
        client.trades(bot_ids=["nobody"]).receive(0.3)
    trades.close()
    thread.join(5)
    assert found == ["end"]


def test_leaving_ends_the_stream_in_the_daemon(client: Client) -> None:
    """The daemon allows 64 streams on a connection; 200 that were left, forgotten or closed do not add up."""
    for number in range(200):
        trades = client.trades(from_start=True)
        next(trades)
        if number % 2:
            trades.close()
    connection = client._streams._connection  # pyright: ignore[reportPrivateUsage]
    assert connection is not None and connection._wire.open_calls < 64  # pyright: ignore[reportPrivateUsage]


def test_a_lost_daemon_is_an_error_when_that_was_asked_for(folder: Path) -> None:
    daemon = Daemon(folder).start()
    with Client(daemon.address) as client, client.trades(from_start=True, reconnect_timeout=0.5, heartbeat=0.5) as trades:
        with pytest.raises(DeadlineExceeded):
            trades.receive(0.3)
        daemon.kill()
        with pytest.raises((ConnectionLost, ConnectionRefused)):
            next(trades)


def test_a_daemon_that_is_not_there_is_said_at_once(folder: Path) -> None:
    with Client(f"unix:{folder}/none") as client, pytest.raises(ConnectionRefused):
        next(client.trades())
