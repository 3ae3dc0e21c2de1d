"""Parameters, names and signals of strategies, without a process."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, Optional

import pytest
from strategy_peers import CANDLES

from botd.strategies import Candle, Parameter, ParameterError, Position, Signal, SignalType, TradingStrategy, WrongAnswer
from botd.strategies._catalogue import LoadError, Served, catalogue
from botd.strategies._instance import Instance, Question
from botd.strategies._parameters import REQUIRED
from botd.strategies._schema import parameters_of
from botd.strategies._signal import read_signal
from botd.v1 import PARAMETER_TYPE_BOOLEAN, PARAMETER_TYPE_DECIMAL, PARAMETER_TYPE_INTEGER, PARAMETER_TYPE_TEXT


class Quiet(TradingStrategy):
    """Wants nothing."""

    def on_candle(self, candle: Candle, position: Position) -> Signal | None:
        return None


def served(kind: type[TradingStrategy]) -> Served:
    return next(iter(catalogue([kind], 500).values()))


class Hinted(Quiet):
    def __init__(
        self,
        count: int = 5,
        factor: float = 2,
        share: Decimal = Decimal("0.10"),
        is_on: bool = True,
        kind: Literal["sma", "ema"] = "ema",
        limit: Optional[int] = None,
        levels: Sequence[float] = (1.0, 2.0),
        _clock: int = 3,
        *,
        note: str = "x",
    ) -> None:
        super().__init__()
        self.given = (count, factor, share, is_on, kind, limit, levels, note)


def test_schema_of_hints() -> None:
    """Kinds and defaults come from the arguments; one of a type that has no place in the schema keeps its default."""
    schema = [parameter.schema() for parameter in parameters_of(Hinted)]
    assert [(entry.name, entry.type, entry.default_value, list(entry.choices)) for entry in schema] == [
        ("count", PARAMETER_TYPE_INTEGER, "5", []),
        ("factor", PARAMETER_TYPE_DECIMAL, "2", []),
        ("share", PARAMETER_TYPE_DECIMAL, "0.1", []),
        ("is_on", PARAMETER_TYPE_BOOLEAN, "true", []),
        ("kind", PARAMETER_TYPE_TEXT, "ema", ["sma", "ema"]),
        ("limit", PARAMETER_TYPE_TEXT, "", []),
        ("note", PARAMETER_TYPE_TEXT, "x", []),
    ]


def test_values_have_the_types_of_the_schema() -> None:
    given = {"count": "-7.0", "factor": "3", "share": "0.25", "is_on": "false", "kind": "sma", "limit": "9", "note": "y z"}
    made: Any = served(Hinted).make(given, bot_id="b", symbol="S", interval="5m")
    assert made.given == (-7, 3.0, Decimal("0.25"), False, "sma", 9, (1.0, 2.0), "y z")
    assert [type(value) for value in made.given[:4]] == [int, float, Decimal, bool]
    assert (made.bot_id, made.symbol, made.interval) == ("b", "S", "5m")
    defaults: Any = served(Hinted).make({"limit": "", "count": ""})
    assert defaults.given == (5, 2, Decimal("0.10"), True, "ema", None, (1.0, 2.0), "x")


@pytest.mark.parametrize(
    "given, said",
    [
        ({"count": "5.5"}, 'count is a whole number, not "5.5"'),
        ({"limit": "x"}, 'limit is a whole number, not "x"'),
        ({"count": "9" * 19}, "count is a whole number"),
        ({"factor": "1e3"}, 'factor is a number, not "1e3"'),
        ({"factor": "nan"}, 'factor is a number, not "nan"'),
        ({"is_on": "True"}, 'is_on is "true" or "false", not "True"'),
        ({"kind": "wma"}, "kind is one of sma, ema, not wma"),
        ({"levels": "1"}, "there is no parameter levels"),
    ],
)
def test_values_out_of_the_schema(given: Mapping[str, str], said: str) -> None:
    with pytest.raises(ParameterError, match=f"^{said}"):
        served(Hinted).make(given)


class Seed(Quiet):
    def __init__(self, param1, param2):  # type: ignore[no-untyped-def]
        super().__init__(name="MyStrategy")
        self.param1 = param1 * 2
        self.param2 = param2


def test_arguments_without_hints_and_defaults() -> None:
    """They must be given; their types are what the text looks like."""
    found = served(Seed)
    assert found.name == "my_strategy"
    assert [parameter.default for parameter in found.parameters] == [REQUIRED, REQUIRED]
    made: Any = found.make({"param1": "14", "param2": "0.5"})
    assert (made.param1, made.param2, made.name) == (28, 0.5, "my_strategy")
    assert served(Seed).make({"param1": "true", "param2": "ema"}).get_parameters() == {"param1": 2, "param2": "ema"}
    with pytest.raises(ParameterError, match=r"param2 must be given \(--param param2=VALUE\): there is no default"):
        found.make({"param1": "14"})


class Declared(Quiet):
    parameters = [
        Parameter.integer("period", default=14, minimum=2, maximum=500, description="Candles"),
        Parameter.number("factor", default=0.25, minimum=0.1, maximum=1),
        Parameter.boolean("is_on", default=False),
        Parameter.choice("kind", ["sma", "ema"], default="ema"),
        Parameter.text("note", default=""),
    ]
    period: int

    def __init__(self, factor: float) -> None:
        super().__init__(name="declared")
        self.warm_up = self.period + 1
        self.factor = factor * 2


class Inherited(Declared):
    parameters = [Parameter.integer("period", default=20), Parameter.number("factor", default=1)]


def test_declared_parameters() -> None:
    """Attributes have their values before __init__; what __init__ takes is handed to it."""
    with pytest.raises(LoadError, match="missing 1 required positional argument: 'factor'"):
        served(Declared)

    class Complete(Declared):
        def __init__(self, factor: float = 0.25) -> None:
            super().__init__(factor)

    found = served(Complete)
    assert (found.name, found.warm_up) == ("declared", 15)
    made: Any = found.make({"period": "30", "factor": "0.5", "kind": "sma"})
    assert (made.period, made.warm_up, made.factor, made.is_on, made.kind, made.note) == (30, 31, 1.0, False, "sma", "")
    assert Complete().period == 14, "used without botd too"
    with pytest.raises(ParameterError, match="period is at least 2, not 1"):
        found.make({"period": "1"})
    with pytest.raises(ParameterError, match=r"factor is at most 1, not 1\.1"):
        found.make({"factor": "1.1"})
    assert [parameter.default for parameter in parameters_of(Inherited)] == [20, 1] and Inherited.period == 20


@pytest.mark.parametrize(
    "parameters, said",
    [
        ([Parameter.integer("a", default=1), Parameter.integer("a", default=2)], "has the parameter a twice"),
        ([Parameter.integer("a b", default=1)], 'a parameter cannot be named "a b"'),
        ([Parameter.integer("a", default=1, minimum=2)], "a is at least 2, not 1"),
        ([Parameter.choice("a", ["x"], default="y")], "a is one of x, not y"),
        ([Parameter.number("_a", default=1)], 'a parameter cannot be named "_a"'),
        ([Parameter.number("a", default=1e-9)], "more than the 8 digits behind the point"),
        ([Parameter.number("a", default=1e18)], "more than the 18 digits before the point"),
        ([Parameter.number("a", default=float("nan"))], "nan is no number that botd takes"),
        ([Parameter("a", int, "1")], "the default of a, '1', is no int"),
    ],
)
def test_wrong_schemas(parameters: list[Parameter], said: str) -> None:
    kind = type("Wrong", (Quiet,), {"parameters": parameters})
    with pytest.raises(LoadError, match=f"^Wrong cannot be served: .*{said}"):
        served(kind)


@pytest.mark.parametrize("values, said", [({"history": 0}, "history is from 1"), ({"warm_up": 501}, "warm_up is from 0"), ({"warm_up": True}, "whole number")])
def test_wrong_sizes(values: dict[str, Any], said: str) -> None:
    with pytest.raises(LoadError, match=said):
        served(type("Wrong", (Quiet,), values))
    with pytest.raises(LoadError, match="warm_up, 20, is more than history, 10"):
        served(type("Wrong", (Quiet,), {"warm_up": 20, "history": 10}))


def test_names() -> None:
    one, two = type("Twice", (Quiet,), {}), type("Other", (Quiet,), {"name": "twice"})
    with pytest.raises(LoadError, match="Other and Twice are both named twice"):
        catalogue([one, two], 500)
    with pytest.raises(LoadError, match="at most 64 strategies, not 65"):
        catalogue([type(f"S{number}", (Quiet,), {}) for number in range(65)], 500)


@pytest.mark.parametrize(
    "returned, expected",
    [
        ({"signal": SignalType.BUY, "confidence": 1}, Signal.buy()),
        ({"signal": SignalType.SELL.value, "confidence": 0.25, "reason": "r"}, Signal.sell(0.25, "r")),
        ({"signal": "hold", "confidence": 0}, Signal.hold()),
        ({"signal": "BUY", "confidence": -0.0}, Signal.buy(0.0)),
        ({"signal": "BUY", "more": 1}, Signal.buy()),
        (Signal.buy(0.5, "r"), Signal.buy(0.5, "r")),
    ],
)
def test_signals(returned: object, expected: Signal) -> None:
    read = read_signal(returned, "analyze")
    assert read == expected and math.copysign(1, read.confidence) == 1


class Exits(Quiet):
    def __init__(self) -> None:
        sys.exit("not here")


def test_exit_of_init() -> None:
    with pytest.raises(LoadError, match="Exits cannot be served: not here"):
        served(Exits)


def test_numbers_of_numpy() -> None:
    import numpy

    assert read_signal({"signal": numpy.str_("buy"), "confidence": numpy.float32(0.5)}, "analyze") == Signal.buy(0.5)
    with pytest.raises(WrongAnswer, match=r"analyze returned \[\[0\. 0\.\] \[0\. 0\.\]\] of type Plane; allowed is"):
        read_signal(numpy.zeros((2, 2)).view(type("Plane", (numpy.ndarray,), {"__repr__": numpy.ndarray.__str__})), "analyze")


def test_candles_are_exact() -> None:
    candle = Candle(CANDLES[7])
    assert str(candle.close_decimal) == CANDLES[7].close and candle.close == float(CANDLES[7].close)
    assert candle.open_time.isoformat() == "2024-01-01T00:07:00+00:00" and candle.close_time.minute == 8
    assert repr(candle).startswith("Candle(2024-01-01 00:07, open=")


class Waits(Quiet):
    """Buys always."""

    warm_up = 10

    async def on_candle(self, candle: Candle, position: Position) -> Signal:  # type: ignore[override]
        await asyncio.sleep(0)
        return Signal.buy(reason=f"{self.position.bars_held}")


def test_warm_up_and_history() -> None:
    """Before the warm-up is over nothing is wanted; candles of the history count."""

    async def ask(history: int, count: int) -> tuple[int, Signal]:
        instance = Instance(served(Waits).make({}), 500)
        await instance.feed(Question(CANDLES[:history], wanted=False))
        return await instance.feed(Question(CANDLES[history : history + count]))

    assert asyncio.run(ask(0, 20)) == (10, Signal.buy(reason="0"))
    assert asyncio.run(ask(8, 20)) == (2, Signal.buy(reason="0"))
    assert asyncio.run(ask(20, 20)) == (1, Signal.buy(reason="0"))
    assert asyncio.run(ask(0, 9)) == (9, Signal.hold())
