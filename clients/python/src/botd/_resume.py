"""When a followed subscription is opened again, and when its user is told instead. Does no input or output."""

from __future__ import annotations

from ._retry import Backoff, subscription_may_resume
from .errors import BotdError, Code, ConnectionRefused, HistoryTrimmed, JournalChanged

HEARTBEATS_MISSED = 3
GAPS_MAX = 5
GAP_REASON = "SEQUENCE_GAP"


class Resumption:
    """How patient one subscription is.

    Args:
        timeout: Seconds within which the subscription must open the first time, and its first message must come each time.
        heartbeat: Seconds between heartbeats.
        reconnect_timeout: Seconds after which a lost daemon is given up; None: never.
    """

    def __init__(self, timeout: float, heartbeat: float, reconnect_timeout: float | None) -> None:
        self._timeout = timeout
        self._silence = HEARTBEATS_MISSED * heartbeat
        self._reconnect_timeout = reconnect_timeout
        self._backoff = Backoff()
        self._was_open = False
        self._lost_at: float | None = None
        self._gaps = 0

    def patience(self, is_first_message: bool) -> float:
        """How long the next message may take."""
        return self._timeout if is_first_message else self._silence

    def heard(self, progressed: bool) -> None:
        """A message came; `progressed`: it was more than the opening."""
        self._was_open = True
        if progressed:
            self._lost_at = None
            self._gaps = 0
            self._backoff.reset()

    def delay(self, error: BotdError, was_connected: bool, now: float) -> float:
        """Seconds after which to subscribe again.

        Raises:
            BotdError: when the user must know.
        """
        if error.code is Code.OUT_OF_RANGE and not isinstance(error, (JournalChanged, HistoryTrimmed)):
            raise HistoryTrimmed(error.message, first=0, last=error.last_sequence, reason=error.reason)
        if not subscription_may_resume(error):
            raise error
        if not self._was_open and not was_connected and isinstance(error, ConnectionRefused):
            raise error
        if error.reason == GAP_REASON:
            self._gaps += 1
        if self._lost_at is None:
            self._lost_at = now
        budget = self._reconnect_timeout if self._was_open else self._timeout
        if self._gaps > GAPS_MAX or (budget is not None and now - self._lost_at >= budget):
            raise error
        return self._backoff.next()


def gap_error(name: str) -> BotdError:
    """The items do not follow each other."""
    return BotdError(Code.ABORTED, f"{name}: an item is missing again and again", reason=GAP_REASON)
