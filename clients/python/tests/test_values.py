"""Values, addresses, bookmarks, errors, back-off."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from botd import Address, Bookmark, Client, HistoryTrimmed, bot_spec, decimal_text, nanoseconds, to_datetime
from botd._call import build
from botd._retry import Backoff
from botd.errors import Code, JournalChanged, Violation, from_status
from botd.v1 import BotSpec, CreateBotRequest, ListTradesRequest


@pytest.mark.parametrize(
    ("value", "text"), [(Decimal("1E-8"), "0.00000001"), (Decimal("-0"), "0"), (Decimal("0.10"), "0.10"), (7, "7"), ("x", "x"), (None, None)]
)
def test_decimals_are_spelled_as_botd_takes_them(value: Decimal | int | str | None, text: str | None) -> None:
    assert decimal_text(value) == text


@pytest.mark.parametrize("value", [0.1, True])
def test_floats_are_no_decimals(value: float) -> None:
    with pytest.raises(TypeError, match="Decimal"):
        decimal_text(value)  # type: ignore[arg-type]


def test_infinite_decimals_are_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        decimal_text(Decimal("Infinity"))


def test_times_keep_microseconds_and_zones() -> None:
    time = datetime(2024, 2, 29, 1, 2, 3, 456789, tzinfo=timezone(timedelta(hours=2)))
    assert to_datetime(nanoseconds(time) or 0) == time
    assert nanoseconds(time) == 1_709_161_323_456_789_000
    with pytest.raises(ValueError, match="time zone"):
        nanoseconds(datetime(2024, 1, 1))


@pytest.mark.parametrize("text", ["", "unix:", "tcp://host", "tcp://host:0", "tcp://host:70000", "http://host:1", "tcp://a:b:1"])
def test_addresses_of_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Address.parse(text)


def test_settings_are_checked_before_anything_is_connected() -> None:
    with pytest.raises(ValueError, match="timeout"):
        Client("unix:/nowhere", timeout=0)
    with pytest.raises(ValueError, match="TLS"):
        Client("unix:/nowhere", tls=True)
    with pytest.raises(ValueError, match="heartbeat"):
        Client("unix:/nowhere").trades(heartbeat=0.01)
    with pytest.raises(ValueError, match="either"):
        Client("unix:/nowhere").trades(after=Bookmark("a", 1), from_start=True)


def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTD_ADDRESS", "tcp://localhost:7000")
    assert Client().address == "tcp://localhost:7000"


@pytest.mark.parametrize("text", ["", "ab", "ab:", "ab:-1", ":1", "a b:1", "ab:1x"])
def test_other_texts_are_no_bookmarks(text: str) -> None:
    with pytest.raises(ValueError, match="bookmark"):
        Bookmark.parse(text)


def test_errors_keep_everything_when_they_are_copied_or_pickled() -> None:
    violation = Violation("spec.capital", "MUST_BE_POSITIVE", "say more")
    for error in (
        from_status(3, "no", "BAD", "spec", [violation], 7),
        HistoryTrimmed("gone", first=5, last=9),
        from_status(11, "other", "OTHER_JOURNAL"),
    ):
        for same in (copy.copy(error), pickle.loads(pickle.dumps(error))):
            assert type(same) is type(error) and vars(same) == vars(error) and str(same) == str(error)
    assert isinstance(from_status(11, "x", "SEQUENCE_BEYOND_END"), JournalChanged)
    assert from_status(77, "x").code is Code.UNKNOWN


def test_back_off_doubles_to_five_seconds_and_is_jittered() -> None:
    shortest, longest = Backoff(lambda: 0.0), Backoff(lambda: 1.0)
    pairs = [(shortest.next(), longest.next()) for _ in range(8)]
    assert pairs[0] == (0.05, 0.1) and pairs[-1] == (2.5, 5.0)
    longest.reset()
    assert longest.next() == 0.1


def test_single_fields_replace_those_of_a_request() -> None:
    whole = CreateBotRequest(bot_id="a", start=True, spec=BotSpec(symbol="X", interval="1m"))
    built = build(CreateBotRequest, whole, bot_id="b", start=False, spec=bot_spec("Y"), validate_only=None)
    assert (built.bot_id, built.start, built.spec.symbol, built.spec.interval) == ("b", False, "Y", "")
    assert whole.bot_id == "a"
    assert list(build(ListTradesRequest, ListTradesRequest(bot_ids=["a"]), bot_ids=["b"]).bot_ids) == ["b"]
