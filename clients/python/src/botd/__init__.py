"""Client of botd, a trading daemon for Binance spot.

>>> from botd import Bookmark, bot_spec
>>> bot_spec("BTCUSDT", "rsi", capital=1000).symbol
'BTCUSDT'

`Client` and `AsyncClient` have one method for each method of the daemon's services, and subscriptions that survive restarts. The
messages are in `botd.v1`.
"""

from ._settings import tls_context
from ._stream import AsyncStream, Stream
from ._version import VERSION as __version__
from .address import Address, default_address
from .async_client import AsyncClient
from .backtest import Backtest
from .bookmark import Bookmark
from .client import Client
from .errors import (
    BotdError,
    Code,
    ConnectionLost,
    ConnectionRefused,
    DaemonTooOld,
    DeadlineExceeded,
    HistoryTrimmed,
    JournalChanged,
    MessageTooLarge,
    PeerNotTTRPC,
    ReaderTooSlow,
    Violation,
)
from .items import EventItem, TradeItem
from .spec import bot_spec
from .subscription import AsyncSubscription, Subscription
from .values import decimal_text, nanoseconds, to_datetime, to_decimal

__all__ = [
    "Address",
    "AsyncClient",
    "AsyncStream",
    "AsyncSubscription",
    "Backtest",
    "Bookmark",
    "BotdError",
    "Client",
    "Code",
    "ConnectionLost",
    "ConnectionRefused",
    "DaemonTooOld",
    "DeadlineExceeded",
    "EventItem",
    "HistoryTrimmed",
    "JournalChanged",
    "MessageTooLarge",
    "PeerNotTTRPC",
    "ReaderTooSlow",
    "Stream",
    "Subscription",
    "TradeItem",
    "Violation",
    "__version__",
    "bot_spec",
    "decimal_text",
    "default_address",
    "nanoseconds",
    "tls_context",
    "to_datetime",
    "to_decimal",
]
