# Made by generate.sh from proto/botd/v1. Do not edit.
"""BacktestService: Trading the past with the same core."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from .._call import AsyncCalls, Calls, ServerStreaming, build
from .._stream import AsyncStream, Stream
from ..v1.backtest_pb2 import (
    RunBacktestRequest,
    RunBacktestResponse,
)
from ..v1.bot_pb2 import (
    BotSpec,
)
from ..v1.risk_pb2 import (
    RiskLimits,
)
from ..values import decimal_text, nanoseconds


RUN_BACKTEST = ServerStreaming("botd.v1.BacktestService", "RunBacktest", RunBacktestRequest, RunBacktestResponse)


class BacktestServiceCalls(Calls):
    """Trading the past with the same core."""

    def run_backtest(
        self,
        request: RunBacktestRequest | None = None,
        *,
        spec: BotSpec | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        include_trades: bool | None = None,
        maker_fee: str | Decimal | None = None,
        taker_fee: str | Decimal | None = None,
        data_file: str | None = None,
        symbols: Iterable[str] | None = None,
        slippage: str | Decimal | None = None,
        spread: str | Decimal | None = None,
        limits: RiskLimits | None = None,
        fill_gaps: bool | None = None,
        skip_bad: bool | None = None,
        timeout: float | None = None,
    ) -> Stream[RunBacktestRequest, RunBacktestResponse]:
        """Runs a backtest: progress, then the trades if asked for, then the result.

        Args:
            request: The whole request; the other arguments replace its fields.
            spec: The bot to run.
            from_time_ns: First candle, ns since the Unix epoch; 0: the oldest there is.
            to_time_ns: End (exclusive), ns since the Unix epoch; 0: the newest there is.
            include_trades: Also sends the trades.
            maker_fee: Maker fee (fraction); empty: "0.001".
            taker_fee: Taker fee (fraction); empty: "0.001".
            data_file: Name of a candle file in the daemon's data directory (STATE_DIR/data); empty: the candles
                that the daemon holds of the series.
            symbols: More symbols that the same bot settings run on, each with capital of its own; they need no
                data_file.
            slippage: How much worse than the market a market order or triggered stop fills (fraction); empty:
                "0.0002".
            spread: Assumed distance between bid and ask (fraction); empty: "0.0001".
            limits: Limits above all bots during the run.
            fill_gaps: Inserts flat candles where the file lacks some; without it such a file is refused.
            skip_bad: Skips rows of the file that are no candles; without it such a file is refused.
            timeout: Seconds until the deadline of the whole stream; not given: 600.
        """
        built = build(
            RunBacktestRequest,
            request,
            spec=spec,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            include_trades=include_trades,
            maker_fee=decimal_text(maker_fee),
            taker_fee=decimal_text(taker_fee),
            data_file=data_file,
            symbols=symbols,
            slippage=decimal_text(slippage),
            spread=decimal_text(spread),
            limits=limits,
            fill_gaps=fill_gaps,
            skip_bad=skip_bad,
        )
        return self._server_streaming(RUN_BACKTEST, built, timeout)


class AsyncBacktestServiceCalls(AsyncCalls):
    """Trading the past with the same core."""

    async def run_backtest(
        self,
        request: RunBacktestRequest | None = None,
        *,
        spec: BotSpec | None = None,
        from_time_ns: int | datetime | None = None,
        to_time_ns: int | datetime | None = None,
        include_trades: bool | None = None,
        maker_fee: str | Decimal | None = None,
        taker_fee: str | Decimal | None = None,
        data_file: str | None = None,
        symbols: Iterable[str] | None = None,
        slippage: str | Decimal | None = None,
        spread: str | Decimal | None = None,
        limits: RiskLimits | None = None,
        fill_gaps: bool | None = None,
        skip_bad: bool | None = None,
        timeout: float | None = None,
    ) -> AsyncStream[RunBacktestRequest, RunBacktestResponse]:
        """Runs a backtest: progress, then the trades if asked for, then the result.

        Args:
            request: The whole request; the other arguments replace its fields.
            spec: The bot to run.
            from_time_ns: First candle, ns since the Unix epoch; 0: the oldest there is.
            to_time_ns: End (exclusive), ns since the Unix epoch; 0: the newest there is.
            include_trades: Also sends the trades.
            maker_fee: Maker fee (fraction); empty: "0.001".
            taker_fee: Taker fee (fraction); empty: "0.001".
            data_file: Name of a candle file in the daemon's data directory (STATE_DIR/data); empty: the candles
                that the daemon holds of the series.
            symbols: More symbols that the same bot settings run on, each with capital of its own; they need no
                data_file.
            slippage: How much worse than the market a market order or triggered stop fills (fraction); empty:
                "0.0002".
            spread: Assumed distance between bid and ask (fraction); empty: "0.0001".
            limits: Limits above all bots during the run.
            fill_gaps: Inserts flat candles where the file lacks some; without it such a file is refused.
            skip_bad: Skips rows of the file that are no candles; without it such a file is refused.
            timeout: Seconds until the deadline of the whole stream; not given: 600.
        """
        built = build(
            RunBacktestRequest,
            request,
            spec=spec,
            from_time_ns=nanoseconds(from_time_ns),
            to_time_ns=nanoseconds(to_time_ns),
            include_trades=include_trades,
            maker_fee=decimal_text(maker_fee),
            taker_fee=decimal_text(taker_fee),
            data_file=data_file,
            symbols=symbols,
            slippage=decimal_text(slippage),
            spread=decimal_text(spread),
            limits=limits,
            fill_gaps=fill_gaps,
            skip_bad=skip_bad,
        )
        return await self._server_streaming(RUN_BACKTEST, built, timeout)
