"""Measures what a strategy in Python costs per candle: `bench_strategies.py [--candles N]` prints one JSON line for each way to ask.

A process of its own serves two strategies that do next to nothing, over the pipe that `botctl backtest --python` uses: one with `on_candle`,
one with `analyze` and 500 rows. `us_per_candle` is the time from question to answer, divided by the candles: transport, decoding and the
DataFrame, without a strategy's own work. `cpu_us_per_candle` is what the process computed in it.
"""

from __future__ import annotations

import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from botd.strategies._candle_file import made_up
from botd.v1 import Candle, OpenStrategy, ServeStrategiesRequest, ServeStrategiesResponse, StrategyCandles, StrategyPosition

STRATEGIES = """
from botd.strategies import TradingStrategy

class Incremental(TradingStrategy):
    def __init__(self):
        super().__init__()
        self.mean = 0.0

    def on_candle(self, candle, position):
        self.mean += 0.1 * (candle.close - self.mean)

class Frames(TradingStrategy):
    warm_up = 1

    def analyze(self, df, symbol):
        return {"signal": "HOLD", "confidence": 0.0}
"""


class Pipe:
    """The process, and what it has computed."""

    def __init__(self, source: Path) -> None:
        command = [sys.executable, "-m", "botd.strategies.pipe", str(source)]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._child.stdin is not None and self._child.stdout is not None
        self._sink: BinaryIO = self._child.stdin  # type: ignore[assignment]
        self._source: BinaryIO = self._child.stdout  # type: ignore[assignment]
        self.receive()

    def receive(self) -> ServeStrategiesRequest:
        (length,) = struct.unpack(">I", self._source.read(4))
        return ServeStrategiesRequest.FromString(self._source.read(length))

    def ask(self, data: bytes) -> ServeStrategiesRequest:
        self._sink.write(struct.pack(">I", len(data)) + data)
        self._sink.flush()
        return self.receive()

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        self._sink.close()
        self._child.wait()


def measure(pipe: Pipe, instance: int, strategy: str, candles: Sequence[Candle], batch: int) -> None:
    """Asks about all candles, `batch` at a time, and prints the line."""
    opened = OpenStrategy(instance=instance, bot_id="bench", strategy=strategy, symbol="BTCUSDT", interval="1m")
    assert pipe.ask(ServeStrategiesResponse(open=opened).SerializeToString()).HasField("ready")
    questions: list[bytes] = []
    position = StrategyPosition(is_open=True, average_entry_price="30000.1")
    for at in range(0, len(candles), batch):
        part = candles[at : at + batch]
        held = range(at + 1, at + 1 + len(part))
        asked = StrategyCandles(instance=instance, number=at + 1, candles=part, position=position, bars_held=held, answer_wanted=True)
        questions.append(ServeStrategiesResponse(candles=asked).SerializeToString())
    cpu, start = pipe.cpu_seconds(), time.perf_counter()
    for question in questions:
        assert pipe.ask(question).HasField("signal")
    seconds, computed = time.perf_counter() - start, pipe.cpu_seconds() - cpu
    figures = {
        "strategy": strategy,
        "candles_per_message": batch,
        "us_per_candle": round(seconds / len(candles) * 1e6, 1),
        "cpu_us_per_candle": round(computed / len(candles) * 1e6, 1),
    }
    print(json.dumps(figures), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candles", type=int, default=50_000)
    given = parser.parse_args()
    candles = made_up(given.candles).candles
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "bench.py"
        source.write_text(STRATEGIES)
        pipe = Pipe(source)
        for instance, (strategy, batch) in enumerate([("incremental", 512), ("incremental", 1), ("frames", 512), ("frames", 1)], 1):
            measure(pipe, instance, strategy, candles, batch)
        pipe.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
