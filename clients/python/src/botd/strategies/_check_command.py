"""`botd-strategies check`: the comparisons as a table."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence

from ..values import to_datetime
from ._base import HISTORY_CANDLES_MAX
from ._candle_file import Series, made_up, read
from ._catalogue import LoadError, Served, catalogue
from ._check import Check, Row
from ._load import load

_HEADER = ("strategy", "test", "candles", "signals", "differ", "first difference")


def check(given: argparse.Namespace) -> int:
    """Checks strategies. Gives the exit status: 1 where something was found.

    Raises:
        LoadError: they cannot be loaded.
        ValueError: the candles or a parameter are wrong.
    """
    if given.limit < 2:
        raise ValueError(f"--limit is at least 2, not {given.limit}")
    strategies = _chosen(catalogue(load(given.sources), HISTORY_CANDLES_MAX), given.strategy)
    parameters = dict(_pair(text) for text in given.param)
    series = read(given.candles, given.limit) if given.candles else made_up(given.limit)
    lines: list[tuple[str, ...]] = [_HEADER]
    notes: list[str] = []
    findings: list[str] = []
    for served in strategies:
        rows = asyncio.run(Check(served, parameters, series).run())
        lines += [_line(served.name, row, series) for row in rows]
        findings += [f"{served.name}: {row.finding}" for row in rows if row.finding]
        if not any(row.signals for row in rows):
            notes.append(f"{served.name}: no signal came on these candles, so nothing is proved")
    _print(lines)
    for text in [*notes, *findings]:
        print(text)
    return 1 if findings else 0


def _chosen(strategies: Mapping[str, Served], names: Sequence[str]) -> list[Served]:
    for name in names:
        if name not in strategies:
            raise LoadError(f"there is no strategy {name}; there is {', '.join(strategies)}")
    return [served for name, served in strategies.items() if not names or name in names]


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise ValueError(f'a parameter is NAME=VALUE, not "{text}"')
    return name, value


def _line(name: str, row: Row, series: Series) -> tuple[str, ...]:
    first = ""
    if row.differences:
        index, before, now = row.differences[0]
        time = to_datetime(series.candles[index].open_time_ns)
        first = f"{time:%Y-%m-%d %H:%M} {before + ' -> ' if before else ''}{now}"
    return (name, row.test, str(row.compared), str(row.signals), str(len(row.differences)), first)


def _print(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
