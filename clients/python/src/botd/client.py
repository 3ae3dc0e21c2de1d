"""The synchronous client."""

from __future__ import annotations

import ssl
import weakref
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from google.protobuf.message import Message

from . import _followers, frames
from ._call import Bidirectional, ServerStreaming, Unary
from ._calls import ServiceCalls
from ._channel import Channel
from ._follow import Follower
from ._pages import CandlePages
from ._request_id import with_request_id
from ._resume import Resumption
from ._settings import STREAM_BUFFER_BYTES, TIMEOUT_SECONDS, settings
from ._source import Source
from ._stream import Stream
from .backtest import Backtest, Collector, ProgressCallback
from .bookmark import Bookmark
from .items import EventItem, TradeItem
from .subscription import Subscription
from .v1.backtest_pb2 import RunBacktestRequest
from .v1.bot_pb2 import BotSpec
from .v1.event_pb2 import EventKind
from .v1.marketdata_pb2 import Candle, Ticker
from .v1.system_pb2 import GetHealthResponse
from .values import nanoseconds

if TYPE_CHECKING:
    import pandas

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
T = TypeVar("T")
HEARTBEAT_SECONDS = 10.0


class Client(ServiceCalls):
    """A daemon, from threads: every method of its services, subscriptions, DataFrames. Safe to use from many threads.

    It connects with the first call, and again when the connection broke: one connection for calls, one for subscriptions. A call that
    finds the daemon unavailable is repeated until its deadline, a change under the same `request_id`, so it happens once.

    Args:
        address: "unix:PATH" or "tcp://HOST:PORT"; None: the environment variable BOTD_ADDRESS, else the daemon's default socket.
        timeout: Seconds that a call may take in all, unless it says otherwise.
        token: Access token, sent on each new connection; None: the environment variable BOTD_TOKEN.
        tls: For tcp addresses: a context (see `tls_context`), or True for the authorities that the system trusts.
        name: Name of this program in the daemon's log.
        stream_buffer_bytes: Most bytes that wait for the reader of one stream; a reader that falls behind that far resumes.

    Raises:
        ValueError: when an argument makes no sense. Nothing is connected yet.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        timeout: float = TIMEOUT_SECONDS,
        token: str | None = None,
        tls: ssl.SSLContext | bool = False,
        name: str | None = None,
        stream_buffer_bytes: int = STREAM_BUFFER_BYTES,
    ) -> None:
        given = settings(address, timeout, token, tls, name, stream_buffer_bytes)
        self._calls, self._streams = Channel(given), Channel(given)
        self._finalizers = [weakref.finalize(self, channel.close) for channel in (self._calls, self._streams)]

    @property
    def address(self) -> str:
        """Where the daemon is."""
        return str(self._calls.settings.address)

    def close(self) -> None:
        """Closes the connections. Calls and subscriptions that are under way end with an error."""
        for finalizer in self._finalizers:
            finalizer()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # The ways to call

    def _unary(self, method: Unary[Q, R], request: Q, timeout: float | None) -> R:
        return self._calls.unary(method, with_request_id(request), timeout)

    def _server_streaming(self, method: ServerStreaming[Q, R], request: Q, timeout: float | None) -> Stream[Q, R]:
        return self._streams.server_streaming(method, request, timeout)

    def _bidirectional(self, method: Bidirectional[Q, R], request: Q | None, timeout: float | None) -> Stream[Q, R]:
        return self._streams.bidirectional(method, request, timeout)

    def _follow(self, follower: Follower[Q, R, T], heartbeat: float, reconnect_timeout: float | None) -> Subscription[T]:
        resumption = Resumption(self._streams.settings.timeout, heartbeat, reconnect_timeout)
        return Subscription(Source(self._streams, follower, resumption))

    # Subscriptions

    def trades(
        self,
        after: Bookmark | None = None,
        *,
        from_start: bool = False,
        bot_ids: Iterable[str] = (),
        symbols: Iterable[str] = (),
        heartbeat: float = HEARTBEAT_SECONDS,
        max_batch: int = 0,
        reconnect_timeout: float | None = None,
    ) -> Subscription[TradeItem]:
        """Follows fills: each once, in order, none missing, over restarts of the daemon.

        Args:
            after: Goes on behind this bookmark; None: from now on.
            from_start: With all history first.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            heartbeat: Seconds between signs of life, 0.1 to 3600; three missing ones are a dead connection.
            max_batch: Most fills in one message; 0: the daemon's choice.
            reconnect_timeout: Seconds after which a lost daemon is an error; None: it is awaited for ever.
        """
        follower = _followers.trades(after, from_start, bot_ids, symbols, heartbeat, max_batch)
        return self._follow(follower, heartbeat, reconnect_timeout)

    def events(
        self,
        after: Bookmark | None = None,
        *,
        from_start: bool = False,
        bot_ids: Iterable[str] = (),
        kinds: Iterable[EventKind] = (),
        heartbeat: float = HEARTBEAT_SECONDS,
        max_batch: int = 0,
        reconnect_timeout: float | None = None,
    ) -> Subscription[EventItem]:
        """Follows everything that happens: bots, signals, orders, fills, alerts, limits, health. Arguments as in `trades`.

        Args:
            kinds: Only these kinds, for example `botd.v1.EVENT_KIND_ORDER`; empty: all.
        """
        follower = _followers.events(after, from_start, bot_ids, kinds, heartbeat, max_batch)
        return self._follow(follower, heartbeat, reconnect_timeout)

    def follow_candles(
        self,
        symbols: Iterable[str] | str,
        interval: str = "1m",
        *,
        after_open_time: datetime | int | None = None,
        include_open: bool = False,
        heartbeat: float = HEARTBEAT_SECONDS,
        reconnect_timeout: float | None = None,
    ) -> Subscription[Candle]:
        """Follows candles. After a lost connection the closed candles since the last one come first, as far as the daemon has them.

        Args:
            symbols: One symbol or more.
            interval: For example "1m".
            after_open_time: First the closed candles that open after this time; None: no history.
            include_open: Also each change of the candle that is still open.
            heartbeat: As in `trades`.
            reconnect_timeout: As in `trades`.
        """
        follower = _followers.candles(symbols, interval, after_open_time, include_open, heartbeat)
        return self._follow(follower, heartbeat, reconnect_timeout)

    def follow_tickers(
        self,
        symbols: Iterable[str] | str,
        *,
        min_interval: float = 0.0,
        heartbeat: float = HEARTBEAT_SECONDS,
        reconnect_timeout: float | None = None,
    ) -> Subscription[Ticker]:
        """Follows prices. The latest wins: a slow reader skips prices.

        Args:
            symbols: One symbol or more.
            min_interval: Least seconds between two prices of one symbol; 0: every change.
            heartbeat: As in `trades`.
            reconnect_timeout: As in `trades`.
        """
        return self._follow(_followers.tickers(symbols, min_interval, heartbeat), heartbeat, reconnect_timeout)

    def follow_health(
        self, *, heartbeat: float = HEARTBEAT_SECONDS, reconnect_timeout: float | None = None
    ) -> Subscription[GetHealthResponse]:
        """Follows the health of all parts: at once, and after each change. Arguments as in `trades`."""
        return self._follow(_followers.health(heartbeat), heartbeat, reconnect_timeout)

    # Research

    def backtest(
        self,
        spec: BotSpec,
        request: RunBacktestRequest | None = None,
        *,
        from_time: datetime | int | None = None,
        to_time: datetime | int | None = None,
        progress: ProgressCallback | None = None,
        timeout: float | None = None,
    ) -> Backtest:
        """Runs a backtest in the daemon, on the candles it holds or on a file in its data directory.

        Args:
            spec: The bot to run, see `bot_spec`.
            request: Everything else: `data_file`, fees, `symbols`, `limits`, ...
            from_time: First candle; None: the oldest there is.
            to_time: End, exclusive; None: the newest there is.
            progress: Called with each sign of progress.
            timeout: Seconds until the deadline of the whole run; None: 600.
        """
        collector = Collector(progress)
        stream = self.run_backtest(
            request,
            spec=spec,
            from_time_ns=nanoseconds(from_time),
            to_time_ns=nanoseconds(to_time),
            include_trades=True,
            timeout=timeout,
        )
        with stream:
            for message in stream:
                collector.add(message)
        return collector.done()

    # DataFrames

    def candles(
        self,
        symbol: str,
        interval: str = "1m",
        *,
        limit: int = 200,
        before: datetime | int | None = None,
        include_open: bool = False,
        decimals: bool = False,
    ) -> pandas.DataFrame:
        """The newest candles that the daemon holds, oldest first, see `botd.frames.candles_frame`.

        Args:
            symbol: For example "BTCUSDT".
            interval: For example "1m".
            limit: How many closed ones at most; they are fetched a thousand at a time.
            before: Only candles that open before this time; None: up to now.
            include_open: Also the one that is still open, where there is one, on top of `limit`.
            decimals: Decimals instead of float64.
        """
        pages = CandlePages(limit, nanoseconds(before) or 0)
        while pages.size:
            answer = self.get_candles(
                symbol=symbol,
                interval=interval,
                limit=pages.size,
                before_time_ns=pages.before_ns,
                include_open=include_open and pages.is_first,
            )
            pages.add(list(answer.candles))
        return frames.candles_frame(pages.all(), decimals)

    def trades_frame(
        self, *, after_sequence: int = 0, bot_ids: Iterable[str] = (), symbols: Iterable[str] = (), decimals: bool = False
    ) -> pandas.DataFrame:
        """All fills, oldest first, see `botd.frames.trades_frame`.

        Args:
            after_sequence: Only fills with a larger sequence.
            bot_ids: Only these bots; empty: all.
            symbols: Only these symbols; empty: all.
            decimals: Decimals instead of float64.
        """
        found = self.iter_trades(after_sequence=after_sequence, bot_ids=bot_ids, symbols=symbols, page_size=1000)
        return frames.trades_frame(list(found), decimals)

    def equity(
        self,
        bot_id: str = "",
        *,
        from_time: datetime | int | None = None,
        to_time: datetime | int | None = None,
        decimals: bool = False,
    ) -> pandas.DataFrame:
        """Equity over time, see `botd.frames.equity_frame`.

        Args:
            bot_id: Of this bot; empty: of the portfolio.
            from_time: From this time on; None: from the beginning.
            to_time: Up to this time, exclusive; None: until now.
            decimals: Decimals instead of float64.
        """
        found = self.iter_equity_curve(bot_id=bot_id, from_time_ns=from_time, to_time_ns=to_time, page_size=1000)
        return frames.equity_frame(list(found), decimals)
