"""The parameters of a strategy's class."""

from __future__ import annotations

import inspect
import re
import typing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ._parameters import REQUIRED, Parameter, ParameterError, only_parameters

if TYPE_CHECKING:
    from ._base import TradingStrategy

_KINDS: tuple[type, ...] = (int, float, Decimal, bool, str)
_BY_KEYWORD = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def parameters_of(kind: type[TradingStrategy]) -> list[Parameter]:
    """The parameters of a strategy: those it declares, else the arguments of its `__init__`.

    Raises:
        ParameterError: they do not fit together.
    """
    if kind.parameters is not None:
        found = _declared(kind)
    else:
        found = _derived(kind)
    names = [parameter.name for parameter in found]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ParameterError(f"{kind.__name__} has the parameter {doubled[0]} twice")
    for parameter in found:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", parameter.name):
            raise ParameterError(f'a parameter cannot be named "{parameter.name}": a name is 1 to 64 of a-z, A-Z, 0-9 and _, a letter first')
        parameter.check()
    return found


def arguments_of(kind: type[TradingStrategy]) -> list[inspect.Parameter]:
    """The arguments of `__init__` that can be parameters: all but `self` and the name."""
    signature = inspect.signature(kind.__init__)
    return [argument for argument in list(signature.parameters.values())[1:] if argument.kind in _BY_KEYWORD and argument.name != "name"]


def _declared(kind: type[TradingStrategy]) -> list[Parameter]:
    found = only_parameters(kind.parameters or ())
    if len(found) < len(kind.parameters or ()):
        raise ParameterError(f"{kind.__name__}.parameters is a list of Parameter")
    return found


def _derived(kind: type[TradingStrategy]) -> list[Parameter]:
    try:
        hints = typing.get_type_hints(kind.__init__)
    except (NameError, TypeError, AttributeError):  # Names that only a type checker can resolve: the defaults must do.
        hints = {}
    made = [_parameter(argument, hints.get(argument.name)) for argument in arguments_of(kind)]
    return [parameter for parameter in made if parameter is not None]


def _parameter(argument: inspect.Parameter, hint: object) -> Parameter | None:
    """The parameter for an argument; None: it stays as it is, since its default is of a type that botd does not know, or its name begins
    with "_".
    """
    default = REQUIRED if argument.default is inspect.Parameter.empty else argument.default
    if argument.name.startswith("_") and default is not REQUIRED:
        return None
    choices = _choices(hint)
    if choices:
        return Parameter(argument.name, str, default, choices=choices)
    hinted = _hinted(hint)
    if default is REQUIRED or default is None:
        return Parameter(argument.name, hinted, default)
    for known in (bool, int, float, Decimal, str):
        if isinstance(default, known):
            widened = known is int and hinted in (float, Decimal)
            return Parameter(argument.name, hinted if widened else known, default)
    return None


def _choices(hint: object) -> tuple[str, ...]:
    values = typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()
    return values if values and all(isinstance(value, str) for value in values) else ()


def _hinted(hint: object) -> Any:
    """The type a hint names, also in `Optional`; None when botd does not know it."""
    options = [option for option in typing.get_args(hint) or (hint,) if option is not type(None)]
    return options[0] if len(options) == 1 and options[0] in _KINDS else None
