"""The shared scenario: botd in testnet mode against botsim, killed five times under the client."""

from __future__ import annotations

import hmac
import json
import subprocess
import sys
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import Any

from programs import Daemon, Process, Simulator

from botd import Client, bot_spec

KILLS = 5
Facts = dict[str, Any]


def exchange_fills(simulator: Simulator, symbol: str) -> list[tuple[str, Decimal, Decimal, bool]]:
    """(trade id, price, quantity, whether bought) as the exchange tells them."""
    base = f"http://127.0.0.1:{simulator.port}/api/v3"
    with urllib.request.urlopen(f"{base}/time") as answer:
        now: int = json.load(answer)["serverTime"]
    query = f"symbol={symbol}&limit=1000&recvWindow=60000&timestamp={now}"
    signature = hmac.new(simulator.SECRET.encode(), query.encode(), "sha256").hexdigest()
    request = urllib.request.Request(f"{base}/myTrades?{query}&signature={signature}", headers={"X-MBX-APIKEY": simulator.KEY})
    with urllib.request.urlopen(request) as answer:
        told: list[Facts] = json.load(answer)
    return [(str(item["id"]), Decimal(item["price"]), Decimal(item["qty"]), item["isBuyer"]) for item in told]


def test_five_kills_lose_repeat_and_reorder_nothing(folder: Path) -> None:
    simulator = Simulator("BTCUSDT,ETHUSDT", speed=240)
    daemon = Daemon(folder, arguments=("--mode", "testnet"), environment=simulator.environment).start()
    bookmark = folder / "bookmark"
    command = [sys.executable, "-m", "botd.scenario", "--address", daemon.address, "--bot", "scenario", "--symbol", "BTCUSDT"]
    client = Process([*command, "--bookmark-file", str(bookmark)], stdin=subprocess.PIPE)
    client.wait_for('"ready": true')
    for _ in range(KILLS):
        client.wait_for('"sequence"', since=len(client.lines))
        daemon.kill()
        daemon.start()
    client.wait_for('"sequence"', since=len(client.lines))
    client.write("stop\n")
    assert client.wait() == 0, client.lines[-5:]
    told: list[Facts] = [json.loads(line) for line in client.lines]
    followed = [line for line in told if "sequence" in line]
    listed = [line["listed"] for line in told if "listed" in line]
    assert told[0] == {"ready": True} and told[-1] == {"done": True}
    assert len(followed) > KILLS
    assert [without_chain(item) for item in followed] == [without_chain(item) for item in listed]
    chain = [0, *[item["sequence"] for item in followed]]
    assert [item["previous_sequence"] for item in followed] == chain[:-1]
    assert bookmark.read_text().strip().endswith(f":{followed[-1]['sequence']}")
    fills = [(item["trade_id"], Decimal(item["price"]), Decimal(item["quantity"]), item["side"] == "BUY") for item in followed]
    assert fills == exchange_fills(simulator, "BTCUSDT")
    daemon.stop()
    simulator.stop()


def test_the_open_candle_comes_when_asked_for(folder: Path) -> None:
    simulator = Simulator("BTCUSDT", speed=60)
    daemon = Daemon(folder, arguments=("--mode", "testnet"), environment=simulator.environment).start()
    with Client(daemon.address) as client, client.follow_candles("BTCUSDT", include_open=True) as candles:
        client.create_bot(bot_id="a", spec=bot_spec("BTCUSDT", "rsi", interval="1m", capital=1000), start=True)  # Makes botd follow it.
        frames = (client.candles("BTCUSDT", limit=3, include_open=not candle.is_closed) for candle in candles)
        with_open = next(frame for frame in frames if len(frame) and not frame["is_closed"].iloc[-1])
        assert len(with_open) == 4 and with_open["is_closed"].iloc[:-1].all()
        assert client.candles("BTCUSDT", limit=3)["is_closed"].all()
    daemon.stop()
    simulator.stop()


def without_chain(item: Facts) -> Facts:
    """Lists have no previous_sequence."""
    return {name: value for name, value in item.items() if name != "previous_sequence"}
