"""How far a subscription was followed."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Bookmark:
    """The last recorded item that was dealt with: a journal and a sequence in it.

    Store `str(bookmark)` together with what was done with the item, and pass `Bookmark.parse(text)` as `after` to go on behind it.

    >>> str(Bookmark("ab12", 42))
    'ab12:42'
    >>> Bookmark.parse("ab12:42")
    Bookmark(journal_id='ab12', sequence=42)
    """

    journal_id: str
    sequence: int

    def __str__(self) -> str:
        return f"{self.journal_id}:{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> Bookmark:
        """Reads the text form.

        Raises:
            ValueError: for anything else.
        """
        match = re.fullmatch(r"([^\s:]+):(\d{1,19})", text.strip())
        if match is None:
            raise ValueError(f'a bookmark is "JOURNAL:SEQUENCE", not "{text}"')
        return cls(match[1], int(match[2]))
