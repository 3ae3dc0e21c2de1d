"""Candles in pages, newest first."""

from __future__ import annotations

from .v1.marketdata_pb2 import Candle

PAGE = 1000


class CandlePages:
    """Gathers the newest `limit` candles, at most 1000 in a page; each page lies before the one that came before it."""

    def __init__(self, limit: int, before_ns: int) -> None:
        if limit < 1:
            raise ValueError(f"limit is at least 1, not {limit}")
        self._left = limit
        self.before_ns = before_ns
        self.is_first = True
        self._pages: list[list[Candle]] = []
        self._is_done = False

    @property
    def size(self) -> int:
        """How many to ask for; 0: all are there."""
        return 0 if self._is_done else min(PAGE, self._left)

    def add(self, page: list[Candle]) -> None:
        """A page, oldest first."""
        asked = self.size
        self._pages.append(page)
        self._left -= len(page)
        self._is_done = len(page) < asked or self._left <= 0
        self.is_first = False
        if page:
            self.before_ns = page[0].open_time_ns

    def all(self) -> list[Candle]:
        """All of them, oldest first."""
        return [candle for page in reversed(self._pages) for candle in page]
