"""The command `botd-strategies`: serves strategies, and checks them."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import re
import signal
import ssl
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from .._settings import tls_context
from ..async_client import AsyncClient
from ..errors import BotdError
from ._base import HISTORY_CANDLES_MAX
from ._bot import Shared
from ._catalogue import LoadError, catalogue
from ._load import load
from ._serve import StrategyServer

STOP_SECONDS = 10
_LOG = logging.getLogger("botd.strategies")
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000}


def main(arguments: Sequence[str] | None = None) -> int:
    """Gives the exit status: 0 after a signal or a check without findings, 1 for an error or a finding; 2 for wrong arguments."""
    given = _parser().parse_args(arguments)
    _log_to_standard_error()
    try:
        if given.command == "check":
            from ._check_command import check

            return check(given)
        return asyncio.run(_run(given))
    except (BotdError, ValueError) as error:
        _LOG.error("%s", error)
        return 1
    except LoadError as error:
        _LOG.error("%s", error, exc_info=error.__cause__)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="botd-strategies", description="Serves trading strategies written in Python to botd.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="serve strategies until SIGINT or SIGTERM")
    run.add_argument("sources", nargs="+", metavar="FILE.py", help="file or module with subclasses of TradingStrategy")
    run.add_argument("--address", help="unix:PATH or tcp://HOST:PORT; else BOTD_ADDRESS, else the daemon's default socket")
    run.add_argument("--deadline", type=deadline_ms, default=5_000, help="longest time for an answer, 10ms to 60s (default: 5s)")
    run.add_argument(
        "--history", type=history, default=HISTORY_CANDLES_MAX, help="rows of the DataFrame for strategies without `history`, 1 to 500 (default: 500)"
    )
    run.add_argument("--token-file", type=Path, help="file with the access token (for TCP); else BOTD_TOKEN")
    run.add_argument("--tls-ca", help="certificate authority of the daemon (PEM); switches TLS on")
    run.add_argument("--tls-cert", help="the client's certificate (PEM)")
    run.add_argument("--tls-key", help="the client's private key (PEM); else it is in the file of --tls-cert")
    check = commands.add_parser("check", help="look for a look-ahead and for too short a warm-up")
    check.add_argument("sources", nargs="+", metavar="FILE.py", help="file or module with subclasses of TradingStrategy")
    check.add_argument("--candles", help="CSV or CSV.gz with open_time,open,high,low,close,volume; else made-up candles")
    check.add_argument("--strategy", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    check.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="value of a parameter; may be repeated")
    check.add_argument("--limit", type=int, default=2_000, help="newest candles of the file that are used (default: 2000)")
    return parser


def deadline_ms(text: str) -> int:
    """A time such as "5s", "500ms", "1m" or "5" (seconds), in ms.

    Raises:
        ArgumentTypeError: it is none, or not from 10 ms to 60 s.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m)?", text)
    value = round(float(match[1]) * _UNITS[match[2] or "s"]) if match else 0
    if not 10 <= value <= 60_000:
        raise argparse.ArgumentTypeError(f'a deadline is from 10ms to 60s, not "{text}"')
    return value


def history(text: str) -> int:
    """A number of candles from 1 to 500.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not re.fullmatch(r"\d{1,3}", text) or not 1 <= int(text) <= HISTORY_CANDLES_MAX:
        raise argparse.ArgumentTypeError(f'a history is from 1 to {HISTORY_CANDLES_MAX} candles, not "{text}"')
    return int(text)


def _log_to_standard_error() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s.%(msecs)03dZ %(message)s", datefmt="%Y-%m-%dT%H:%M:%S")
    logging.Formatter.converter = time.gmtime
    _LOG.setLevel(logging.INFO)


async def _run(given: argparse.Namespace) -> int:
    strategies = catalogue(load(given.sources), given.history)
    token = _token(given)
    tls = _tls(given)
    stop = asyncio.Event()
    _stop_on_signals(stop)
    async with AsyncClient(given.address, token=token, tls=tls, name="botd-strategies") as client:
        await StrategyServer(client, Shared(strategies, given.history, _LOG, given.deadline)).run(stop)
    return 0


def _token(given: argparse.Namespace) -> str | None:
    if given.token_file is None:
        return None
    try:
        return str(given.token_file.read_text()).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the token file {given.token_file} cannot be read: {error}") from None


def _tls(given: argparse.Namespace) -> ssl.SSLContext | bool:
    if given.tls_key and not given.tls_cert:
        raise ValueError("--tls-key needs --tls-cert")
    if not (given.tls_ca or given.tls_cert):
        return False
    try:
        return tls_context(given.tls_ca, given.tls_cert, given.tls_key)
    except OSError as error:
        files = ", ".join(file for file in (given.tls_ca, given.tls_cert, given.tls_key) if file)
        raise ValueError(f"the certificates ({files}) cannot be used: {error}") from None


def _stop_on_signals(stop: asyncio.Event) -> None:
    """The first SIGINT or SIGTERM stops in order, the second at once. These handlers run even while a strategy keeps the event loop busy; one
    that does not return within 10 s is not waited for.
    """
    loop = asyncio.get_running_loop()

    def ask(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)
        for known in (signal.SIGINT, signal.SIGTERM):
            signal.signal(known, leave)
        signal.alarm(STOP_SECONDS)

    def leave(number: int, frame: FrameType | None) -> None:
        os.write(2, b"ended at once: a strategy may not have returned\n")
        os._exit(1)

    signal.signal(signal.SIGALRM, leave)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    # A parent may have started this process with signals blocked: the mask is inherited.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGALRM))
