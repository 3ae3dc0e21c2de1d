"""A daemon for the tests of one module, and the waiting for what it does."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import Daemon

from botd import Client, bot_spec


def pytest_unconfigure(config: pytest.Config) -> None:
    """The very last line is the count, for whoever runs these tests among others."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    found = {name: len(reporter.stats.get(name, ())) for name in ("passed", "failed", "error", "skipped")}
    reporter.write_line(f"{found['passed']} passed, {found['failed'] + found['error']} failed, {found['skipped']} skipped")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A private folder with a short path (socket paths are short)."""
    path = Path(tempfile.mkdtemp(prefix="bp-", dir="/tmp"))
    os.chmod(path, 0o700)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def shared() -> Iterator[Daemon]:
    """A daemon with two bots that trade often; the tests of a module share it and do not stop it."""
    path = Path(tempfile.mkdtemp(prefix="bp-", dir="/tmp"))
    os.chmod(path, 0o700)
    daemon = Daemon(path).start()
    with Client(daemon.address) as client:
        create_busy_bots(client)
    yield daemon
    daemon.stop()
    shutil.rmtree(path)


@pytest.fixture
def daemon(folder: Path) -> Iterator[Daemon]:
    """A daemon of the test's own."""
    own = Daemon(folder).start()
    yield own
    own.stop()


@pytest.fixture
def client(shared: Daemon) -> Iterator[Client]:
    """A client of the shared daemon."""
    with Client(shared.address) as made:
        yield made


def create_busy_bots(client: Client) -> None:
    """Two bots that buy and sell on nearly every candle."""
    for symbol in ("BTCUSDT", "ETHUSDT"):
        parameters: dict[str, str | int] = {"period": 2, "oversold": "49.9", "overbought": "50.1"}
        spec = bot_spec(symbol, "rsi", parameters=parameters, interval="1m", capital=1000)
        client.create_bot(bot_id=f"busy-{symbol.lower()}", spec=spec, start=True)
