from botd.v1 import common_pb2 as _common_pb2
from botd.v1 import order_pb2 as _order_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AdoptPositionRequest(_message.Message):
    __slots__ = ("bot_id", "entry_price", "quantity", "request_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    entry_price: str
    quantity: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., quantity: _Optional[str] = ..., entry_price: _Optional[str] = ...) -> None: ...

class AdoptPositionResponse(_message.Message):
    __slots__ = ("bot",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ...) -> None: ...

class Bot(_message.Message):
    __slots__ = ("base_asset", "created_sequence", "created_time_ns", "fills", "hold", "id", "last_signal", "lock", "mode", "net_pnl", "position", "protection", "quote_asset", "spec", "state", "state_cause", "state_reason", "updated_time_ns", "warm_up_remaining",)
    BASE_ASSET_FIELD_NUMBER: _ClassVar[int]
    CREATED_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CREATED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    LAST_SIGNAL_FIELD_NUMBER: _ClassVar[int]
    LOCK_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NET_PNL_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    PROTECTION_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    STATE_CAUSE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STATE_REASON_FIELD_NUMBER: _ClassVar[int]
    UPDATED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    WARM_UP_REMAINING_FIELD_NUMBER: _ClassVar[int]
    base_asset: str
    created_sequence: int
    created_time_ns: int
    fills: int
    hold: Hold
    id: str
    last_signal: _common_pb2.Signal
    lock: EntryLock
    mode: _common_pb2.TradingMode
    net_pnl: str
    position: Position
    protection: _containers.RepeatedCompositeFieldContainer[ProtectionLevel]
    quote_asset: str
    spec: BotSpec
    state: _common_pb2.BotState
    state_cause: _common_pb2.BotStateCause
    state_reason: str
    updated_time_ns: int
    warm_up_remaining: int
    def __init__(self, id: _Optional[str] = ..., spec: _Optional[_Union[BotSpec, _Mapping[str, _Any]]] = ..., state: _Optional[_Union[_common_pb2.BotState, str]] = ..., state_reason: _Optional[str] = ..., mode: _Optional[_Union[_common_pb2.TradingMode, str]] = ..., position: _Optional[_Union[Position, _Mapping[str, _Any]]] = ..., last_signal: _Optional[_Union[_common_pb2.Signal, _Mapping[str, _Any]]] = ..., net_pnl: _Optional[str] = ..., fills: _Optional[int] = ..., created_time_ns: _Optional[int] = ..., updated_time_ns: _Optional[int] = ..., quote_asset: _Optional[str] = ..., base_asset: _Optional[str] = ..., warm_up_remaining: _Optional[int] = ..., created_sequence: _Optional[int] = ..., state_cause: _Optional[_Union[_common_pb2.BotStateCause, str]] = ..., hold: _Optional[_Union[Hold, _Mapping[str, _Any]]] = ..., lock: _Optional[_Union[EntryLock, _Mapping[str, _Any]]] = ..., protection: _Optional[_Iterable[_Union[ProtectionLevel, _Mapping[str, _Any]]]] = ...) -> None: ...

class BotOutcome(_message.Message):
    __slots__ = ("bot_id", "error", "state",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    error: _common_pb2.ErrorInfo
    state: _common_pb2.BotState
    def __init__(self, bot_id: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.BotState, str]] = ..., error: _Optional[_Union[_common_pb2.ErrorInfo, _Mapping[str, _Any]]] = ...) -> None: ...

class BotSpec(_message.Message):
    __slots__ = ("auto_start", "capital", "compound", "cooldown_candles", "entry", "entry_lifetime", "entry_offset", "entry_then", "guards", "interval", "max_position_fraction", "parameters", "risk_per_trade", "sizing", "sizing_atr", "stop_loss", "strategy", "symbol", "take_profit", "time_stop_candles", "trailing_stop", "trailing_stop_atr",)
    AUTO_START_FIELD_NUMBER: _ClassVar[int]
    CAPITAL_FIELD_NUMBER: _ClassVar[int]
    COMPOUND_FIELD_NUMBER: _ClassVar[int]
    COOLDOWN_CANDLES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    ENTRY_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    ENTRY_OFFSET_FIELD_NUMBER: _ClassVar[int]
    ENTRY_THEN_FIELD_NUMBER: _ClassVar[int]
    GUARDS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    MAX_POSITION_FRACTION_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    RISK_PER_TRADE_FIELD_NUMBER: _ClassVar[int]
    SIZING_ATR_FIELD_NUMBER: _ClassVar[int]
    SIZING_FIELD_NUMBER: _ClassVar[int]
    STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    TIME_STOP_CANDLES_FIELD_NUMBER: _ClassVar[int]
    TRAILING_STOP_ATR_FIELD_NUMBER: _ClassVar[int]
    TRAILING_STOP_FIELD_NUMBER: _ClassVar[int]
    auto_start: bool
    capital: str
    compound: bool
    cooldown_candles: int
    entry: str
    entry_lifetime: int
    entry_offset: str
    entry_then: str
    guards: str
    interval: str
    max_position_fraction: str
    parameters: _containers.RepeatedCompositeFieldContainer[_common_pb2.KeyValue]
    risk_per_trade: str
    sizing: str
    sizing_atr: str
    stop_loss: str
    strategy: str
    symbol: str
    take_profit: str
    time_stop_candles: int
    trailing_stop: str
    trailing_stop_atr: str
    def __init__(self, symbol: _Optional[str] = ..., strategy: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[_common_pb2.KeyValue, _Mapping[str, _Any]]]] = ..., interval: _Optional[str] = ..., capital: _Optional[str] = ..., risk_per_trade: _Optional[str] = ..., max_position_fraction: _Optional[str] = ..., stop_loss: _Optional[str] = ..., take_profit: _Optional[str] = ..., trailing_stop: _Optional[str] = ..., auto_start: bool = ..., trailing_stop_atr: _Optional[str] = ..., time_stop_candles: _Optional[int] = ..., cooldown_candles: _Optional[int] = ..., sizing: _Optional[str] = ..., sizing_atr: _Optional[str] = ..., compound: bool = ..., guards: _Optional[str] = ..., entry: _Optional[str] = ..., entry_offset: _Optional[str] = ..., entry_lifetime: _Optional[int] = ..., entry_then: _Optional[str] = ...) -> None: ...

class ClosePositionRequest(_message.Message):
    __slots__ = ("bot_id", "reason", "request_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    reason: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ClosePositionResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.Order
    def __init__(self, order: _Optional[_Union[_order_pb2.Order, _Mapping[str, _Any]]] = ...) -> None: ...

class ConversionRate(_message.Message):
    __slots__ = ("asset", "path", "rate", "time_ns",)
    ASSET_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    asset: str
    path: str
    rate: str
    time_ns: int
    def __init__(self, asset: _Optional[str] = ..., rate: _Optional[str] = ..., time_ns: _Optional[int] = ..., path: _Optional[str] = ...) -> None: ...

class CreateBotRequest(_message.Message):
    __slots__ = ("bot_id", "request_id", "spec", "start", "validate_only",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    request_id: str
    spec: BotSpec
    start: bool
    validate_only: bool
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., spec: _Optional[_Union[BotSpec, _Mapping[str, _Any]]] = ..., start: bool = ..., validate_only: bool = ...) -> None: ...

class CreateBotResponse(_message.Message):
    __slots__ = ("bot", "notes",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class DenialCount(_message.Message):
    __slots__ = ("count", "reason",)
    COUNT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    count: int
    reason: str
    def __init__(self, reason: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class EntryLock(_message.Message):
    __slots__ = ("bot_id", "cause", "id", "reason", "scope", "since_time_ns", "symbol", "until_time_ns",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SINCE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    cause: str
    id: int
    reason: str
    scope: str
    since_time_ns: int
    symbol: str
    until_time_ns: int
    def __init__(self, id: _Optional[int] = ..., scope: _Optional[str] = ..., bot_id: _Optional[str] = ..., symbol: _Optional[str] = ..., cause: _Optional[str] = ..., reason: _Optional[str] = ..., since_time_ns: _Optional[int] = ..., until_time_ns: _Optional[int] = ...) -> None: ...

class GetBotRequest(_message.Message):
    __slots__ = ("bot_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    def __init__(self, bot_id: _Optional[str] = ...) -> None: ...

class GetBotResponse(_message.Message):
    __slots__ = ("bot",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ...) -> None: ...

class GetBotStatsRequest(_message.Message):
    __slots__ = ("bot_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    def __init__(self, bot_id: _Optional[str] = ...) -> None: ...

class GetBotStatsResponse(_message.Message):
    __slots__ = ("stats",)
    STATS_FIELD_NUMBER: _ClassVar[int]
    stats: Stats
    def __init__(self, stats: _Optional[_Union[Stats, _Mapping[str, _Any]]] = ...) -> None: ...

class Hold(_message.Message):
    __slots__ = ("cause", "concern", "reason", "since_time_ns",)
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    CONCERN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SINCE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    cause: str
    concern: str
    reason: str
    since_time_ns: int
    def __init__(self, cause: _Optional[str] = ..., concern: _Optional[str] = ..., reason: _Optional[str] = ..., since_time_ns: _Optional[int] = ...) -> None: ...

class ListBotsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "states", "symbols",)
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    states: _containers.RepeatedScalarFieldContainer[_common_pb2.BotState]
    symbols: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., symbols: _Optional[_Iterable[str]] = ..., states: _Optional[_Iterable[_Union[_common_pb2.BotState, str]]] = ...) -> None: ...

class ListBotsResponse(_message.Message):
    __slots__ = ("bots", "next_page_token", "total",)
    BOTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    bots: _containers.RepeatedCompositeFieldContainer[Bot]
    next_page_token: str
    total: int
    def __init__(self, bots: _Optional[_Iterable[_Union[Bot, _Mapping[str, _Any]]]] = ..., next_page_token: _Optional[str] = ..., total: _Optional[int] = ...) -> None: ...

class OpenPositionRequest(_message.Message):
    __slots__ = ("bot_id", "quote_quantity", "request_id", "validate_only",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    quote_quantity: str
    request_id: str
    validate_only: bool
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., quote_quantity: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class OpenPositionResponse(_message.Message):
    __slots__ = ("order", "protection",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PROTECTION_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.Order
    protection: _containers.RepeatedCompositeFieldContainer[ProtectionLevel]
    def __init__(self, order: _Optional[_Union[_order_pb2.Order, _Mapping[str, _Any]]] = ..., protection: _Optional[_Iterable[_Union[ProtectionLevel, _Mapping[str, _Any]]]] = ...) -> None: ...

class PauseBotRequest(_message.Message):
    __slots__ = ("bot_id", "request_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ...) -> None: ...

class PauseBotResponse(_message.Message):
    __slots__ = ("bot",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ...) -> None: ...

class Position(_message.Message):
    __slots__ = ("average_entry_price", "bot_id", "mark_price", "market_value", "opened_time_ns", "protective_order_id", "quantity", "stop_price", "symbol", "take_profit_price", "unrealized_pnl",)
    AVERAGE_ENTRY_PRICE_FIELD_NUMBER: _ClassVar[int]
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_VALUE_FIELD_NUMBER: _ClassVar[int]
    MARK_PRICE_FIELD_NUMBER: _ClassVar[int]
    OPENED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    PROTECTIVE_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    STOP_PRICE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TAKE_PROFIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    UNREALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    average_entry_price: str
    bot_id: str
    mark_price: str
    market_value: str
    opened_time_ns: int
    protective_order_id: str
    quantity: str
    stop_price: str
    symbol: str
    take_profit_price: str
    unrealized_pnl: str
    def __init__(self, bot_id: _Optional[str] = ..., symbol: _Optional[str] = ..., quantity: _Optional[str] = ..., average_entry_price: _Optional[str] = ..., mark_price: _Optional[str] = ..., market_value: _Optional[str] = ..., unrealized_pnl: _Optional[str] = ..., stop_price: _Optional[str] = ..., take_profit_price: _Optional[str] = ..., opened_time_ns: _Optional[int] = ..., protective_order_id: _Optional[str] = ...) -> None: ...

class ProtectionLevel(_message.Message):
    __slots__ = ("client_order_id", "explanation", "is_expected", "kind", "price", "rests",)
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    IS_EXPECTED_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    RESTS_FIELD_NUMBER: _ClassVar[int]
    client_order_id: str
    explanation: str
    is_expected: bool
    kind: str
    price: str
    rests: bool
    def __init__(self, kind: _Optional[str] = ..., price: _Optional[str] = ..., rests: bool = ..., client_order_id: _Optional[str] = ..., explanation: _Optional[str] = ..., is_expected: bool = ...) -> None: ...

class ReducePositionRequest(_message.Message):
    __slots__ = ("bot_id", "fraction", "quantity", "quote_quantity", "reason", "request_id", "validate_only",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    QUOTE_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    fraction: str
    quantity: str
    quote_quantity: str
    reason: str
    request_id: str
    validate_only: bool
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., reason: _Optional[str] = ..., quantity: _Optional[str] = ..., quote_quantity: _Optional[str] = ..., fraction: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ReducePositionResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.Order
    def __init__(self, order: _Optional[_Union[_order_pb2.Order, _Mapping[str, _Any]]] = ...) -> None: ...

class ReleasePositionRequest(_message.Message):
    __slots__ = ("bot_id", "quantity", "request_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    quantity: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., quantity: _Optional[str] = ...) -> None: ...

class ReleasePositionResponse(_message.Message):
    __slots__ = ("bot",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ...) -> None: ...

class RemoveBotRequest(_message.Message):
    __slots__ = ("bot_id", "force", "request_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    force: bool
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., force: bool = ...) -> None: ...

class RemoveBotResponse(_message.Message):
    __slots__ = ("bot",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ...) -> None: ...

class ResumeBotRequest(_message.Message):
    __slots__ = ("bot_id", "request_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ...) -> None: ...

class ResumeBotResponse(_message.Message):
    __slots__ = ("bot",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ...) -> None: ...

class StartAllBotsRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class StartAllBotsResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[BotOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[BotOutcome, _Mapping[str, _Any]]]] = ...) -> None: ...

class StartBotRequest(_message.Message):
    __slots__ = ("bot_id", "request_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ...) -> None: ...

class StartBotResponse(_message.Message):
    __slots__ = ("bot",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ...) -> None: ...

class Stats(_message.Message):
    __slots__ = ("answer_delay_max_ns", "answer_delay_mean_ns", "answers", "average_loss", "average_trade_ns", "average_win", "best_trade", "bot_id", "break_even", "break_even_cost", "cagr", "calmar_ratio", "candles", "capital", "denials", "drawdown_now", "equity", "expectancy", "exposure", "fees", "fees_total", "fills", "first_time_ns", "gross_pnl", "largest_fall", "last_time_ns", "longest_loss_streak", "longest_trade_ns", "longest_win_streak", "losses", "maker_fees", "maker_fills", "maker_turnover", "market_change", "max_drawdown", "max_drawdown_duration_ns", "max_drawdown_fraction", "max_drawdown_peak_time_ns", "max_drawdown_recovery_time_ns", "max_drawdown_time_ns", "mean_time_in_market", "mode", "net_pnl", "position_quantity", "position_value", "profit_factor", "quote_asset", "rates", "realized_pnl", "return_fraction", "return_on_capital", "sharpe_ratio", "shortest_trade_ns", "signals", "signals_denied", "slippage", "slippage_fraction", "sortino_ratio", "state", "system_quality", "time_in_market", "trades", "turnover", "unconverted_assets", "unrealized_pnl", "volatility", "whole_days", "win_rate", "wins", "worst_trade",)
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    ANSWER_DELAY_MAX_NS_FIELD_NUMBER: _ClassVar[int]
    ANSWER_DELAY_MEAN_NS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_LOSS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_TRADE_NS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_WIN_FIELD_NUMBER: _ClassVar[int]
    BEST_TRADE_FIELD_NUMBER: _ClassVar[int]
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    BREAK_EVEN_COST_FIELD_NUMBER: _ClassVar[int]
    BREAK_EVEN_FIELD_NUMBER: _ClassVar[int]
    CAGR_FIELD_NUMBER: _ClassVar[int]
    CALMAR_RATIO_FIELD_NUMBER: _ClassVar[int]
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    CAPITAL_FIELD_NUMBER: _ClassVar[int]
    DENIALS_FIELD_NUMBER: _ClassVar[int]
    DRAWDOWN_NOW_FIELD_NUMBER: _ClassVar[int]
    EQUITY_FIELD_NUMBER: _ClassVar[int]
    EXPECTANCY_FIELD_NUMBER: _ClassVar[int]
    EXPOSURE_FIELD_NUMBER: _ClassVar[int]
    FEES_FIELD_NUMBER: _ClassVar[int]
    FEES_TOTAL_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    FIRST_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    GROSS_PNL_FIELD_NUMBER: _ClassVar[int]
    LARGEST_FALL_FIELD_NUMBER: _ClassVar[int]
    LAST_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    LONGEST_LOSS_STREAK_FIELD_NUMBER: _ClassVar[int]
    LONGEST_TRADE_NS_FIELD_NUMBER: _ClassVar[int]
    LONGEST_WIN_STREAK_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    MAKER_FEES_FIELD_NUMBER: _ClassVar[int]
    MAKER_FILLS_FIELD_NUMBER: _ClassVar[int]
    MAKER_TURNOVER_FIELD_NUMBER: _ClassVar[int]
    MARKET_CHANGE_FIELD_NUMBER: _ClassVar[int]
    MAX_DRAWDOWN_DURATION_NS_FIELD_NUMBER: _ClassVar[int]
    MAX_DRAWDOWN_FIELD_NUMBER: _ClassVar[int]
    MAX_DRAWDOWN_FRACTION_FIELD_NUMBER: _ClassVar[int]
    MAX_DRAWDOWN_PEAK_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    MAX_DRAWDOWN_RECOVERY_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    MAX_DRAWDOWN_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    MEAN_TIME_IN_MARKET_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NET_PNL_FIELD_NUMBER: _ClassVar[int]
    POSITION_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    POSITION_VALUE_FIELD_NUMBER: _ClassVar[int]
    PROFIT_FACTOR_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    REALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    RETURN_FRACTION_FIELD_NUMBER: _ClassVar[int]
    RETURN_ON_CAPITAL_FIELD_NUMBER: _ClassVar[int]
    SHARPE_RATIO_FIELD_NUMBER: _ClassVar[int]
    SHORTEST_TRADE_NS_FIELD_NUMBER: _ClassVar[int]
    SIGNALS_DENIED_FIELD_NUMBER: _ClassVar[int]
    SIGNALS_FIELD_NUMBER: _ClassVar[int]
    SLIPPAGE_FIELD_NUMBER: _ClassVar[int]
    SLIPPAGE_FRACTION_FIELD_NUMBER: _ClassVar[int]
    SORTINO_RATIO_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_QUALITY_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_MARKET_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    TURNOVER_FIELD_NUMBER: _ClassVar[int]
    UNCONVERTED_ASSETS_FIELD_NUMBER: _ClassVar[int]
    UNREALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    VOLATILITY_FIELD_NUMBER: _ClassVar[int]
    WHOLE_DAYS_FIELD_NUMBER: _ClassVar[int]
    WINS_FIELD_NUMBER: _ClassVar[int]
    WIN_RATE_FIELD_NUMBER: _ClassVar[int]
    WORST_TRADE_FIELD_NUMBER: _ClassVar[int]
    answer_delay_max_ns: int
    answer_delay_mean_ns: int
    answers: int
    average_loss: str
    average_trade_ns: int
    average_win: str
    best_trade: str
    bot_id: str
    break_even: int
    break_even_cost: str
    cagr: float
    calmar_ratio: float
    candles: int
    capital: str
    denials: _containers.RepeatedCompositeFieldContainer[DenialCount]
    drawdown_now: str
    equity: str
    expectancy: str
    exposure: str
    fees: _containers.RepeatedCompositeFieldContainer[_common_pb2.AssetAmount]
    fees_total: str
    fills: int
    first_time_ns: int
    gross_pnl: str
    largest_fall: str
    last_time_ns: int
    longest_loss_streak: int
    longest_trade_ns: int
    longest_win_streak: int
    losses: int
    maker_fees: str
    maker_fills: int
    maker_turnover: str
    market_change: str
    max_drawdown: str
    max_drawdown_duration_ns: int
    max_drawdown_fraction: str
    max_drawdown_peak_time_ns: int
    max_drawdown_recovery_time_ns: int
    max_drawdown_time_ns: int
    mean_time_in_market: str
    mode: _common_pb2.TradingMode
    net_pnl: str
    position_quantity: str
    position_value: str
    profit_factor: str
    quote_asset: str
    rates: _containers.RepeatedCompositeFieldContainer[ConversionRate]
    realized_pnl: str
    return_fraction: str
    return_on_capital: str
    sharpe_ratio: float
    shortest_trade_ns: int
    signals: int
    signals_denied: int
    slippage: str
    slippage_fraction: str
    sortino_ratio: float
    state: _common_pb2.BotState
    system_quality: float
    time_in_market: str
    trades: int
    turnover: str
    unconverted_assets: _containers.RepeatedScalarFieldContainer[str]
    unrealized_pnl: str
    volatility: float
    whole_days: int
    win_rate: str
    wins: int
    worst_trade: str
    def __init__(self, bot_id: _Optional[str] = ..., state: _Optional[_Union[_common_pb2.BotState, str]] = ..., mode: _Optional[_Union[_common_pb2.TradingMode, str]] = ..., quote_asset: _Optional[str] = ..., capital: _Optional[str] = ..., equity: _Optional[str] = ..., realized_pnl: _Optional[str] = ..., unrealized_pnl: _Optional[str] = ..., gross_pnl: _Optional[str] = ..., net_pnl: _Optional[str] = ..., return_fraction: _Optional[str] = ..., fees: _Optional[_Iterable[_Union[_common_pb2.AssetAmount, _Mapping[str, _Any]]]] = ..., fills: _Optional[int] = ..., trades: _Optional[int] = ..., wins: _Optional[int] = ..., losses: _Optional[int] = ..., win_rate: _Optional[str] = ..., profit_factor: _Optional[str] = ..., expectancy: _Optional[str] = ..., average_win: _Optional[str] = ..., average_loss: _Optional[str] = ..., best_trade: _Optional[str] = ..., worst_trade: _Optional[str] = ..., longest_win_streak: _Optional[int] = ..., longest_loss_streak: _Optional[int] = ..., max_drawdown: _Optional[str] = ..., max_drawdown_fraction: _Optional[str] = ..., max_drawdown_time_ns: _Optional[int] = ..., max_drawdown_duration_ns: _Optional[int] = ..., sharpe_ratio: _Optional[float] = ..., sortino_ratio: _Optional[float] = ..., calmar_ratio: _Optional[float] = ..., exposure: _Optional[str] = ..., signals: _Optional[int] = ..., signals_denied: _Optional[int] = ..., denials: _Optional[_Iterable[_Union[DenialCount, _Mapping[str, _Any]]]] = ..., slippage: _Optional[str] = ..., slippage_fraction: _Optional[str] = ..., market_change: _Optional[str] = ..., turnover: _Optional[str] = ..., position_quantity: _Optional[str] = ..., first_time_ns: _Optional[int] = ..., last_time_ns: _Optional[int] = ..., candles: _Optional[int] = ..., return_on_capital: _Optional[str] = ..., time_in_market: _Optional[str] = ..., mean_time_in_market: _Optional[str] = ..., volatility: _Optional[float] = ..., cagr: _Optional[float] = ..., system_quality: _Optional[float] = ..., max_drawdown_peak_time_ns: _Optional[int] = ..., max_drawdown_recovery_time_ns: _Optional[int] = ..., largest_fall: _Optional[str] = ..., break_even: _Optional[int] = ..., break_even_cost: _Optional[str] = ..., average_trade_ns: _Optional[int] = ..., longest_trade_ns: _Optional[int] = ..., shortest_trade_ns: _Optional[int] = ..., whole_days: _Optional[int] = ..., rates: _Optional[_Iterable[_Union[ConversionRate, _Mapping[str, _Any]]]] = ..., unconverted_assets: _Optional[_Iterable[str]] = ..., fees_total: _Optional[str] = ..., position_value: _Optional[str] = ..., drawdown_now: _Optional[str] = ..., answers: _Optional[int] = ..., answer_delay_mean_ns: _Optional[int] = ..., answer_delay_max_ns: _Optional[int] = ..., maker_fills: _Optional[int] = ..., maker_turnover: _Optional[str] = ..., maker_fees: _Optional[str] = ...) -> None: ...

class StopAllBotsRequest(_message.Message):
    __slots__ = ("close_positions", "request_id",)
    CLOSE_POSITIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    close_positions: bool
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., close_positions: bool = ...) -> None: ...

class StopAllBotsResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[BotOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[BotOutcome, _Mapping[str, _Any]]]] = ...) -> None: ...

class StopBotRequest(_message.Message):
    __slots__ = ("bot_id", "close_position", "request_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    CLOSE_POSITION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    close_position: bool
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., close_position: bool = ...) -> None: ...

class StopBotResponse(_message.Message):
    __slots__ = ("bot",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ...) -> None: ...

class UpdateBotRequest(_message.Message):
    __slots__ = ("bot_id", "request_id", "spec", "update_auto_start", "update_compound",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    UPDATE_AUTO_START_FIELD_NUMBER: _ClassVar[int]
    UPDATE_COMPOUND_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    request_id: str
    spec: BotSpec
    update_auto_start: bool
    update_compound: bool
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., spec: _Optional[_Union[BotSpec, _Mapping[str, _Any]]] = ..., update_auto_start: bool = ..., update_compound: bool = ...) -> None: ...

class UpdateBotResponse(_message.Message):
    __slots__ = ("bot",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    bot: Bot
    def __init__(self, bot: _Optional[_Union[Bot, _Mapping[str, _Any]]] = ...) -> None: ...
