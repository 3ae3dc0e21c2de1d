"""The scenario that every client of botd plays in its tests: `python -m botd.scenario --address A --bot ID --symbol S`.

It creates and starts a bot, follows its fills from the beginning through restarts of the daemon, stops the bot on a line `stop`, and
lists its fills. It writes JSON, an object a line.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from . import BotdError, Client, DeadlineExceeded, Subscription, TradeItem, bot_spec
from .v1 import SIDE_BUY, Trade

PAGE = 50
TAIL_SECONDS = 20.0


def say(**fields: object) -> None:
    """One line of output."""
    print(json.dumps(fields), flush=True)


def facts(trade: Trade) -> dict[str, object]:
    """What is told of a fill."""
    return {
        "sequence": trade.sequence,
        "previous_sequence": trade.previous_sequence,
        "trade_id": trade.trade_id,
        "symbol": trade.symbol,
        "client_order_id": trade.client_order_id,
        "price": trade.price,
        "quantity": trade.quantity,
        "side": "BUY" if trade.side == SIDE_BUY else "SELL",
    }


class Scenario:
    """One run."""

    def __init__(self, client: Client, bot: str, symbol: str, bookmark_file: Path | None) -> None:
        self._client = client
        self._bot = bot
        self._symbol = symbol
        self._bookmark_file = bookmark_file
        self._last = 0

    def run(self) -> None:
        """All of it."""
        spec = bot_spec(self._symbol, "ema_cross", parameters={"fast": 2, "slow": 3}, interval="1m", capital=10_000)
        self._client.create_bot(bot_id=self._bot, spec=spec)
        self._client.start_bot(bot_id=self._bot)
        say(ready=True)
        stopped = threading.Event()
        threading.Thread(target=self._wait_for_stop, args=(stopped,), daemon=True).start()
        with self._client.trades(from_start=True, bot_ids=[self._bot], heartbeat=1) as trades:
            self._follow(trades, stopped)
        for trade in self._client.iter_trades(bot_ids=[self._bot], page_size=PAGE):
            say(listed=facts(trade))
        say(done=True)

    def _wait_for_stop(self, stopped: threading.Event) -> None:
        for line in sys.stdin:
            if line.strip() == "stop":
                break
        stopped.set()

    def _follow(self, trades: Subscription[TradeItem], stopped: threading.Event) -> None:
        while not stopped.is_set():
            self._take(trades, 0.2)
        self._client.stop_bot(bot_id=self._bot, timeout=60)
        limit = time.monotonic() + TAIL_SECONDS
        while self._last < self._newest_sequence() and time.monotonic() < limit:
            self._take(trades, 0.2)

    def _newest_sequence(self) -> int:
        newest = self._client.list_trades(bot_ids=[self._bot], newest_first=True, page_size=1).trades
        return newest[0].sequence if newest else 0

    def _take(self, trades: Subscription[TradeItem], seconds: float) -> None:
        try:
            item = trades.receive(seconds)
        except DeadlineExceeded:
            return
        if item is None:
            return
        say(**facts(item.trade))
        self._last = item.trade.sequence
        if self._bookmark_file is not None:
            self._bookmark_file.write_text(f"{item.bookmark}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The program; gives its exit code."""
    parser = argparse.ArgumentParser(prog="botd.scenario", description="Plays the clients' shared scenario.")
    parser.add_argument("--address", required=True)
    parser.add_argument("--bot", required=True)
    parser.add_argument("--symbol", required=True)
    parser.add_argument("--bookmark-file", type=Path)
    given = parser.parse_args(arguments)
    try:
        with Client(given.address, timeout=60) as client:
            Scenario(client, given.bot, given.symbol, given.bookmark_file).run()
    except (BotdError, ValueError, OSError) as error:
        print(f"botd.scenario: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
