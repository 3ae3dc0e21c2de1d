"""Strategies in a process of their own, driven as a backtest drives them."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from programs import blocked_signals
from strategy_peers import CANDLES, PipeParent, asking, closing, opening

from botd.v1 import (
    PARAMETER_TYPE_DECIMAL,
    PARAMETER_TYPE_INTEGER,
    PARAMETER_TYPE_TEXT,
    SIGNAL_ACTION_BUY,
    SIGNAL_ACTION_HOLD,
    SIGNAL_ACTION_SELL,
    Candle,
    StrategySignal,
)

SOURCE = Path(__file__).parent / "strategies_for_tests.py"


@pytest.fixture
def pipe() -> Iterator[PipeParent]:
    """A pipe whose registration has been taken."""
    with PipeParent(SOURCE) as made:
        assert made.receive().HasField("register")
        yield made


def test_registration() -> None:
    with PipeParent(SOURCE) as pipe:
        served = {entry.strategy.name: entry for entry in pipe.receive().register.strategies}
        assert list(served) == ["my_strategy", "frame", "echo", "broken", "none_frame", "slow"]
        seed = served["my_strategy"].strategy
        assert seed.summary == "As people write it."
        assert [(p.name, p.type, p.default_value) for p in seed.parameters] == [
            ("param1", PARAMETER_TYPE_INTEGER, "3"),
            ("param2", PARAMETER_TYPE_DECIMAL, "1.5"),
        ]
        assert (seed.warm_up_candles, served["my_strategy"].history_candles) == (50, 500)
        assert (served["frame"].strategy.warm_up_candles, served["frame"].history_candles) == (1, 5)
        every, word, _ = served["echo"].strategy.parameters
        assert (every.type, every.default_value, every.minimum, every.maximum) == (PARAMETER_TYPE_INTEGER, "3", "1", "100")
        assert (word.type, word.default_value, list(word.choices)) == (PARAMETER_TYPE_TEXT, "a", ["a", "b"])
        assert pipe.end() == 0 and pipe.errors == ""


def test_seed_strategy(pipe: PipeParent) -> None:
    """It is asked from its 50th candle on, and every signal is that of the formula."""
    assert pipe.ask(opening("my_strategy", parameters={"param1": "2", "param2": "1.5"})).ready.instance == 1
    closes = [float(candle.close) for candle in CANDLES]
    at = 0
    while at < 300:
        signal = pipe.ask(asking(CANDLES[at:300], number=at + 1)).signal
        assert (signal.instance, signal.number) == (1, at + 1)
        rising = [index for index in range(at, 300) if index >= 49 and closes[index] > closes[index - 2]]
        assert signal.candles == (rising[0] + 1 - at if rising else 300 - at)
        at += signal.candles
        assert signal.action == (SIGNAL_ACTION_BUY if rising else SIGNAL_ACTION_HOLD)
        if rising:
            assert (signal.confidence, signal.reason) == (0.8, f"BTCUSDT {at}")


def test_content_of_the_frame(pipe: PipeParent) -> None:
    """The last candles and no other, with exact times and numbers, whatever the strategy did to the frame before."""
    pipe.ask(opening("frame", history=CANDLES[:2]))
    for index in range(2, 60):
        signal = pipe.ask(asking(CANDLES[index : index + 1], number=index)).signal
        shown = CANDLES[max(0, index - 4) : index + 1]
        rows = [
            f"{_time(candle)} {' '.join(repr(float(number)) for number in _numbers(candle))}"
            for candle in shown
        ]
        assert signal.confidence == len(shown) / 5
        assert signal.reason == "\n".join(rows)[-400:]
    assert pipe.end() == 0
    assert pipe.errors.count("saw ") == 58, "what a strategy prints goes to standard error"


def _time(candle: Candle) -> str:
    minutes = (candle.open_time_ns - 1_704_067_200_000_000_000) // 60_000_000_000
    return f"2024-01-01T{minutes // 60:02}:{minutes % 60:02}:00+00:00"


def _numbers(candle: Candle) -> tuple[str | int, ...]:
    return candle.open, candle.high, candle.low, candle.close, candle.volume, candle.quote_volume, candle.trades


def test_positions(pipe: PipeParent) -> None:
    pipe.ask(opening("echo", parameters={"every": "3", "word": "b"}))
    bought = pipe.ask(asking(CANDLES[:10])).signal
    assert (bought.candles, bought.action, bought.confidence) == (3, SIGNAL_ACTION_BUY, 0.5)
    assert bought.reason == f"b bot-1 BTCUSDT 1m 3 {CANDLES[2].close}"
    sold = pipe.ask(asking(CANDLES[3:10], number=2, bars_held=range(1, 8), entry="30000.10")).signal
    assert (sold.candles, sold.action) == (2, SIGNAL_ACTION_SELL)
    assert sold.reason == "b bot-1 5 30000.10 2"


@pytest.mark.parametrize("name", ["my_strategy", "echo", "frame"])
def test_batches_are_like_single_candles(pipe: PipeParent, name: str) -> None:
    """The same candles give the same signals, however they are cut into messages, and also where some of them were history."""
    whole = _signals(pipe, name, 1, 0, 512)
    assert len(whole) > 30
    assert _signals(pipe, name, 2, 0, 1) == whole
    assert _signals(pipe, name, 3, 0, 7) == whole
    if name != "echo":  # It counts the candles from the first question on: only this one's memory differs.
        later = {index: signal for index, signal in whole.items() if index >= 120}
        assert _signals(pipe, name, 4, 120, 512) == later


def _signals(pipe: PipeParent, name: str, instance: int, history: int, batch: int) -> dict[int, tuple[int, float]]:
    """Action and confidence by the index of the candle."""
    pipe.ask(opening(name, instance, history=CANDLES[:history], bot_id="bot"))
    found: dict[int, tuple[int, float]] = {}
    at = history
    while at < 400:
        signal = pipe.ask(asking(CANDLES[at : min(400, at + batch)], instance, at + 1)).signal
        at += signal.candles
        assert signal.candles > 0
        if signal.action != SIGNAL_ACTION_HOLD:
            found[at - 1] = (signal.action, signal.confidence)
    return found


def test_history_is_never_answered(pipe: PipeParent) -> None:
    pipe.ask(opening("echo", history=CANDLES[:2]))
    pipe.send(asking(CANDLES[2:7], wanted=False))
    signal = pipe.ask(asking(CANDLES[7:10], number=2)).signal
    assert (signal.number, signal.candles, signal.action) == (2, 2, SIGNAL_ACTION_BUY), "the ninth candle, after seven of history"


@pytest.mark.parametrize(
    "how, said",
    [
        ("raise", f"ValueError: no luck at {CANDLES[0].close}"),
        ("exit", "SystemExit: the strategy ends it"),
        ("nan", "WrongAnswer: on_candle returned the confidence nan; allowed is {'signal': 'BUY', 'SELL' or 'HOLD', 'confidence': 0 to 1, 'reason': text}"),
        ("text", "WrongAnswer: on_candle returned the confidence 'high'; allowed is"),
        ("over", "WrongAnswer: on_candle returned the confidence 1.5; allowed is"),
        ("unknown", "WrongAnswer: on_candle returned the signal 'STRONG_BUY'; allowed is"),
        ("missing", "WrongAnswer: on_candle returned a mapping without 'signal', {'confidence': 1}; allowed is"),
        ("list", "WrongAnswer: on_candle returned ['BUY', 0.8] of type list; allowed is"),
        ("number", "WrongAnswer: on_candle returned 1 of type int; allowed is"),
        ("reason", "WrongAnswer: on_candle returned the reason 7; allowed is"),
    ],
)
def test_failures(pipe: PipeParent, how: str, said: str) -> None:
    """A failure is that of one instance: its neighbour goes on, and it can be opened anew."""
    assert pipe.ask(opening("echo", 2)).ready.instance == 2
    assert pipe.ask(opening("broken", parameters={"how": how})).ready.instance == 1
    failure = pipe.ask(asking(CANDLES[:5])).failure
    assert failure.instance == 1 and failure.message.startswith(said)
    assert pipe.ask(asking(CANDLES[:5], 2)).signal.candles == 3
    again = pipe.ask(asking(CANDLES[5:8], number=2)).failure
    assert again.message == failure.message, "it stays failed until it is opened anew"
    pipe.send(closing(1))
    assert pipe.ask(opening("broken", 3, {"how": "hold"}, bot_id="bot-1")).ready.instance == 3
    assert pipe.ask(asking(CANDLES[5:8], 3)).signal.action == SIGNAL_ACTION_HOLD
    assert pipe.end() == 0
    assert "failure of broken for bot-1 (BTCUSDT 1m)" in pipe.errors and "Traceback" in pipe.errors


def test_none_from_analyze(pipe: PipeParent) -> None:
    pipe.ask(opening("none_frame"))
    assert pipe.ask(asking(CANDLES[:1])).failure.message.startswith("WrongAnswer: analyze returned None of type NoneType")


def test_failure_to_open(pipe: PipeParent) -> None:
    assert pipe.ask(opening("broken", parameters={"how": "init"})).failure.message == "RuntimeError: not today"
    assert pipe.ask(opening("echo", 2, {"every": "101"})).failure.message == "ParameterError: every is at most 100, not 101"
    assert pipe.ask(opening("echo", 3, {"every": "x"})).failure.message == 'ParameterError: every is a whole number, not "x"'
    assert pipe.ask(opening("echo", 4, {"word": "c"})).failure.message == "ParameterError: word is one of a, b, not c"
    assert pipe.ask(opening("echo", 5, {"words": "c"})).failure.message == "ParameterError: there is no parameter words; there is every, word, hold"
    assert "there is no strategy none here; there is my_strategy" in pipe.ask(opening("none", 6)).failure.message


def test_long_reason(pipe: PipeParent) -> None:
    pipe.ask(opening("broken", parameters={"how": "long"}))
    assert pipe.ask(asking(CANDLES[:1])).signal == StrategySignal(
        instance=1, number=1, candles=1, action=SIGNAL_ACTION_BUY, confidence=1, reason="x" * 500
    )


def test_candles_out_of_order(pipe: PipeParent) -> None:
    for instance, name in ((1, "echo"), (2, "my_strategy")):
        pipe.ask(opening(name, instance, history=CANDLES[:3]))
        failure = pipe.ask(asking(CANDLES[2:5], instance)).failure
        assert "candles must come once and in order" in failure.message


def test_environment_without_pandas(tmp_path: Path) -> None:
    """A strategy with on_candle works, one with a DataFrame says what is missing."""
    (tmp_path / "pandas.py").write_text("raise ModuleNotFoundError(\"No module named 'pandas'\", name='pandas')\n")
    head = "from botd.strategies import TradingStrategy\nclass Plain(TradingStrategy):\n"
    (tmp_path / "small.py").write_text(head + "    def on_candle(self, candle, position):\n        return None\n")
    (tmp_path / "large.py").write_text(head + "    def analyze(self, df, symbol):\n        return {}\n")
    environment = {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    with PipeParent(tmp_path / "small.py", environment=environment) as pipe:
        assert pipe.receive().register.strategies[0].strategy.name == "plain"
        pipe.ask(opening("plain"))
        assert pipe.ask(asking(CANDLES[:3])).signal.candles == 3
        assert pipe.end() == 0
    with PipeParent(tmp_path / "large.py", environment=environment) as pipe:
        assert pipe.end() == 1
        assert "Plain has analyze(df, symbol), which needs pandas: pip install 'botd[pandas]'" in pipe.errors


@pytest.mark.parametrize(
    "text, said",
    [
        (None, "cannot be imported: FileNotFoundError: there is no file"),
        ("x = (", "cannot be imported: SyntaxError"),
        ("x = 1", "defines no strategy: no subclass of botd.strategies.TradingStrategy"),
        ("from botd.strategies import *\nclass A(TradingStrategy):\n  history = 501\n  def on_candle(self, c, p): ...", "history is from 1 to 500"),
        ("from botd.strategies import *\nclass A(TradingStrategy):\n  parameters = ['x']\n  def on_candle(self, c, p): ...", "a list of Parameter"),
        ("from botd.strategies import *\nclass A(TradingStrategy):\n  name = '9'\n  def on_candle(self, c, p): ...", "begins with a letter"),
    ],
)
def test_files_that_cannot_be_served(tmp_path: Path, text: str | None, said: str) -> None:
    file = tmp_path / "wrong.py"
    if text is not None:
        file.write_text(text)
    with PipeParent(file) as pipe:
        assert pipe.end() == 1
        assert said in pipe.errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_strategy_that_loops(tmp_path: Path, number: signal.Signals) -> None:
    """Control-C of a backtest: also where the program that started Python blocks signals."""
    file = tmp_path / "loops.py"
    file.write_text(
        "from botd.strategies import TradingStrategy\nclass Loops(TradingStrategy):\n    def on_candle(self, candle, position):\n"
        f"        open({str(tmp_path / 'in')!r}, 'w').close()\n        while True:\n            pass\n"
    )
    with blocked_signals():
        pipe = PipeParent(file)
    pipe.receive()
    pipe.ask(opening("loops"))
    os.mkfifo(tmp_path / "in")
    pipe.send(asking(CANDLES[:1]))
    with open(tmp_path / "in", "rb") as reached:
        reached.read()
    pipe.signal(number)
    assert pipe.end() == -number


@pytest.mark.parametrize("data, said", [(struct.pack(">I", 10) + b"abc", "cut off after 3"), (b"\xff\xff\xff\xff", "above 67108864"), (b"\0\0", "cut off")])
def test_rubbish_on_the_pipe(pipe: PipeParent, data: bytes, said: str) -> None:
    pipe.write(data)
    assert pipe.end() == 1
    assert said in pipe.errors


def test_rubbish_in_a_message(pipe: PipeParent) -> None:
    pipe.write(struct.pack(">I", 3) + b"\xff\xff\xff")
    assert pipe.end() == 1
    assert pipe.errors == "botd.strategies.pipe: a message of 3 bytes cannot be decoded\n"
