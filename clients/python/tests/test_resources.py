"""10,000 calls and 1,000 reconnects leave nothing behind: no descriptor, no thread, no memory."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from pathlib import Path

import pytest
from programs import Daemon

from botd import AsyncClient, Client

CALLS = 10_000
RECONNECTS = 1_000
WARM_UP = 200
GROWTH_BYTES = 3 << 20


class Usage:
    """What this process holds."""

    def __init__(self) -> None:
        gc.collect()
        self.descriptors = len(os.listdir("/proc/self/fd"))
        self.threads = threading.active_count()
        self.bytes = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def check_against(self, before: Usage) -> None:
        """Nothing has grown."""
        assert self.descriptors <= before.descriptors
        assert self.threads <= before.threads
        assert self.bytes - before.bytes < GROWTH_BYTES, f"{(self.bytes - before.bytes) / 1024:.0f} KiB more"


def calls(client: Client, count: int) -> None:
    for number in range(count):
        if number % 100:
            client.ping(payload=b"x" * 100)
        else:
            client.list_trades(page_size=50)


async def calls_async(client: AsyncClient, count: int) -> None:
    for _ in range(count // 100):
        await asyncio.gather(*[client.ping(payload=b"x" * 100) for _ in range(99)], client.list_trades(page_size=50))


def reconnects(client: Client, address: str, count: int) -> None:
    """New clients, connections that are dropped, connections that break under the client, subscriptions that are resumed."""
    with client.trades(from_start=True, max_batch=1) as trades:
        for number in range(count):
            if number % 4 == 0:
                with Client(address) as another, another.trades(from_start=True) as found:
                    another.ping()
                    next(found)
            elif number % 20 == 1:
                break_off(client)
                next(trades)
            else:
                client._calls.disconnect()  # pyright: ignore[reportPrivateUsage]
                client.ping()
    with client.follow_health() as health:  # Both connections are open in the end.
        next(health)


def break_off(client: Client) -> None:
    """The connection of the subscriptions breaks."""
    connection = client._streams._connection  # pyright: ignore[reportPrivateUsage]
    if connection is not None:
        connection._transport.shut()  # pyright: ignore[reportPrivateUsage]


async def reconnects_async(client: AsyncClient, address: str, count: int) -> None:
    async with client.trades(from_start=True, max_batch=1) as trades:
        for number in range(count):
            if number % 4 == 0:
                async with AsyncClient(address) as another, another.trades(from_start=True) as found:
                    await another.ping()
                    await found.receive(10)
            elif number % 20 == 1:
                await client._streams.disconnect()  # pyright: ignore[reportPrivateUsage]
                await trades.receive(10)
            else:
                await client._calls.disconnect()  # pyright: ignore[reportPrivateUsage]
                await client.ping()
    async with client.follow_health() as health:
        await health.receive(10)


@pytest.mark.parametrize("what", ["calls", "reconnects"])
def test_nothing_grows(shared: Daemon, what: str) -> None:
    with Client(shared.address) as client:

        def work(count: int) -> None:
            if what == "calls":
                calls(client, count)
            else:
                reconnects(client, shared.address, count)

        work(WARM_UP)
        before = Usage()
        work(CALLS if what == "calls" else RECONNECTS)
        Usage().check_against(before)


@pytest.mark.parametrize("what", ["calls", "reconnects"])
def test_nothing_grows_on_an_event_loop(shared: Daemon, what: str) -> None:
    async def main() -> None:
        async with AsyncClient(shared.address) as client:

            async def work(count: int) -> None:
                if what == "calls":
                    await calls_async(client, count)
                else:
                    await reconnects_async(client, shared.address, count)

            await work(WARM_UP)
            before = Usage()
            await work(CALLS if what == "calls" else RECONNECTS)
            Usage().check_against(before)

    asyncio.run(main())
