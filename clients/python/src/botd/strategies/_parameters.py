"""Parameters of a strategy: their schema, and their values out of text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Union

from ..v1.strategy_pb2 import (
    PARAMETER_TYPE_BOOLEAN,
    PARAMETER_TYPE_DECIMAL,
    PARAMETER_TYPE_INTEGER,
    PARAMETER_TYPE_TEXT,
    ParameterSchema,
    ParameterType,
)
from ..values import decimal_text

ParameterValue = Union[int, float, Decimal, bool, str, None]
REQUIRED = object()


class ParameterError(ValueError):
    """A parameter's value or schema is wrong."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a strategy. Make it with `integer`, `number`, `boolean`, `text` or `choice`.

    Attributes:
        name: Name of the argument of `__init__`, or of the attribute that is set.
        kind: The Python type of its value; None: what the text looks like (an int, a float, a bool, else a str).
        default: Value taken when none is given; `REQUIRED`: one must be given.
        minimum: Smallest value; None: none.
        maximum: Largest value; None: none.
        description: What it means.
        choices: The only values allowed; empty: any in the range.
    """

    name: str
    kind: type[int] | type[float] | type[Decimal] | type[bool] | type[str] | None
    default: object = REQUIRED
    minimum: int | float | Decimal | None = None
    maximum: int | float | Decimal | None = None
    description: str = ""
    choices: tuple[str, ...] = ()

    @classmethod
    def integer(cls, name: str, *, default: int, minimum: int | None = None, maximum: int | None = None, description: str = "") -> Parameter:
        """A whole number."""
        return cls(name, int, default, minimum, maximum, description)

    @classmethod
    def number(
        cls, name: str, *, default: float, minimum: float | None = None, maximum: float | None = None, description: str = ""
    ) -> Parameter:
        """A decimal number with at most 8 digits behind the point; the strategy gets a float."""
        return cls(name, float, default, minimum, maximum, description)

    @classmethod
    def boolean(cls, name: str, *, default: bool, description: str = "") -> Parameter:
        """True or False."""
        return cls(name, bool, default, description=description)

    @classmethod
    def text(cls, name: str, *, default: str, description: str = "") -> Parameter:
        """Free text."""
        return cls(name, str, default, description=description)

    @classmethod
    def choice(cls, name: str, choices: Sequence[str], *, default: str, description: str = "") -> Parameter:
        """One of some texts."""
        return cls(name, str, default, description=description, choices=tuple(choices))

    def check(self) -> None:
        """Whether the schema agrees with itself.

        Raises:
            ParameterError: it does not.
        """
        if self.default is REQUIRED or self.default is None:
            return
        if self.kind is not None and not _is_a(self.kind, self.default):
            raise ParameterError(f"the default of {self.name}, {self.default!r}, is no {self.kind.__name__}")
        self._check_range(self.parse(_text(self.default)))

    def parse(self, text: str) -> ParameterValue:
        """The value that a text means.

        Raises:
            ParameterError: it is no value of this parameter.

        >>> Parameter.integer("period", default=14, minimum=2).parse("21")
        21
        """
        value = _value(self.name, self.kind, text)
        self._check_range(value)
        return value

    def _check_range(self, value: ParameterValue) -> None:
        if self.choices and value not in self.choices:
            raise ParameterError(f"{self.name} is one of {', '.join(self.choices)}, not {value}")
        if isinstance(value, (int, float, Decimal)):
            if self.minimum is not None and value < self.minimum:
                raise ParameterError(f"{self.name} is at least {self.minimum}, not {value}")
            if self.maximum is not None and value > self.maximum:
                raise ParameterError(f"{self.name} is at most {self.maximum}, not {value}")

    def schema(self) -> ParameterSchema:
        """The schema as botd is told it. Without a default it is text, since an empty text is no number: its value is checked here."""
        if self.default is REQUIRED or self.default is None:
            return ParameterSchema(name=self.name, type=PARAMETER_TYPE_TEXT, description=self.description)
        return ParameterSchema(
            name=self.name,
            type=_WIRE_TYPES[self.kind],
            default_value=_text(self.default),
            minimum=_text(self.minimum),
            maximum=_text(self.maximum),
            description=self.description,
            choices=self.choices,
        )


_WIRE_TYPES: dict[type | None, ParameterType] = {
    int: PARAMETER_TYPE_INTEGER,
    float: PARAMETER_TYPE_DECIMAL,
    Decimal: PARAMETER_TYPE_DECIMAL,
    bool: PARAMETER_TYPE_BOOLEAN,
    str: PARAMETER_TYPE_TEXT,
    None: PARAMETER_TYPE_TEXT,
}


def only_parameters(declared: Iterable[object]) -> list[Parameter]:
    """What of a list is a Parameter."""
    return [item for item in declared if isinstance(item, Parameter)]


def values(parameters: Sequence[Parameter], given: Mapping[str, str]) -> dict[str, ParameterValue]:
    """The values of `parameters` that were given as text. Empty text is "not given".

    Raises:
        ParameterError: one is unknown, wrong or missing.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise ParameterError(f"there is no parameter {name}; there is {', '.join(known) or 'none'}")
    missing = [name for name, parameter in known.items() if parameter.default is REQUIRED and not given.get(name)]
    if missing:
        raise ParameterError(f"{', '.join(missing)} must be given (--param {missing[0]}=VALUE): there is no default")
    return {name: known[name].parse(text) for name, text in given.items() if text}


def _is_a(kind: type, value: object) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else (int, Decimal) if kind is Decimal else kind)


def _value(name: str, kind: type | None, text: str) -> ParameterValue:
    if kind is None:
        return _guess(text)
    if kind is str:
        return text
    if kind is bool:
        if text not in ("true", "false"):
            raise ParameterError(f'{name} is "true" or "false", not "{text}"')
        return text == "true"
    if kind is int:
        if not re.fullmatch(r"-?[0-9]{1,18}(\.0+)?", text):
            raise ParameterError(f'{name} is a whole number, not "{text}"')
        return int(text.partition(".")[0])
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise ParameterError(f'{name} is a number, not "{text}"')
    return Decimal(text) if kind is Decimal else float(text)


def _guess(text: str) -> ParameterValue:
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?[0-9]+\.[0-9]+", text) else text


def _text(value: object) -> str:
    """A default or a bound as botd spells it.

    >>> _text(1e-05), _text(True), _text(2.50)
    ('0.00001', 'true', '2.5')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    try:
        text = decimal_text(Decimal(str(value)))
    except (ValueError, InvalidOperation):
        raise ParameterError(f"{value!r} is no number that botd takes") from None
    assert text is not None
    whole, _, digits = text.lstrip("-").partition(".")
    if len(whole) > 18:
        raise ParameterError(f"{value!r} has more than the 18 digits before the point that botd takes")
    if len(digits) > 8:
        raise ParameterError(f"{value!r} has more than the 8 digits behind the point that botd takes")
    return text.rstrip("0").rstrip(".") if digits else text
