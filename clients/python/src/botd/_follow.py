"""Following a subscription over any number of connections: what to ask for, what to check, what to hand on. Does no input or output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from google.protobuf.message import Message

from ._call import Bidirectional
from .bookmark import Bookmark
from .errors import BotdError, Code, HistoryTrimmed, JournalChanged
from .v1.common_pb2 import CaughtUp, Heartbeat, SubscriptionOpened

Q = TypeVar("Q", bound=Message)
Q_co = TypeVar("Q_co", covariant=True)
T = TypeVar("T")


class Entry(Protocol):
    """A journaled item."""

    @property
    def sequence(self) -> int: ...
    @property
    def previous_sequence(self) -> int: ...


class JournalMessage(Protocol):
    """A message of a subscription to the journal."""

    @property
    def opened(self) -> SubscriptionOpened: ...
    @property
    def caught_up(self) -> CaughtUp: ...
    @property
    def heartbeat(self) -> Heartbeat: ...
    @property
    def not_recorded(self) -> bool: ...
    def HasField(self, field_name: str, /) -> bool: ...


M = TypeVar("M", bound=Message)
J = TypeVar("J", bound=JournalMessage)
E = TypeVar("E", bound=Entry)


class Follower(Generic[Q, M, T]):
    """The state of one followed subscription.

    Attributes:
        method: What is subscribed to.
        gap: Something is missing behind what was handed on: subscribe again.
        caught_up: History is finished.
    """

    method: Bidirectional[Q, M]
    gap = False
    caught_up = False

    def request(self, run: int) -> Q:
        """The request of the next subscription. `run` tells runs of the daemon apart."""
        raise NotImplementedError

    def feed(self, message: M) -> list[T]:
        """The new items of a message."""
        raise NotImplementedError


class JournalFollower(Follower[Q, M, T], Generic[Q, M, E, T]):
    """Follows trades or events: each of them once, in order, none missing.

    Args:
        make_request: From after_sequence, journal_id and live_only.
        view: The message as the fields that all journal subscriptions share.
        entries: The items of a message.
        make_item: From an entry, the bookmark behind it, and whether it is not recorded.
    """

    def __init__(
        self,
        method: Bidirectional[Q, M],
        make_request: Callable[[int, str, bool], Q],
        view: Callable[[M], JournalMessage],
        entries: Callable[[M], Sequence[E]],
        make_item: Callable[[E, Bookmark, bool], T],
        after: Bookmark | None,
        from_start: bool,
    ) -> None:
        if after is not None and from_start:
            raise ValueError("either after a bookmark or from the start")
        self.method = method
        self.bookmark = after
        self._make_request, self._view, self._entries, self._make_item = make_request, view, entries, make_item
        self._from_start = from_start
        self._chain: int = 0
        self._is_open = False
        self._run = 0
        self._unrecorded = 0

    def request(self, run: int) -> Q:
        if run != self._run:
            self._run, self._unrecorded = run, 0
        self.gap, self._is_open = False, False
        if self.bookmark is None:
            return self._make_request(0, "", not self._from_start)
        return self._make_request(self.bookmark.sequence, self.bookmark.journal_id, False)

    def feed(self, message: M) -> list[T]:
        view = self._view(message)
        if view.HasField("opened"):
            self._open(view.opened)
        elif not self._is_open:
            raise BotdError(Code.INTERNAL, f"{self.method}: the first message is not the opening", reason="PROTOCOL_VIOLATED")
        items = self._take(self._entries(message), view.not_recorded)
        if view.HasField("caught_up"):
            self.caught_up = True
        if view.HasField("heartbeat") and view.heartbeat.last_sequence != self._chain:
            self.gap = True
        return items

    def _open(self, opened: SubscriptionOpened) -> None:
        self._is_open = True
        known = self.bookmark
        if known is None:
            self.bookmark = Bookmark(opened.journal_id, 0 if self._from_start else opened.last_sequence)
        elif known.journal_id != opened.journal_id:
            raise JournalChanged(
                Code.OUT_OF_RANGE,
                f"the bookmark {known} belongs to another journal; this daemon's is {opened.journal_id}",
                reason="OTHER_JOURNAL",
                field="journal_id",
            )
        elif 0 < known.sequence < opened.first_sequence - 1:
            raise HistoryTrimmed(
                f"the journal begins at {opened.first_sequence}, behind the bookmark {known}",
                first=opened.first_sequence,
                last=opened.last_sequence,
            )
        self._chain = self.bookmark.sequence if self.bookmark is not None else 0

    def _take(self, entries: Sequence[E], not_recorded: bool) -> list[T]:
        items: list[T] = []
        for entry in entries:
            assert self.bookmark is not None
            if entry.sequence == 0:  # Not journaled: it has no place in the order.
                items.append(self._make_item(entry, self.bookmark, False))
                continue
            if entry.sequence <= self._chain:  # Delivered twice.
                continue
            if entry.previous_sequence != self._chain:
                self.gap = True
                break
            self._chain = entry.sequence
            if not not_recorded:
                self.bookmark = Bookmark(self.bookmark.journal_id, entry.sequence)
            elif entry.sequence <= self._unrecorded:  # Seen in an earlier subscription to the same run of the daemon.
                continue
            else:
                self._unrecorded = entry.sequence
            items.append(self._make_item(entry, self.bookmark, not_recorded))
        return items


class FeedFollower(Follower[Q, M, T], Generic[Q, M, E, T]):
    """Follows prices or health: numbered from 1 in each subscription; after a new connection it goes on with what is new.

    Args:
        make_request: The request of the next subscription.
        entries: The items of a message.
        make_item: The item for an entry; None: it was handed on before.
        heartbeat: The heartbeat of a message; None: it carries none.
    """

    def __init__(
        self,
        method: Bidirectional[Q, M],
        make_request: Callable[[], Q],
        entries: Callable[[M], Sequence[E]],
        make_item: Callable[[E], T | None],
        heartbeat: Callable[[M], Heartbeat | None],
    ) -> None:
        self.method = method
        self._make_request, self._entries, self._make_item, self._heartbeat = make_request, entries, make_item, heartbeat
        self._chain = 0

    def request(self, run: int) -> Q:
        self.gap, self._chain = False, 0
        return self._make_request()

    def feed(self, message: M) -> list[T]:
        items: list[T] = []
        for entry in self._entries(message):
            if entry.sequence <= self._chain:
                continue
            if entry.previous_sequence != self._chain:
                self.gap = True
                return items
            self._chain = entry.sequence
            item = self._make_item(entry)
            if item is not None:
                items.append(item)
        heartbeat = self._heartbeat(message)
        if heartbeat is not None and heartbeat.last_sequence != self._chain:
            self.gap = True
        return items
