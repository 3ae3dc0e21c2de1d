"""Candles for a check: from CSV files as `botctl backtest` reads them, or made up."""

from __future__ import annotations

import csv
import gzip
import math
import random
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ..v1.marketdata_pb2 import Candle as WireCandle

_REQUIRED = ("open_time", "open", "high", "low", "close", "volume")
_NANOSECONDS_PER = {13: 1_000_000, 16: 1_000, 19: 1}
_MINUTE_NS = 60_000_000_000
_FIRST_NS = 1_704_067_200_000_000_000
_NAME = re.compile(r"([A-Za-z0-9]+(?:[_/][A-Za-z0-9]+)?)-(\d+(?:mo|[smhdw]))\b")


class CandleFileError(ValueError):
    """A file of candles cannot be used; the text names the line."""


@dataclass(frozen=True)
class Series:
    """Candles of one symbol, in order."""

    symbol: str
    interval: str
    candles: Sequence[WireCandle]


def read(path: str, limit: int) -> Series:
    """The newest `limit` candles of a file. Symbol and interval come from its name, such as "btcusdt-5m-2024.csv".

    Raises:
        CandleFileError: it cannot be read, or a row is wrong.
    """
    newest: deque[WireCandle] = deque(maxlen=limit)
    try:
        with _opened(path) as file:
            last = 0
            for candle in _rows(path, file):
                if candle.open_time_ns <= last:
                    raise CandleFileError(f"{path}: the candles are not in order")
                last = candle.open_time_ns
                newest.append(candle)
    except (OSError, UnicodeDecodeError) as error:
        raise CandleFileError(f"{path} cannot be read: {error}") from None
    name = _NAME.search(Path(path).name)
    symbol, interval = (re.sub("[_/]", "", name[1]).upper(), name[2]) if name else ("BTCUSDT", _interval(newest))
    return Series(symbol, interval, list(newest))


def _opened(path: str) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8-sig", newline="") if path.endswith(".gz") else open(path, encoding="utf-8-sig", newline="")


def _rows(path: str, file: TextIO) -> Iterator[WireCandle]:
    reader = csv.DictReader(file)
    missing = [name for name in _REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise CandleFileError(f"{path}: the first line must name {', '.join(_REQUIRED)}; {', '.join(missing)} is missing")
    for row in reader:
        try:
            yield _candle(row)
        except (KeyError, TypeError, ValueError) as error:
            raise CandleFileError(f"{path}, line {reader.line_num}: {row} is no candle ({error})") from None


def _candle(row: dict[str, str]) -> WireCandle:
    time_ns = int(row["open_time"]) * _NANOSECONDS_PER[len(row["open_time"])]
    for name in _REQUIRED[1:]:
        float(row[name])
    return WireCandle(
        open_time_ns=time_ns,
        close_time_ns=time_ns + _MINUTE_NS,
        open=row["open"],
        high=row["high"],
        low=row["low"],
        close=row["close"],
        volume=row["volume"],
        quote_volume=row.get("quote_volume") or "",
        trades=int(row.get("trades") or 0),
        is_closed=True,
    )


def _interval(candles: Sequence[WireCandle]) -> str:
    if len(candles) < 2:
        return "1m"
    minutes = (candles[1].open_time_ns - candles[0].open_time_ns) // _MINUTE_NS
    return f"{minutes // 60}h" if minutes and minutes % 60 == 0 else f"{max(1, minutes)}m"


def made_up(count: int, seed: int = 9) -> Series:
    """Candles of one minute on a random walk with waves, always the same ones for a seed."""
    chance = random.Random(seed)
    price, candles = 30_000.0, list[WireCandle]()
    for number in range(count):
        start, drift = price, 0.0006 * math.sin(number / 47) + 0.0004 * math.sin(number / 11)
        path = [price := price * math.exp(drift / 4 + chance.gauss(0, 0.0006)) for _ in range(4)]
        volume = chance.uniform(1, 20)
        time_ns = _FIRST_NS + number * _MINUTE_NS
        candles.append(
            WireCandle(
                open_time_ns=time_ns,
                close_time_ns=time_ns + _MINUTE_NS,
                open=f"{start:.2f}",
                high=f"{max(start, *path):.2f}",
                low=f"{min(start, *path):.2f}",
                close=f"{price:.2f}",
                volume=f"{volume:.5f}",
                quote_volume=f"{volume * price:.2f}",
                trades=chance.randrange(10, 500),
                is_closed=True,
            )
        )
    return Series("BTCUSDT", "1m", candles)
