"""What subscriptions give: a trade or an event, with the bookmark behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .bookmark import Bookmark
from .v1.event_pb2 import Event
from .v1.trade_pb2 import Trade
from .values import to_datetime


@dataclass(frozen=True)
class TradeItem:
    """A fill, and where to go on behind it.

    Attributes:
        trade: The fill as the daemon sent it.
        bookmark: Store it once the fill is dealt with; `trades(after=bookmark)` goes on behind it.
        not_recorded: The daemon's journal has failed and this fill is not in it. `bookmark` is that of the last one that is.
    """

    trade: Trade
    bookmark: Bookmark
    not_recorded: bool = False

    @property
    def price(self) -> Decimal:
        """Price in the quote asset."""
        return Decimal(self.trade.price)

    @property
    def quantity(self) -> Decimal:
        """Quantity in the base asset."""
        return Decimal(self.trade.quantity)

    @property
    def time(self) -> datetime | None:
        """The exchange's time of the fill, UTC."""
        return to_datetime(self.trade.time_ns)


@dataclass(frozen=True)
class EventItem:
    """An event, and where to go on behind it.

    Attributes:
        event: The event as the daemon sent it. Events about health are not in the journal; their sequence is 0.
        bookmark: Store it once the event is dealt with; `events(after=bookmark)` goes on behind it.
        not_recorded: The daemon's journal has failed and this event is not in it. `bookmark` is that of the last one that is.
    """

    event: Event
    bookmark: Bookmark
    not_recorded: bool = False

    @property
    def time(self) -> datetime | None:
        """When it happened, UTC."""
        return to_datetime(self.event.time_ns)
