"""Calls of a real daemon."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import uuid
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from programs import Daemon
from servers import Proxy

import botd
from botd import AsyncClient, BotdError, Client, Code, bot_spec
from botd.v1 import (
    BOT_STATE_RUNNING,
    BOT_STATE_STOPPED,
    TRADING_STATE_ACTIVE,
    TRADING_STATE_REDUCING,
    CreateBotRequest,
    RiskLimits,
)
from botd.v1 import backtest_pb2, bot_pb2, event_pb2, marketdata_pb2, order_pb2, portfolio_pb2, risk_pb2, strategy_pb2, system_pb2, trade_pb2

FILES = (backtest_pb2, bot_pb2, event_pb2, marketdata_pb2, order_pb2, portfolio_pb2, risk_pb2, strategy_pb2, system_pb2, trade_pb2)


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def test_every_method_of_every_service_is_a_method_of_both_clients() -> None:
    methods = [method for file in FILES for service in file.DESCRIPTOR.services_by_name.values() for method in service.methods]
    assert len(methods) > 45
    for method in methods:
        for kind in (Client, AsyncClient):
            call = getattr(kind, snake(method.name))
            assert call.__doc__
            assert {field.name for field in method.input_type.fields} <= set(call.__kwdefaults__), method.name


def test_hello_and_reading(client: Client) -> None:
    assert client.hello(client="test").api_version == "botd.v1"
    assert client.ping(payload=b"hi").payload == b"hi"
    assert client.get_health().components
    assert {strategy.name for strategy in client.iter_strategies(page_size=2)} >= {"rsi", "macd", "ema_cross"}
    assert client.get_ticker(symbol="BTCUSDT").ticker.last_price
    assert client.get_config().entries
    assert client.get_descriptors().file_descriptor_set
    assert [bot.id for bot in client.iter_bots(page_size=1)] == ["busy-btcusdt", "busy-ethusdt"]


def test_errors_have_code_reason_field_and_violations(client: Client) -> None:
    with pytest.raises(BotdError) as caught:
        client.get_bot(bot_id="nobody")
    assert (caught.value.code, caught.value.reason, caught.value.field) == (Code.NOT_FOUND, "BOT_NOT_FOUND", "bot_id")
    with pytest.raises(BotdError) as caught:
        client.create_bot(bot_id="x", spec=bot_spec("NOPE", "rsi", capital=Decimal(-5), parameters={"period": 1}))
    assert caught.value.code is Code.INVALID_ARGUMENT
    assert {violation.field for violation in caught.value.violations} == {"spec.symbol", "spec.capital", "spec.parameters[period]"}
    assert "spec.capital: " in str(caught.value)


def test_the_life_of_a_bot(daemon: Daemon) -> None:
    with Client(daemon.address) as client:
        made = client.create_bot(CreateBotRequest(bot_id="a"), spec=bot_spec("BTCUSDT", "rsi", capital="250.50"), start=True)
        assert made.bot.state == BOT_STATE_RUNNING and made.bot.spec.capital in ("250.5", "250.50")
        assert client.stop_bot(bot_id="a").bot.state == BOT_STATE_STOPPED
        assert client.update_bot(bot_id="a", spec=bot_spec(stop_loss=Decimal("0.05"))).bot.spec.stop_loss == "0.05"
        client.remove_bot(bot_id="a", force=True)
        assert client.list_bots().total == 0
        assert client.set_risk_limits(limits=RiskLimits(max_open_positions=3)).limits.max_open_positions == 3
        client.set_trading_state(trading_state=TRADING_STATE_REDUCING, reason="test")
        assert client.get_risk_limits().trading_state == TRADING_STATE_REDUCING
        client.set_trading_state(trading_state=TRADING_STATE_ACTIVE)


def test_times_may_be_datetimes(client: Client) -> None:
    later = datetime(2100, 1, 1, tzinfo=timezone.utc)
    assert not client.get_equity_curve(from_time_ns=later).points
    assert not client.get_candles(symbol="BTCUSDT", interval="1m", before_time_ns=1).candles


def test_the_same_request_id_changes_once(daemon: Daemon) -> None:
    with Client(daemon.address) as client:
        given = str(uuid.uuid4())
        spec = bot_spec("BTCUSDT", "rsi", capital=100)
        first = client.create_bot(request_id=given, bot_id="a", spec=spec)
        assert client.create_bot(request_id=given, bot_id="a", spec=spec) == first
        with pytest.raises(BotdError) as caught:
            client.create_bot(request_id=given, bot_id="b", spec=spec)
        assert caught.value.reason == "REQUEST_ID_REUSED"
        with pytest.raises(BotdError) as caught:
            client.create_bot(bot_id="a", spec=spec)
        assert caught.value.reason == "BOT_EXISTS", "without an id given, each call has one of its own"


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_a_change_that_lost_its_answer_is_repeated_and_happens_once(daemon: Daemon, folder: Path, asynchronous: bool) -> None:
    """The proxy lets the request through, holds its answer back, and cuts once the daemon has made the bot."""
    proxy = Proxy(f"{folder}/p", daemon.address)
    spec = bot_spec("BTCUSDT", "rsi", capital=100)

    def cut_when_made() -> None:
        with Client(daemon.address) as watcher, watcher.events(from_start=True) as events:
            for item in events:
                if item.event.bot.change == "created":
                    break
        proxy.cut()
        proxy.flowing.set()

    async def create() -> str:
        async with AsyncClient(proxy.address) as client:
            await client.ping()
            hold_back(proxy)
            return (await client.create_bot(bot_id="once", spec=spec)).bot.id

    cutter = threading.Thread(target=cut_when_made)
    cutter.start()
    if asynchronous:
        assert asyncio.run(create()) == "once"
    else:
        with Client(proxy.address) as client:
            client.ping()
            hold_back(proxy)
            assert client.create_bot(bot_id="once", spec=spec).bot.id == "once"
    cutter.join()
    assert len(proxy.connections) == 2
    proxy.close()


def hold_back(proxy: Proxy) -> None:
    """From now on answers wait; requests go on."""
    proxy.hold_answers = True
    proxy.flowing.clear()


def test_a_call_waits_for_a_daemon_that_restarts(daemon: Daemon) -> None:
    with Client(daemon.address) as client:
        client.ping()
        daemon.kill()
        restart = threading.Thread(target=daemon.start)
        restart.start()
        client.create_bot(bot_id="a", spec=bot_spec("BTCUSDT", "rsi", capital=100), timeout=30)
        assert client.get_bot(bot_id="a").bot.id == "a"
        restart.join()


def test_many_threads_share_a_client(client: Client) -> None:
    answers: list[bytes] = []

    def work(number: int) -> None:
        for count in range(50):
            text = f"{number}-{count}".encode()
            answers.append(client.ping(payload=text).payload)
            assert answers[-1] and client.ping(payload=text).payload == text

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 400


def test_many_tasks_share_a_client(shared: Daemon) -> None:
    async def main() -> None:
        async with AsyncClient(shared.address) as client:
            texts = [f"{number}".encode() for number in range(500)]
            answers = await asyncio.gather(*[client.ping(payload=text) for text in texts])
            assert [answer.payload for answer in answers] == texts

    asyncio.run(main())


def test_a_canceled_call_leaves_the_connection_usable(shared: Daemon) -> None:
    async def main() -> None:
        async with AsyncClient(shared.address) as client:
            await client.ping()
            task = asyncio.create_task(client.run_self_test())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await client.ping(payload=b"x")).payload == b"x"

    asyncio.run(main())


def test_a_forked_process_has_a_connection_of_its_own(shared: Daemon) -> None:
    program = f"""
import os
from botd import Client
client = Client({shared.address!r})
client.ping()
child = os.fork()
answers = [client.ping(payload=str(number).encode(), timeout=5).payload == str(number).encode() for number in range(300)]
assert all(answers)
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
client.close()
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60)


def test_an_asynchronous_client_belongs_to_one_loop(shared: Daemon) -> None:
    client = AsyncClient(shared.address)

    async def first() -> None:
        await client.ping()
        await client.close()

    asyncio.run(first())
    with pytest.raises(RuntimeError, match="belongs to the event loop"):
        asyncio.run(first())


def test_a_closed_client_says_so(shared: Daemon) -> None:
    client = Client(shared.address)
    client.ping()
    client.close()
    with pytest.raises(BotdError) as caught:
        client.ping()
    assert caught.value.reason == "CLIENT_CLOSED"
    assert botd.__version__
