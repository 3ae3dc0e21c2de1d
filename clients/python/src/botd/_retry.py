"""When to try again, and after how long."""

from __future__ import annotations

import random
from collections.abc import Callable

from .errors import BotdError, Code, ConnectionRefused

FIRST_SECONDS = 0.1
LAST_SECONDS = 5.0
_PASSING = (Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED, Code.ABORTED, Code.CANCELLED, Code.DEADLINE_EXCEEDED)
_NOT_PASSING = ("CLIENT_CLOSED", "TLS_FAILED", "MESSAGE_TOO_LARGE")


class Backoff:
    """Delays that double from 0.1 s to 5 s, each shortened by chance to between half of it and all of it.

    >>> backoff = Backoff(lambda: 1.0)
    >>> [backoff.next() for _ in range(8)]
    [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    """

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._seconds = FIRST_SECONDS

    def next(self) -> float:
        """The next delay in seconds."""
        seconds, self._seconds = self._seconds, min(LAST_SECONDS, self._seconds * 2)
        return seconds * (0.5 + self._chance() / 2)

    def reset(self) -> None:
        """Something worked: the next delay is the first again."""
        self._seconds = FIRST_SECONDS


def call_may_be_repeated(error: BotdError, was_connected: bool) -> bool:
    """Whether a unary call is made again under the same request id: the daemon was unavailable or the connection broke.

    A refused connection is no reason to wait before the first connection: then the daemon is most likely not running at all.
    """
    if error.code is not Code.UNAVAILABLE or error.reason in _NOT_PASSING:
        return False
    return was_connected or not isinstance(error, ConnectionRefused)


def subscription_may_resume(error: BotdError) -> bool:
    """Whether a subscription is opened again after this error."""
    return error.code in _PASSING and error.reason not in _NOT_PASSING
