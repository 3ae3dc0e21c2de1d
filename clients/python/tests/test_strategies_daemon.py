"""Strategies in Python, served to a real daemon."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from programs import Daemon, Process, program
from strategy_peers import CANDLES

from botd import BotdError, Client, Code, EventItem, TradeItem, bot_spec
from botd.v1 import (
    BOT_STATE_CAUSE_STRATEGY_AWAY,
    BOT_STATE_CAUSE_STRATEGY_BACK,
    BOT_STATE_RUNNING,
    BOT_STATE_WAITING,
    EVENT_KIND_BOT,
    PARAMETER_TYPE_INTEGER,
    SIDE_BUY,
    SIDE_SELL,
    Bot,
)

SOURCE = Path(__file__).parent / "strategies_for_tests.py"
Serve = Callable[..., Process]


@pytest.fixture
def serve(daemon: Daemon) -> Iterator[Serve]:
    """Starts `botd-strategies run`, waits until it is registered, and sees to it that it ends."""
    started: list[Process] = []

    def run(*arguments: str, source: Path = SOURCE) -> Process:
        command = [sys.executable, "-m", "botd.strategies", "run", str(source), "--address", daemon.address, *arguments]
        started.append(Process(command))
        started[-1].wait_for("registered")
        return started[-1]

    yield run
    for process in started:
        process.stop(signal.SIGKILL)


def create(client: Client, bot_id: str, strategy: str = "echo", **settings: object) -> Bot:
    """A bot that is started at once."""
    given = {"symbol": "BTCUSDT", "interval": "1m", "capital": 1000, "max_position_fraction": "0.5"} | settings
    return client.create_bot(bot_id=bot_id, spec=bot_spec(strategy=strategy, **given), start=True).bot  # type: ignore[arg-type]


def trades_until(client: Client, bot_id: str, enough: Callable[[list[TradeItem]], bool]) -> list[TradeItem]:
    """The trades of a bot from its first one on."""
    items: list[TradeItem] = []
    with client.trades(from_start=True, bot_ids=[bot_id]) as trades:
        for item in trades:
            items.append(item)
            if enough(items):
                return items
    raise AssertionError("the trades ended")


def entries(client: Client) -> list[int]:
    """The sequences of all that was bought."""
    return [trade.sequence for trade in client.iter_trades() if trade.side == SIDE_BUY]


def waiting(client: Client, bot_id: str, reason: str) -> EventItem:
    """The change by which a bot waits for that reason. It also waits while its instance is prepared."""
    with client.events(from_start=True, bot_ids=[bot_id], kinds=[EVENT_KIND_BOT]) as events:
        for item in events:
            if item.event.bot.bot.state == BOT_STATE_WAITING and reason in item.event.bot.bot.state_reason:
                assert item.event.bot.bot.state_cause == BOT_STATE_CAUSE_STRATEGY_AWAY
                return item
    raise AssertionError("the events ended")


def test_listed_and_checked(daemon: Daemon, serve: Serve) -> None:
    with Client(daemon.address) as client:
        serve()
        echo = client.get_strategy(name="echo").strategy
        assert echo.is_served and echo.is_available and echo.summary.startswith("Buys every third candle")
        every, word, _ = echo.parameters
        assert (every.type, every.default_value, every.minimum, every.maximum) == (PARAMETER_TYPE_INTEGER, "3", "1", "100")
        assert list(word.choices) == ["a", "b"]
        assert "my_strategy" in [strategy.name for strategy in client.iter_strategies()]
        for parameters, field in (({"every": "101"}, "every"), ({"word": "c"}, "word"), ({"none": "1"}, "none")):
            with pytest.raises(BotdError) as caught:
                create(client, "wrong", parameters=parameters)
            assert caught.value.code is Code.INVALID_ARGUMENT and field in str(caught.value)
        second = Process([sys.executable, "-m", "botd.strategies", "run", str(SOURCE), "--address", daemon.address])
        assert second.wait() == 1
        assert "STRATEGY_TAKEN" in second.lines[-1]


def test_trades(daemon: Daemon, serve: Serve) -> None:
    """Bots on two symbols buy and sell as the strategy says, with its parameters."""
    serve()
    with Client(daemon.address) as client:
        create(client, "one", parameters={"every": 2, "word": "b"}, stop_loss="0.5")
        create(client, "two", symbol="ETHUSDT", stop_loss="0.5")
        for bot_id in ("one", "two"):
            items = trades_until(client, bot_id, lambda items: len(items) >= 6)
            assert [item.trade.side for item in items[:6]] == [SIDE_BUY, SIDE_SELL] * 3
        said = client.get_bot(bot_id="one").bot.last_signal.reason
        assert said == "" or said.startswith("b one "), said


def test_killed_and_back(daemon: Daemon, serve: Serve) -> None:
    """kill -9 of the process: its bots wait and enter nothing, the stop and the target of what they hold stay in force; on return they go on."""
    process = serve()
    with Client(daemon.address) as client:
        create(client, "busy", parameters={"every": 1}, stop_loss="0.5")
        create(client, "held", parameters={"every": 1, "hold": 100_000}, stop_loss="0.003", take_profit="0.003")
        trades_until(client, "busy", lambda items: len(items) >= 4)
        trades_until(client, "held", lambda items: items[-1].trade.side == SIDE_BUY)
        process.stop(signal.SIGKILL)
        away = waiting(client, "busy", "the process that served it")
        waiting(client, "held", "the process that served it")
        sold = trades_until(client, "held", lambda items: items[-1].trade.side == SIDE_SELL)
        assert client.get_bot(bot_id="held").bot.state == BOT_STATE_WAITING
        before = entries(client)
        with client.follow_candles(["BTCUSDT"]) as candles:
            for _ in range(5):
                next(candles)
        assert entries(client) == before, "nothing is entered while they wait"
        with pytest.raises(BotdError) as caught:
            create(client, "late")
        assert "echo" in str(caught.value)
        assert not client.get_strategy(name="echo").strategy.is_available

        again = serve()
        again.wait_for(r"opened echo for busy .*, \d+ candles of history")
        for bot_id in ("busy", "held"):
            with client.events(after=away.bookmark, bot_ids=[bot_id], kinds=[EVENT_KIND_BOT]) as events:
                back = next(item for item in events if item.event.bot.bot.state == BOT_STATE_RUNNING)
            assert back.event.bot.bot.state_cause == BOT_STATE_CAUSE_STRATEGY_BACK
        trades_until(client, "busy", lambda items: len(items) >= len(sold) + 6 and items[-1].trade.sequence > back.event.sequence)


def test_failure_and_late_answer(daemon: Daemon, serve: Serve) -> None:
    """An exception and a missed deadline make that bot wait, with the reason; its neighbour trades on."""
    serve("--deadline", "200ms")
    with Client(daemon.address) as client:
        create(client, "fails", "broken", parameters={"after": 10})
        create(client, "slow", "slow", parameters={"after": 10})
        create(client, "rubbish", "broken", parameters={"how": "unknown", "after": 10})
        create(client, "sound")
        waiting(client, "fails", "ValueError: no luck at")
        waiting(client, "slow", "did not answer within 200 ms")
        waiting(client, "rubbish", "returned the signal 'STRONG_BUY'")
        trades_until(client, "sound", lambda items: len(items) >= 4)


def test_daemon_killed(daemon: Daemon, serve: Serve) -> None:
    """kill -9 of the daemon: the process registers again, and the bots go on."""
    process = serve()
    with Client(daemon.address) as client:
        create(client, "busy", parameters={"every": 1}, stop_loss="0.5")
        count = len(trades_until(client, "busy", lambda items: len(items) >= 4))
        for _ in range(2):
            since = len(process.lines)
            daemon.kill()
            process.wait_for("disconnected", since)
            daemon.start()
            process.wait_for("opened echo for busy", since)
            count = len(trades_until(client, "busy", lambda items, count=count: len(items) >= count + 4))  # type: ignore[misc]
        assert client.get_bot(bot_id="busy").bot.state == BOT_STATE_RUNNING


def test_ended_in_order(daemon: Daemon, serve: Serve) -> None:
    process = serve()
    with Client(daemon.address) as client:
        create(client, "busy")
        trades_until(client, "busy", lambda items: True)
        assert process.stop(signal.SIGTERM) == 0
        waiting(client, "busy", "has ended")


def test_backtest_by_botctl(tmp_path: Path) -> None:
    """`botctl backtest --python` starts the pipe itself."""
    file = tmp_path / "btcusdt-1m-2024.csv"
    lines = ["open_time,open,high,low,close,volume"]
    lines += [f"{c.open_time_ns // 1_000_000},{c.open},{c.high},{c.low},{c.close},{c.volume}" for c in CANDLES]
    file.write_text("\n".join(lines) + "\n")
    command = [program("botctl"), "backtest", "--candles", str(file), "--strategy", "echo", "--param", "every=5", "--python", str(SOURCE)]
    environment = os.environ | {"BOTD_PYTHON": sys.executable}
    ended = subprocess.run([*command, "--trades", str(tmp_path / "t.csv")], capture_output=True, text=True, timeout=120, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert len((tmp_path / "t.csv").read_text().splitlines()) > 100
