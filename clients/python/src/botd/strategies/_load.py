"""Strategies out of files and modules."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from ._base import TradingStrategy, is_strategy
from ._catalogue import LoadError


def load(sources: Sequence[str]) -> list[type[TradingStrategy]]:
    """The strategies that files ("my_strategies.py") and modules ("my.strategies") define, in the order they are written.

    Classes that are only imported there are left out, and so are those whose name begins with "_".

    Raises:
        LoadError: a file cannot be imported, or defines no strategy.
    """
    found: list[type[TradingStrategy]] = []
    for source in sources:
        module = _module(source)
        kinds = [kind for kind in vars(module).values() if is_strategy(kind) and kind.__module__ == module.__name__]
        kinds = [kind for kind in dict.fromkeys(kinds) if not kind.__name__.startswith("_")]
        if not kinds:
            raise LoadError(f"{source} defines no strategy: no subclass of botd.strategies.TradingStrategy with analyze or on_candle")
        found += kinds
    return list(dict.fromkeys(found))


def _module(source: str) -> ModuleType:
    try:
        if source.endswith(".py") or os.sep in source:
            return _from_file(source)
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        return importlib.import_module(source)
    except (Exception, SystemExit) as error:
        raise LoadError(f"{source} cannot be imported: {type(error).__name__}: {error}") from error


def _from_file(path: str) -> ModuleType:
    full = os.path.abspath(path)
    if not os.path.isfile(full):
        raise FileNotFoundError(f"there is no file {full}")
    name = os.path.splitext(os.path.basename(full))[0]
    if os.path.dirname(full) not in sys.path:
        sys.path.insert(0, os.path.dirname(full))
    known = sys.modules.get(name)
    if known is not None:
        if getattr(known, "__file__", None) == full:
            return known
        name = f"{name}_{len(sys.modules)}"  # Another module has the name: this one is imported beside it.
    spec = importlib.util.spec_from_file_location(name, full)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
