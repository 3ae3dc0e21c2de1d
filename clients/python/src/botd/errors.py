"""Every error of this package that comes from the daemon or from the way to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Code(IntEnum):
    """Status codes, those of gRPC."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


@dataclass(frozen=True)
class Violation:
    """What is wrong with one field of a request."""

    field: str
    reason: str
    message: str


class BotdError(Exception):
    """Something failed. Act on `code` and `reason`, show `message`.

    Attributes:
        code: Status code.
        reason: Machine-readable, in capitals, for example "BOT_NOT_FOUND".
        field: Path of the field that is wrong, for example "spec.capital"; empty: the request as a whole.
        message: A sentence for people.
        violations: Everything that is wrong with the request.
        last_sequence: Of a subscription: the last recorded item that was sent, or the journal's end; 0: none.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        reason: str = "",
        field: str = "",
        violations: Sequence[Violation] = (),
        last_sequence: int = 0,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.field = field
        self.message = message
        self.violations = tuple(violations)
        self.last_sequence = last_sequence

    def __str__(self) -> str:
        head = f"{self.code.name} {self.reason}".rstrip()
        further = "".join(f"\n  {item.field}: {item.message}" for item in self.violations)
        return f"{self.message} ({head}){further}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.args, self.__dict__.copy())


def _rebuilt(kind: type[BotdError], args: tuple[object, ...], state: dict[str, object]) -> BotdError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConnectionRefused(BotdError):
    """Nothing listens at the address, or it cannot be reached."""


class ConnectionLost(BotdError):
    """The connection broke, or the stream was cut. A change that was under way may have happened."""


class PeerNotTTRPC(BotdError):
    """What listens at the address does not speak botd's protocol."""


class DaemonTooOld(BotdError):
    """The daemon does not know what this client needs."""


class DeadlineExceeded(BotdError):
    """The time for the answer is over. A change may still have happened: repeat it with the same `request_id` to learn its outcome."""


class MessageTooLarge(BotdError):
    """A request or an answer of more than 4 MiB."""


class ReaderTooSlow(BotdError):
    """The messages of a stream were not taken in time, so it was ended."""


class HistoryTrimmed(BotdError):
    """The bookmark is older than what the journal still holds: `first` to `last`."""

    def __init__(self, message: str, *, first: int, last: int, reason: str = "HISTORY_TRIMMED") -> None:
        super().__init__(Code.OUT_OF_RANGE, message, reason=reason, field="after_sequence", last_sequence=last)
        self.first = first
        self.last = last


class JournalChanged(BotdError):
    """The bookmark belongs to another journal (OTHER_JOURNAL), or lies behind the end of this one (SEQUENCE_BEYOND_END)."""


_REASONS: dict[str, type[BotdError]] = {
    "MESSAGE_TOO_LARGE": MessageTooLarge,
    "READER_TOO_SLOW": ReaderTooSlow,
    "OTHER_JOURNAL": JournalChanged,
    "SEQUENCE_BEYOND_END": JournalChanged,
}


def from_status(
    code: int, message: str, reason: str = "", field: str = "", violations: Sequence[Violation] = (), last_sequence: int = 0
) -> BotdError:
    """The error for a status of the daemon."""
    known = Code(code) if code in Code._value2member_map_ and code != 0 else Code.UNKNOWN
    kind = _REASONS.get(reason, DeadlineExceeded if known is Code.DEADLINE_EXCEEDED else BotdError)
    return kind(known, message, reason=reason, field=field, violations=violations, last_sequence=last_sequence)


def connection_lost(message: str) -> ConnectionLost:
    """The connection broke."""
    return ConnectionLost(Code.UNAVAILABLE, message, reason="CONNECTION_LOST")


def deadline_exceeded(what: str, seconds: float) -> DeadlineExceeded:
    """The time that the caller gave is over."""
    return DeadlineExceeded(Code.DEADLINE_EXCEEDED, f"{what}: no answer within {seconds:g} s", reason="DEADLINE_EXCEEDED")


def message_too_large(what: str) -> MessageTooLarge:
    """A frame is over the limit."""
    return MessageTooLarge(Code.RESOURCE_EXHAUSTED, f"{what} is larger than 4 MiB; ask for less", reason="MESSAGE_TOO_LARGE")


def peer_not_ttrpc(address: str, start: bytes) -> PeerNotTTRPC:
    """The peer's bytes are no frames."""
    hint = "TLS; give `tls`" if start[:1] in (b"\x15", b"\x16") else f"something else: it begins with {start[:16]!r}"
    message = f"{address} does not speak botd's protocol (ttrpc) but {hint}"
    return PeerNotTTRPC(Code.UNIMPLEMENTED, message, reason="PEER_NOT_TTRPC")


def message_malformed(what: str, error: Exception) -> BotdError:
    """What arrived is no message of its kind."""
    return BotdError(Code.INTERNAL, f"{what} cannot be decoded: {error}", reason="MESSAGE_MALFORMED")


def reader_too_slow(what: str) -> ReaderTooSlow:
    """The stream's buffer is full."""
    message = f"{what} was ended because its messages were not taken in time; take them faster, or raise `stream_buffer_bytes`"
    return ReaderTooSlow(Code.RESOURCE_EXHAUSTED, message, reason="READER_TOO_SLOW")
