"""Two strategies: one that looks at a DataFrame, one that takes candle by candle.

    botd-strategies check examples/my_strategies.py
    botctl backtest --candles btcusdt-5m-2024.csv --strategy my_strategy --python examples/my_strategies.py
    botd-strategies run examples/my_strategies.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botd.strategies import Candle, Parameter, Position, Signal, SignalType, TradingStrategy

if TYPE_CHECKING:
    import pandas as pd


class MyStrategy(TradingStrategy):
    """Buys when the relative strength index is low, sells when it is high."""

    def __init__(self, period: int = 14, oversold: float = 30.0, overbought: float = 70.0) -> None:
        super().__init__(name="MyStrategy")
        self.period = period
        self.oversold = oversold
        self.overbought = overbought
        self.warm_up = period + 1

    async def analyze(self, df: pd.DataFrame, symbol: str) -> dict[str, Any]:
        """The index of the newest `period` changes."""
        change = df["close"].diff().tail(self.period)
        gain, loss = change.clip(lower=0).sum(), -change.clip(upper=0).sum()
        index = 100 * gain / (gain + loss) if gain + loss > 0 else 50.0
        signal = SignalType.HOLD.value
        if index <= self.oversold:
            signal = SignalType.BUY.value
        elif index >= self.overbought:
            signal = SignalType.SELL.value
        return {"signal": signal, "confidence": abs(index - 50) / 50, "reason": f"{symbol}: index {index:.1f}"}

    def get_parameters(self) -> dict[str, Any]:
        """For the log."""
        return {"period": self.period, "oversold": self.oversold, "overbought": self.overbought}


class ChannelBreak(TradingStrategy):
    """Buys a close above the highest close of some candles, sells one below the lowest; needs no pandas."""

    parameters = [Parameter.integer("period", default=20, minimum=2, maximum=400, description="Closes that make the channel")]
    period: int

    def __init__(self) -> None:
        super().__init__(name="channel_break")
        self.warm_up = self.period + 1
        self._closes: list[float] = []

    def on_candle(self, candle: Candle, position: Position) -> Signal | None:
        """Compares the close with those before it."""
        before, self._closes = self._closes, [*self._closes[1 - self.period :], candle.close]
        if len(before) < self.period:
            return None
        if not position.is_open and candle.close > max(before):
            return Signal.buy(reason=f"above the channel of {self.period} closes")
        if position.is_open and candle.close < min(before):
            return Signal.sell(reason=f"below the channel of {self.period} closes")
        return None
