"""Creates a bot, starts it, follows its fills through restarts of the daemon, and stops it.

    python follow_fills.py [--symbol BTCUSDT] [--fills 10] [--bookmark-file FILE]

The daemon is found by BOTD_ADDRESS, or at its default socket. Stop and start it while this runs: no fill is lost, none comes twice.
With a bookmark file a second run goes on behind the last fill of the first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from botd import Bookmark, BotdError, Client, bot_spec
from botd.v1 import SIDE_BUY

BOT = "follow-fills"


def create(client: Client, symbol: str) -> None:
    """The bot, unless an earlier run left it."""
    spec = bot_spec(symbol, "ema_cross", parameters={"fast": 2, "slow": 3}, interval="1m", capital=10_000)
    try:
        client.create_bot(bot_id=BOT, spec=spec)
    except BotdError as error:
        if error.reason != "BOT_EXISTS":
            raise


def follow(client: Client, fills: int, bookmark_file: Path | None) -> None:
    """Prints so many fills."""
    stored = bookmark_file is not None and bookmark_file.exists()
    after = Bookmark.parse(bookmark_file.read_text()) if bookmark_file is not None and stored else None
    with client.trades(after, from_start=after is None, bot_ids=[BOT]) as trades:
        for _ in range(fills):
            item = next(trades)
            side = "bought" if item.trade.side == SIDE_BUY else "sold"
            print(f"{item.time} {side} {item.quantity} {item.trade.symbol} at {item.price}", flush=True)
            if bookmark_file is not None:
                bookmark_file.write_text(str(item.bookmark))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--symbol", default="BTCUSDT")
    parser.add_argument("--fills", type=int, default=10)
    parser.add_argument("--bookmark-file", type=Path)
    given = parser.parse_args()
    with Client() as client:
        create(client, given.symbol)
        client.start_bot(bot_id=BOT)
        try:
            follow(client, given.fills, given.bookmark_file)
        finally:
            client.stop_bot(bot_id=BOT, timeout=60)


if __name__ == "__main__":
    main()
