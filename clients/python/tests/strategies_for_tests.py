"""Strategies that the tests serve."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pandas as pd

from botd.strategies import Candle, Parameter, Position, Signal, SignalType, TradingStrategy


class MyStrategy(TradingStrategy):
    """As people write it."""

    def __init__(self, param1=3, param2=1.5):
        super().__init__(name="MyStrategy")
        self.param1 = param1
        self.param2 = param2

    async def analyze(self, df: pd.DataFrame, symbol: str):
        condition = len(df) > self.param1 and df["close"].iloc[-1] > df["close"].iloc[-1 - self.param1]
        signal = SignalType.BUY.value if condition else SignalType.HOLD.value
        return {"signal": signal, "confidence": 0.8, "reason": f"{symbol} {len(df)}"}

    def get_parameters(self):
        return {"param1": self.param1, "param2": self.param2}


class Frame(TradingStrategy):
    """Says in its reason what it was shown."""

    warm_up = 1
    history = 5

    def analyze(self, df: pd.DataFrame, symbol: str) -> dict[str, Any]:
        rows = [f"{time.isoformat()} {' '.join(map(repr, row))}" for time, row in zip(df.index, df.to_numpy().tolist(), strict=True)]
        print(f"saw {len(df)} rows")
        df.iloc[:, :] = 0.0
        return {"signal": "buy", "reason": "\n".join(rows)[-400:], "confidence": len(df) / 5}


class Echo(TradingStrategy):
    """Buys every third candle, sells after two; says what it held."""

    parameters = [
        Parameter.integer("every", default=3, minimum=1, maximum=100),
        Parameter.choice("word", ["a", "b"], default="a"),
        Parameter.integer("hold", default=2, minimum=1),
    ]
    every: int
    word: str
    hold: int

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def on_candle(self, candle: Candle, position: Position) -> Signal | None:
        self.count += 1
        if position.is_open and position.bars_held >= self.hold:
            return Signal.sell(reason=f"{self.word} {self.bot_id} {self.count} {position.average_entry_price_decimal} {position.bars_held}")
        if not position.is_open and self.count % self.every == 0:
            return Signal.buy(0.5, f"{self.word} {self.bot_id} {self.symbol} {self.interval} {self.count} {candle.close_decimal}")
        return None


class Broken(TradingStrategy):
    """Does what `how` says, after so many candles."""

    warm_up = 0
    history = 10

    def __init__(self, how: str = "raise", after: int = 0) -> None:
        super().__init__()
        self.how = how
        self.left = after
        if how == "init":
            raise RuntimeError("not today")

    def on_candle(self, candle: Candle, position: Position) -> Any:
        self.left -= 1
        if self.left >= 0:
            return None
        answers: dict[str, Any] = {
            "nan": {"signal": "BUY", "confidence": float("nan")},
            "text": {"signal": "BUY", "confidence": "high"},
            "over": {"signal": "BUY", "confidence": 1.5},
            "unknown": {"signal": "STRONG_BUY", "confidence": 1},
            "missing": {"confidence": 1},
            "list": ["BUY", 0.8],
            "number": 1,
            "reason": {"signal": "BUY", "reason": 7},
            "hold": None,
            "long": {"signal": "BUY", "reason": "x" * 600 + "\ud800\0"},
        }
        if self.how == "exit":
            sys.exit("the strategy ends it")
        if self.how == "raise":
            raise ValueError(f"no luck at {candle.close_decimal}")
        return answers[self.how]


class NoneFrame(TradingStrategy):
    """Forgets to return."""

    warm_up = 0

    def analyze(self, df: pd.DataFrame, symbol: str) -> Any:
        return None


class Slow(TradingStrategy):
    """Waits until it is cancelled, after so many candles."""

    history = 10

    def __init__(self, after: int = 0) -> None:
        super().__init__()
        self.left = after

    async def on_candle(self, candle: Candle, position: Position) -> None:
        self.left -= 1
        if self.left >= 0:
            return
        print(f"{self.bot_id} waits", file=sys.stderr, flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            print(f"{self.bot_id} is broken off", file=sys.stderr, flush=True)
