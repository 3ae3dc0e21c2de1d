"""The strategies of README.md and of the example work as they are printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from strategy_peers import CANDLES, PipeParent, asking, opening

from botd.strategies.command import main
from botd.v1 import SIGNAL_ACTION_BUY, SIGNAL_ACTION_HOLD, SIGNAL_ACTION_SELL

HERE = Path(__file__).parent.parent
NAMES = {"my_strategy", "channel_break"}


@pytest.fixture(params=["README.md", "examples/my_strategies.py"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    text = (HERE / request.param).read_text()
    if request.param == "README.md":
        chapter = text.partition("## Strategies in Python")[2].partition("\n## ")[0]
        blocks = re.findall(r"```python\n(.*?)```", chapter, re.DOTALL)
        text = "\n\n".join(block for block in blocks if "TradingStrategy)" in block)
    file = tmp_path / "printed.py"
    file.write_text(text)
    return file


def test_printed_strategies(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with PipeParent(source) as pipe:
        assert {served.strategy.name for served in pipe.receive().register.strategies} == NAMES
        for instance, name in enumerate(sorted(NAMES), 1):
            pipe.ask(opening(name, instance, {"period": "10"}))
            at, held, said = 0, 0, set[int]()
            while at < 600:
                bars = range(1, 601 - at) if held else ()
                signal = pipe.ask(asking(CANDLES[at:600], instance, at + 1, bars, "30000" if held else "")).signal
                assert signal.candles > 0
                at += signal.candles
                said.add(signal.action)
                if signal.action != SIGNAL_ACTION_HOLD:
                    held = signal.action == SIGNAL_ACTION_BUY
            assert said >= {SIGNAL_ACTION_BUY, SIGNAL_ACTION_SELL}, name
    assert main(["check", str(source), "--limit", "1200"]) == 0, capsys.readouterr().out
