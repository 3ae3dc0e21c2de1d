"""`botd-strategies check`: what it finds, and what it leaves alone."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest
from strategy_peers import CANDLES

from botd.strategies.command import main

HEAD = """
import random
from pathlib import Path
from botd.strategies import TradingStrategy, Signal

class Tested(TradingStrategy):
"""
SOUND = """
    warm_up = 20
    def analyze(self, df, symbol):
        mean = df["close"].tail(20).mean()
        last = df["close"].iloc[-1]
        return {"signal": "BUY" if last > mean * 1.001 else "SELL" if last < mean * 0.999 else "HOLD"}
"""
SHORT_WARM_UP = """
    warm_up = 20
    def analyze(self, df, symbol):
        mean = df["close"].ewm(span=60, adjust=False).mean().iloc[-1]
        last = df["close"].iloc[-1]
        return {"signal": "BUY" if last > mean else "SELL"}
"""
READS_A_FILE = """
    warm_up = 0
    def __init__(self):
        super().__init__()
        lines = Path(%r).read_text().split()[1:]
        self.closes = {int(line.split(",")[0]) * 1_000_000: float(line.split(",")[4]) for line in lines}
    def on_candle(self, candle, position):
        later = self.closes.get(candle.open_time_ns + 60_000_000_000, candle.close)
        return Signal.buy() if later > candle.close else Signal.sell()
"""
SHARED_MEMORY = """
    warm_up = 0
    seen = []
    def on_candle(self, candle, position):
        self.seen.append(candle.close)
        return Signal.buy() if len(self.seen) % 3 == 0 else None
"""
PEEKS = """
    warm_up = 0
    series = {}
    def on_candle(self, candle, position):
        known = Tested.series.get(candle.open_time_ns + 60_000_000_000)
        Tested.series[candle.open_time_ns] = candle.close
        if known is None:
            return None
        return Signal.buy() if known > candle.close else Signal.sell()
"""
MEMORY = """
    history = 50
    def __init__(self):
        super().__init__()
        self.count = 0
    def on_candle(self, candle, position):
        self.count += 1
        return Signal.buy() if self.count % 70 == 0 else None
"""
CHANCE = """
    def on_candle(self, candle, position):
        return random.choice([None, Signal.buy(), Signal.sell()])
"""
FAILS = """
    def on_candle(self, candle, position):
        return Signal.buy() if candle.close < 30_050 else 1 / 0
"""
QUIET = """
    def on_candle(self, candle, position):
        return None
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Candles as botctl writes them."""
    path = tmp_path / "ethusdt-1m-2024.csv"
    lines = ["open_time,open,high,low,close,volume"]
    lines += [f"{c.open_time_ns // 1_000_000},{c.open},{c.high},{c.low},{c.close},{c.volume}" for c in CANDLES[:1_300]]
    path.write_text("\n".join(lines) + "\n")
    return path


def check(tmp_path: Path, body: str, *arguments: str) -> int:
    source = tmp_path / "tested.py"
    source.write_text(HEAD + body)
    sys.modules.pop("tested", None)
    return main(["check", str(source), *arguments])


@pytest.mark.parametrize("body", [SOUND, QUIET])
def test_sound(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str], body: str) -> None:
    assert check(tmp_path, body, "--candles", str(file)) == 0
    output = capsys.readouterr().out
    assert [line.split()[1] for line in output.splitlines()[1:5]] == ["again", "other", "restart", "warm-up"]
    assert ("nothing is proved" in output) == (body is QUIET)


@pytest.mark.parametrize(
    "body, test, said",
    [
        (SHORT_WARM_UP, "warm-up", "tested: warm-up: its signals depend on more history than it asks for: set warm_up = "),
        (SHARED_MEMORY, "again", "tested: not repeatable: chance, the clock, or memory that bots share"),
        (PEEKS, "again", "tested: not repeatable"),
        (MEMORY, "restart", "tested: memory: a bot started there, with 50 candles of history, decides otherwise"),
        (CHANCE, "again", "tested: not repeatable"),
        (FAILS, "run", "tested: it raised ZeroDivisionError: division by zero"),
    ],
)
def test_findings(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str], body: str, test: str, said: str) -> None:
    assert check(tmp_path, body, "--candles", str(file)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith(said) for line in lines), lines
    row = next(line for line in lines if line.startswith(f"tested    {test}"))
    assert "2024-01-01 " in row or "2024-01-02 " in row, "the table says where"


def test_look_ahead_from_a_file(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It reads the candle that comes next from a file of its own."""
    assert check(tmp_path, READS_A_FILE % str(file), "--candles", str(file)) == 1
    assert "tested: look-ahead: the same prices 28 years apart gave other signals" in capsys.readouterr().out


def test_compressed_and_limited(tmp_path: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = tmp_path / "ethusdt-1m-2024.csv.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert check(tmp_path, SOUND, "--candles", str(packed), "--limit", "600") == 0
    assert "again        600" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--candles", "/nonexistent.csv"], "/nonexistent.csv cannot be read"),
        (["--limit", "1"], "--limit is at least 2, not 1"),
        (["--param", "x"], 'a parameter is NAME=VALUE, not "x"'),
        (["--param", "x=1"], "there is no parameter x"),
        (["--strategy", "other"], "there is no strategy other; there is tested"),
    ],
)
def test_wrong_arguments(tmp_path: Path, caplog: pytest.LogCaptureFixture, arguments: list[str], said: str) -> None:
    assert check(tmp_path, QUIET, *arguments) == 1
    assert said in caplog.text


@pytest.mark.parametrize(
    "text, said",
    [
        ("a,b\n1,2\n", "the first line must name open_time, open, high, low, close, volume"),
        ("open_time,open,high,low,close,volume\n1704067200000,1,1,1,x,1\n", "line 2"),
        ("open_time,open,high,low,close,volume\n17,1,1,1,1,1\n", "line 2"),
        ("open_time,open,high,low,close,volume\n1704067260000,1,1,1,1,1\n1704067200000,1,1,1,1,1\n", "not in order"),
        ("open_time,open,high,low,close,volume\n1704067200000,1,1\n", "line 2"),
        ("", "the first line must name"),
    ],
)
def test_wrong_candles(tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, said: str) -> None:
    file = tmp_path / "c.csv"
    file.write_text(text)
    assert check(tmp_path, QUIET, "--candles", str(file)) == 1
    assert said in caplog.text
