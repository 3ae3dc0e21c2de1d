"""Decimals and times: what botd writes as text and nanoseconds, as Python's own types.

Decimals of botd have at most 8 digits behind the point and 18 before it. Times are nanoseconds since the Unix epoch, UTC; 0 is "never".
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_decimal(text: str) -> Decimal | None:
    """The decimal that a field holds; None when it is empty ("not given", "not known").

    >>> to_decimal("67012.50")
    Decimal('67012.50')
    >>> to_decimal("") is None
    True
    """
    return Decimal(text) if text else None


def decimal_text(value: Decimal | int | str | None) -> str | None:
    """The spelling that botd takes: no exponent, no plus sign, no negative zero. Text is passed on as it is.

    Raises:
        ValueError: for a number that is infinite or not a number.
        TypeError: for a float: its digits are not those that were typed.

    >>> decimal_text(Decimal("1E+3"))
    '1000'
    >>> decimal_text(Decimal("-0.00"))
    '0.00'
    >>> decimal_text(25)
    '25'
    """
    if value is None or isinstance(value, str):
        return value
    given: object = value
    if isinstance(given, (bool, float)):
        raise TypeError(f"a decimal is a Decimal, an int or a text, not {value!r}: Decimal({str(value)!r}) says which digits are meant")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value} is not a number that botd takes")
    return format(number if number else number.copy_abs(), "f")


def to_datetime(time_ns: int) -> datetime | None:
    """The time in UTC, to the microsecond (what is smaller is cut off); None for 0, "never".

    >>> to_datetime(1_700_000_000_123_456_789)
    datetime.datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=datetime.timezone.utc)
    """
    return _EPOCH + timedelta(microseconds=time_ns // 1000) if time_ns else None


def nanoseconds(value: datetime | int | None) -> int | None:
    """Nanoseconds since the Unix epoch. A number is passed on as it is.

    Raises:
        ValueError: for a datetime without a time zone.

    >>> nanoseconds(datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc))
    1700000000000000000
    """
    if value is None or isinstance(value, int):
        return value
    if value.utcoffset() is None:
        raise ValueError(f"{value!r} has no time zone; for UTC: value.replace(tzinfo=timezone.utc)")
    whole = value - _EPOCH
    return ((whole.days * 86_400 + whole.seconds) * 1_000_000 + whole.microseconds) * 1_000
