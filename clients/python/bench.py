"""Measures the Python client against a daemon: `bench.py --address ADDR [--asyncio]` prints one JSON line.

Calls are `SystemService.Ping` with 100 bytes, one in flight; their time is from the call to the decoded answer. Items are events: the whole
journal is followed from its start until it is caught up, again and again, each event decoded and checked for gaps. What is measured is thus
the daemon's half as well. Use a daemon whose journal holds some thousand events, or opening the subscription is most of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time

from botd import AsyncClient, Client

PAYLOAD = b"x" * 100
WARM_UP = 500


def report(client: str, times: list[float], items: int, seconds: float) -> None:
    """The line. `times` are those of the calls, in seconds."""
    ordered = sorted(times)
    figures = {
        "client": client,
        "calls_per_second": round(len(times) / sum(times)),
        "p50_us": round(ordered[len(ordered) // 2] * 1e6, 1),
        "p99_us": round(ordered[len(ordered) * 99 // 100] * 1e6, 1),
        "items_per_second": round(items / seconds),
    }
    print(json.dumps(figures), flush=True)


def measure(client: Client, calls: int, seconds: float) -> None:
    """The synchronous client."""
    times: list[float] = []
    for _ in range(WARM_UP + calls):
        start = time.perf_counter()
        client.ping(payload=PAYLOAD)
        times.append(time.perf_counter() - start)
    items, begin = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < seconds or not items:
        with client.events(from_start=True) as events:
            while not events.caught_up:
                next(events)
                items += 1
    report("python", times[WARM_UP:], items, elapsed)


async def measure_asyncio(client: AsyncClient, calls: int, seconds: float) -> None:
    """The asynchronous client."""
    times: list[float] = []
    for _ in range(WARM_UP + calls):
        start = time.perf_counter()
        await client.ping(payload=PAYLOAD)
        times.append(time.perf_counter() - start)
    items, begin = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < seconds or not items:
        async with client.events(from_start=True) as events:
            while not events.caught_up:
                await events.receive()
                items += 1
    report("python asyncio", times[WARM_UP:], items, elapsed)


async def with_asyncio(given: argparse.Namespace) -> None:
    async with AsyncClient(given.address) as client:
        await measure_asyncio(client, given.calls, given.seconds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", required=True)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long items are followed")
    parser.add_argument("--asyncio", action="store_true", help="the asynchronous client")
    given = parser.parse_args()
    if given.asyncio:
        asyncio.run(with_asyncio(given))
    else:
        with Client(given.address) as client:
            measure(client, given.calls, given.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
