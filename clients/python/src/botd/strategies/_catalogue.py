"""Strategies that are served: by name, with their schema."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..v1.strategy_pb2 import ServedStrategy, Strategy
from ._base import TradingStrategy, is_incremental, sizes_of, strategy_name
from ._parameters import REQUIRED, Parameter, ParameterValue, values
from ._schema import arguments_of, parameters_of
from ._signal import wire_text
from ._window import check_pandas

SERVED_MAX = 64
DESCRIPTION_CHARACTERS_MAX = 2_000


class LoadError(Exception):
    """Strategies cannot be served as they are written; the text says what to change."""


@dataclass(frozen=True)
class Served:
    """A strategy that is served.

    Attributes:
        kind: Its class.
        name: Its name in botd.
        parameters: Their schema.
        warm_up: Closed candles before the first question, with default parameters.
        history: Closed candles that it is shown before.
    """

    kind: type[TradingStrategy]
    name: str
    parameters: tuple[Parameter, ...]
    warm_up: int
    history: int

    def make(self, given: Mapping[str, str], *, bot_id: str = "", symbol: str = "", interval: str = "") -> TradingStrategy:
        """An object of the strategy for a bot.

        Raises:
            ParameterError: a parameter is unknown, wrong or missing.
            Exception: what the strategy's `__init__` raised.
        """
        return _make(self.kind, values(self.parameters, given), bot_id, symbol, interval)

    def message(self, deadline_ms: int) -> ServedStrategy:
        """The strategy as botd is told it."""
        summary, _, description = (self.kind.__doc__ or "").strip().partition("\n")
        strategy = Strategy(
            name=self.name,
            summary=wire_text(summary or f"{self.kind.__name__} in Python"),
            description=wire_text(" ".join(description.split()), DESCRIPTION_CHARACTERS_MAX),
            parameters=[parameter.schema() for parameter in self.parameters],
            warm_up_candles=self.warm_up,
        )
        return ServedStrategy(strategy=strategy, deadline_ms=deadline_ms, history_candles=self.history)


def catalogue(kinds: Iterable[type[TradingStrategy]], history: int) -> dict[str, Served]:
    """The strategies by name; `history` is for those that do not say it.

    Raises:
        LoadError: one cannot be served.
    """
    found: dict[str, Served] = {}
    for kind in kinds:
        served = _served(kind, history)
        if served.name in found:
            raise LoadError(f"{kind.__name__} and {found[served.name].kind.__name__} are both named {served.name}")
        found[served.name] = served
    if len(found) > SERVED_MAX:
        raise LoadError(f"one process serves at most {SERVED_MAX} strategies, not {len(found)}")
    return found


def _served(kind: type[TradingStrategy], history: int) -> Served:
    try:
        if not is_incremental(kind):
            check_pandas(kind.__name__)
        parameters = tuple(parameters_of(kind))
        probe = _probe(kind, parameters)
        sizes = sizes_of(probe, history)
        return Served(kind, strategy_name(probe.name or kind.__name__), parameters, sizes.warm_up, sizes.history)
    except (Exception, SystemExit) as error:
        raise LoadError(f"{kind.__name__} cannot be served: {error}") from error


def _probe(kind: type[TradingStrategy], parameters: tuple[Parameter, ...]) -> TradingStrategy:
    """An object with default parameters, to learn its name and sizes. Where a parameter has no default it is None, and what `__init__` makes
    of that does not count.
    """
    required: dict[str, ParameterValue] = {parameter.name: None for parameter in parameters if parameter.default is REQUIRED}
    if not required:
        return _make(kind, {}, "", "", "")
    probe, arguments = _prepare(kind, required, "", "", "")
    try:
        probe.__init__(**arguments)  # type: ignore[misc]
    except Exception:
        return probe
    return probe


def _make(kind: type[TradingStrategy], given: Mapping[str, ParameterValue], bot_id: str, symbol: str, interval: str) -> TradingStrategy:
    made, arguments = _prepare(kind, given, bot_id, symbol, interval)
    made.__init__(**arguments)  # type: ignore[misc]
    return made


def _prepare(
    kind: type[TradingStrategy], given: Mapping[str, ParameterValue], bot_id: str, symbol: str, interval: str
) -> tuple[TradingStrategy, dict[str, typing.Any]]:
    """An object before its `__init__`, and the arguments for that. Parameters that it does not take are attributes already."""
    made = kind.__new__(kind)
    made.bot_id, made.symbol, made.interval = bot_id, symbol, interval
    taken = {argument.name for argument in arguments_of(kind)}
    for name, value in given.items():
        if name not in taken:
            setattr(made, name, value)
    return made, {name: value for name, value in given.items() if name in taken}
