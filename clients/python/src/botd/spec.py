"""A bot's settings from Python's own values."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .v1.bot_pb2 import BotSpec
from .v1.common_pb2 import KeyValue
from .values import decimal_text

Number = Decimal | int | str


def parameter_text(value: Decimal | int | str | bool) -> str:
    """The text of a strategy's parameter.

    >>> parameter_text(True), parameter_text(14), parameter_text(Decimal("49.90"))
    ('true', '14', '49.90')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return decimal_text(value) or ""


def bot_spec(
    symbol: str = "",
    strategy: str = "",
    *,
    parameters: Mapping[str, Decimal | int | str | bool] | None = None,
    interval: str = "",
    capital: Number | None = None,
    risk_per_trade: Number | None = None,
    max_position_fraction: Number | None = None,
    stop_loss: Number | None = None,
    take_profit: Number | None = None,
    trailing_stop: Number | None = None,
    trailing_stop_atr: Number | None = None,
    time_stop_candles: int = 0,
    cooldown_candles: int = 0,
    sizing: str = "",
    sizing_atr: Number | None = None,
    compound: bool = False,
    auto_start: bool = False,
    guards: str = "",
    entry: str = "",
    entry_offset: Number | None = None,
    entry_lifetime: int = 0,
    entry_then: str = "",
) -> BotSpec:
    """The settings of a bot; what is left out takes the daemon's default (in an update: stays as it is).

    Args:
        symbol: For example "BTCUSDT".
        strategy: Name of a strategy, see `Client.iter_strategies`.
        parameters: The strategy's parameters.
        interval: Of its candles, for example "5m".
        capital: In the quote asset, above 0.
        risk_per_trade: Fraction of the capital lost when the stop is hit, above 0 and up to 1.
        max_position_fraction: Largest position as a fraction of the capital, above 0 and up to 1.
        stop_loss: Fraction below the average entry price, 0 to 1; 0: none.
        take_profit: Fraction above the average entry price; 0: none.
        trailing_stop: Fraction below the highest price since the entry, 0 to 1; 0: none.
        trailing_stop_atr: The same in average true ranges of 14 candles, up to 100; 0: none.
        time_stop_candles: Candles after which a position is closed.
        cooldown_candles: Candles without an entry after a trade that lost.
        sizing: "risk", "volatility" or "fraction".
        sizing_atr: For sizing "volatility": average true ranges of fall.
        compound: Sizes are fractions of the equity instead of the capital.
        auto_start: Starts together with the daemon.
        guards: What locks its entries after trades that went badly, see `BotSpec.guards`; "none": nothing.
        entry: How it buys: "market", "limit" or "maker".
        entry_offset: For entries that rest: fraction below the price of the decision, 0 to 0.5.
        entry_lifetime: For entries that rest: candles after which the order is cancelled.
        entry_then: For entries that rest: "drop" or "market" where nothing was filled in time.

    >>> bot_spec("BTCUSDT", "ema_cross", parameters={"fast": 2}, capital=Decimal("1E+4")).capital
    '10000'
    """
    return BotSpec(
        symbol=symbol,
        strategy=strategy,
        parameters=[KeyValue(key=key, value=parameter_text(value)) for key, value in (parameters or {}).items()],
        interval=interval,
        capital=decimal_text(capital),
        risk_per_trade=decimal_text(risk_per_trade),
        max_position_fraction=decimal_text(max_position_fraction),
        stop_loss=decimal_text(stop_loss),
        take_profit=decimal_text(take_profit),
        trailing_stop=decimal_text(trailing_stop),
        trailing_stop_atr=decimal_text(trailing_stop_atr),
        time_stop_candles=time_stop_candles,
        cooldown_candles=cooldown_candles,
        sizing=sizing,
        sizing_atr=decimal_text(sizing_atr),
        compound=compound,
        auto_start=auto_start,
        guards=guards,
        entry=entry,
        entry_offset=decimal_text(entry_offset),
        entry_lifetime=entry_lifetime,
        entry_then=entry_then,
    )
