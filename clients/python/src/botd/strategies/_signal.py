"""What a strategy answers, and how its answer is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import SupportsFloat, cast

REASON_CHARACTERS_MAX = 500
_SHOWN_CHARACTERS = 80
_ALLOWED = "allowed is {'signal': 'BUY', 'SELL' or 'HOLD', 'confidence': 0 to 1, 'reason': text}"


class SignalType(str, Enum):
    """What a strategy wants. Compares equal to its text, so `"BUY"` and `SignalType.BUY` are the same.

    >>> SignalType.BUY.value, SignalType.BUY == "BUY"
    ('BUY', True)
    """

    BUY = "BUY"
    """Enter, where the bot holds nothing."""
    SELL = "SELL"
    """Leave, where the bot holds something."""
    HOLD = "HOLD"
    """Nothing."""


@dataclass(frozen=True)
class Signal:
    """What a strategy wants at the close of a candle.

    Attributes:
        action: Buy, sell or hold.
        confidence: How strongly, from 0 to 1.
        reason: Why, in words; what is beyond 500 characters is cut off.
    """

    action: SignalType
    confidence: float = 1.0
    reason: str = ""

    @classmethod
    def buy(cls, confidence: float = 1.0, reason: str = "") -> Signal:
        """Enter, where the bot holds nothing."""
        return cls(SignalType.BUY, confidence, reason)

    @classmethod
    def sell(cls, confidence: float = 1.0, reason: str = "") -> Signal:
        """Leave, where the bot holds something."""
        return cls(SignalType.SELL, confidence, reason)

    @classmethod
    def hold(cls, confidence: float = 0.0, reason: str = "") -> Signal:
        """Nothing."""
        return cls(SignalType.HOLD, confidence, reason)


HOLD = Signal.hold()
_ACTIONS = {spelling: action for action in SignalType for spelling in (action.value, action.value.lower(), action)}


class WrongAnswer(Exception):
    """A strategy returned what is no signal; the text names what it returned and what is allowed."""

    def __init__(self, method: str, problem: str) -> None:
        super().__init__(f"{method} returned {problem}; {_ALLOWED}")


def read_signal(returned: object, method: str) -> Signal:
    """The signal in what `method` of a strategy returned.

    Raises:
        WrongAnswer: there is none.

    >>> read_signal({"signal": "buy", "confidence": 0.8, "reason": "oversold"}, "analyze")
    Signal(action=<SignalType.BUY: 'BUY'>, confidence=0.8, reason='oversold')
    """
    action: object
    confidence: object
    reason: object
    if isinstance(returned, Signal):
        action, confidence, reason = returned.action, returned.confidence, returned.reason
    elif isinstance(returned, Mapping):
        said = cast("Mapping[str, object]", returned)
        if "signal" not in said:
            raise WrongAnswer(method, f"a mapping without 'signal', {_shown(said)}")
        action, confidence, reason = said["signal"], said.get("confidence", 1.0), said.get("reason", "")
    else:
        raise WrongAnswer(method, f"{_shown(returned)} of type {type(returned).__name__}")
    return Signal(_action(action, method), _confidence(confidence, method), _reason(reason, method))


def _action(value: object, method: str) -> SignalType:
    action = _ACTIONS.get(value) if isinstance(value, str) else None
    if action is None:
        raise WrongAnswer(method, f"the signal {_shown(value)}")
    return action


def _confidence(value: object, method: str) -> float:
    if type(value) is float and 0 <= value <= 1:
        return abs(value)  # Not -0.0.
    if isinstance(value, bool) or not isinstance(value, SupportsFloat):
        raise WrongAnswer(method, f"the confidence {_shown(value)}")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise WrongAnswer(method, f"the confidence {_shown(value)}") from None
    if math.isnan(number) or not 0 <= number <= 1:
        raise WrongAnswer(method, f"the confidence {_shown(value)}")
    return abs(number)


def _reason(value: object, method: str) -> str:
    if not isinstance(value, str):
        raise WrongAnswer(method, f"the reason {_shown(value)}")
    return wire_text(value)


def wire_text(text: str, characters: int = REASON_CHARACTERS_MAX) -> str:
    """At most so many characters of a text, without those that botd refuses.

    >>> wire_text("a" + chr(0) + "b" + chr(0xD800))
    'a?b?'
    """
    clean = text[:characters].encode("utf-8", "replace").decode("utf-8")
    return clean.replace("\0", "?")


def _shown(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."
