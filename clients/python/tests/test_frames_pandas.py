"""DataFrames and backtests, from a real daemon."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime, timedelta
from decimal import Decimal

import pandas
import pytest
from programs import Daemon

from botd import AsyncClient, BotdError, Client, bot_spec, frames
from botd.v1 import BacktestProgress, Candle, RunBacktestRequest

CANDLES = 70_000  # Progress is told every 65,536.


def dtypes(frame: pandas.DataFrame) -> dict[str, str]:
    return {str(name): str(kind) for name, kind in frame.dtypes.items()}


def test_candles_are_a_frame_by_the_time_they_open(client: Client) -> None:
    frame = client.candles("BTCUSDT", "1m", limit=120)
    assert len(frame) == 120 and str(frame.index.dtype) == "datetime64[ns, UTC]" and frame.index.name == "open_time"
    floats = dict.fromkeys(["open", "high", "low", "close", "volume", "quote_volume"], "float64")
    assert dtypes(frame) == floats | {"trades": "int64", "is_closed": "bool"}
    assert (frame.index.to_series().diff().dropna() == timedelta(minutes=1)).all()
    assert (frame["low"] <= frame["high"]).all() and frame["is_closed"].all()
    newest = client.get_candles(symbol="BTCUSDT", interval="1m", limit=1, before_time_ns=frame.index[-1].to_pydatetime()).candles[0]
    assert float(newest.close) == frame["close"].iloc[-2]


def test_decimals_stay_exact(client: Client) -> None:
    frame = client.candles("BTCUSDT", limit=3, decimals=True)
    assert dtypes(frame)["close"] == "object"
    assert all(isinstance(value, Decimal) for value in frame["close"])


def test_more_than_a_thousand_candles_come_in_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botd._pages.PAGE", 50)
    frame = client.candles("BTCUSDT", limit=130)
    assert len(frame) == 130 and frame.index.is_monotonic_increasing and frame.index.is_unique
    everything = client.candles("BTCUSDT", limit=100_000)
    assert 130 < len(everything) < 100_000


def test_trades_are_a_frame(client: Client) -> None:
    with client.trades(from_start=True) as trades:
        first = [next(trades).trade for _ in range(4)]
    frame = client.trades_frame()
    assert list(frame["sequence"][:4]) == [trade.sequence for trade in first]
    assert list(frame["side"][:1]) == ["BUY"] and list(frame["purpose"][:1]) == ["ENTRY"]
    assert dtypes(frame)["price"] == "float64" and dtypes(frame)["sequence"] == "int64" and dtypes(frame)["is_maker"] == "bool"
    assert client.trades_frame(after_sequence=int(frame["sequence"].iloc[1]), symbols=["ETHUSDT"])["symbol"].unique().tolist() == ["ETHUSDT"]
    exact = client.trades_frame(decimals=True)
    assert exact["price"].iloc[0] == Decimal(first[0].price)


def test_equity_is_a_frame(client: Client) -> None:
    with client.trades(from_start=True, bot_ids=["busy-btcusdt"]) as trades:
        for _ in range(2):
            next(trades)
    frame = client.equity(decimals=True)
    assert frame["equity"].iloc[0] is not None and (frame["drawdown"] >= 0).all()
    assert sum(value for value in frame["flow"] if value is not None) == 2000
    floats = client.equity("busy-btcusdt")
    assert dtypes(floats)["flow"] == "float64" and floats["flow"].iloc[0] == 1000
    assert floats["flow"].isna().any()


def test_frames_of_nothing_have_the_same_columns() -> None:
    frame = frames.candles_frame([])
    assert len(frame) == 0 and dtypes(frame)["open"] == "float64" and str(frame.index.dtype) == "datetime64[ns, UTC]"
    unknown = frames.candles_frame([Candle(open_time_ns=0, open="", close="1.5")])
    assert pandas.isna(unknown.index[0]) and pandas.isna(unknown["open"].iloc[0]) and unknown["close"].iloc[0] == 1.5


@pytest.fixture
def candle_file(shared: Daemon) -> str:
    """A file of so many candles that a backtest tells of its progress, in the daemon's data folder."""
    rows = ["open_time,open,high,low,close,volume"]
    for number in range(CANDLES):
        price = 60_000 + 500 * math.sin(number / 7)
        rows.append(f"{1_700_000_040_000 + number * 60_000},{price:.2f},{price + 60:.2f},{price - 60:.2f},{price + 10:.2f},12.5")
    data = shared.state / "data"
    data.mkdir(exist_ok=True)
    (data / "waves.csv").write_text("\n".join(rows) + "\n")
    return "waves.csv"


def test_a_backtest_gives_figures_trades_and_equity(client: Client, candle_file: str) -> None:
    told: list[BacktestProgress] = []
    spec = bot_spec("BTCUSDT", "rsi", parameters={"period": 2, "oversold": 40}, interval="1m", capital=1000)
    result = client.backtest(spec, RunBacktestRequest(data_file=candle_file), progress=told.append)
    assert told and {one.candles_total for one in told} == {result.result.candles} == {CANDLES}
    done = [one.candles_done for one in told]
    assert done == sorted(done) and 0 < done[0] <= done[-1] <= CANDLES
    assert result.figures["starting_capital"] == 1000 and isinstance(result.figures["start"], datetime)
    assert "rsi" in result.title and result.notes
    trades, equity = result.trades(decimals=True), result.equity()
    assert len(trades) == result.figures["trades"] == result.stats.trades
    net = sum(trades["profit"], Decimal(0))
    assert abs(net - Decimal(str(result.figures["net_profit"]))) < len(trades) * Decimal("1e-7"), "each is a sum of rounded values"
    assert str(trades["closed_time"].dtype) == "datetime64[ns, UTC]" and (trades["closed_time"] >= trades.index).all()
    assert str(equity.index.dtype) == "datetime64[ns, UTC]" and equity["equity"].notna().all()


def test_a_backtest_that_is_refused_says_why(client: Client) -> None:
    with pytest.raises(BotdError) as caught:
        client.backtest(bot_spec("BTCUSDT", "nothing", capital=1000))
    assert caught.value.reason
    with pytest.raises(BotdError):
        client.backtest(bot_spec("BTCUSDT", "rsi", capital=1000), RunBacktestRequest(data_file="none.csv"))


def test_the_same_from_asyncio(shared: Daemon, candle_file: str) -> None:
    async def main() -> None:
        async with AsyncClient(shared.address) as client:
            candles = await client.candles("ETHUSDT", limit=10)
            assert len(candles) == 10
            assert (await client.trades_frame(bot_ids=["busy-ethusdt"]))["bot_id"].eq("busy-ethusdt").all()
            assert (await client.equity())["equity"].notna().all()
            told: list[BacktestProgress] = []
            spec = bot_spec("BTCUSDT", "rsi", interval="1m", capital=500)
            result = await client.backtest(spec, RunBacktestRequest(data_file=candle_file), progress=told.append)
            assert told and result.figures["starting_capital"] == 500

    asyncio.run(main())
