from botd.v1 import common_pb2 as _common_pb2
from botd.v1 import bot_pb2 as _bot_pb2
from botd.v1 import trade_pb2 as _trade_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
LEDGER_KIND_ADOPTED: LedgerKind
LEDGER_KIND_BALANCES: LedgerKind
LEDGER_KIND_CLOSING: LedgerKind
LEDGER_KIND_FILL: LedgerKind
LEDGER_KIND_MISSING: LedgerKind
LEDGER_KIND_OPENING: LedgerKind
LEDGER_KIND_RELEASED: LedgerKind
LEDGER_KIND_REMOVED: LedgerKind
LEDGER_KIND_UNSPECIFIED: LedgerKind

class Balance(_message.Message):
    __slots__ = ("asset", "free", "locked", "total",)
    ASSET_FIELD_NUMBER: _ClassVar[int]
    FREE_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    asset: str
    free: str
    locked: str
    total: str
    def __init__(self, asset: _Optional[str] = ..., free: _Optional[str] = ..., locked: _Optional[str] = ..., total: _Optional[str] = ...) -> None: ...

class Discrepancy(_message.Message):
    __slots__ = ("asset", "bot_ids", "claimed", "held", "missing", "since_time_ns",)
    ASSET_FIELD_NUMBER: _ClassVar[int]
    BOT_IDS_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    SINCE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    asset: str
    bot_ids: _containers.RepeatedScalarFieldContainer[str]
    claimed: str
    held: str
    missing: str
    since_time_ns: int
    def __init__(self, asset: _Optional[str] = ..., claimed: _Optional[str] = ..., held: _Optional[str] = ..., missing: _Optional[str] = ..., since_time_ns: _Optional[int] = ..., bot_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class EquityPoint(_message.Message):
    __slots__ = ("drawdown", "drawdown_fraction", "equity", "flow", "net_profit", "position_value", "time_ns",)
    DRAWDOWN_FIELD_NUMBER: _ClassVar[int]
    DRAWDOWN_FRACTION_FIELD_NUMBER: _ClassVar[int]
    EQUITY_FIELD_NUMBER: _ClassVar[int]
    FLOW_FIELD_NUMBER: _ClassVar[int]
    NET_PROFIT_FIELD_NUMBER: _ClassVar[int]
    POSITION_VALUE_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    drawdown: str
    drawdown_fraction: str
    equity: str
    flow: str
    net_profit: str
    position_value: str
    time_ns: int
    def __init__(self, time_ns: _Optional[int] = ..., equity: _Optional[str] = ..., drawdown: _Optional[str] = ..., drawdown_fraction: _Optional[str] = ..., net_profit: _Optional[str] = ..., flow: _Optional[str] = ..., position_value: _Optional[str] = ...) -> None: ...

class GetBalancesRequest(_message.Message):
    __slots__ = ("include_zero",)
    INCLUDE_ZERO_FIELD_NUMBER: _ClassVar[int]
    include_zero: bool
    def __init__(self, include_zero: bool = ...) -> None: ...

class GetBalancesResponse(_message.Message):
    __slots__ = ("balances", "updated_time_ns",)
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    UPDATED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    balances: _containers.RepeatedCompositeFieldContainer[Balance]
    updated_time_ns: int
    def __init__(self, balances: _Optional[_Iterable[_Union[Balance, _Mapping[str, _Any]]]] = ..., updated_time_ns: _Optional[int] = ...) -> None: ...

class GetDiscrepanciesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDiscrepanciesResponse(_message.Message):
    __slots__ = ("discrepancies",)
    DISCREPANCIES_FIELD_NUMBER: _ClassVar[int]
    discrepancies: _containers.RepeatedCompositeFieldContainer[Discrepancy]
    def __init__(self, discrepancies: _Optional[_Iterable[_Union[Discrepancy, _Mapping[str, _Any]]]] = ...) -> None: ...

class GetEquityCurveRequest(_message.Message):
    __slots__ = ("bot_id", "from_time_ns", "page_size", "page_token", "to_time_ns",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TO_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    from_time_ns: int
    page_size: int
    page_token: str
    to_time_ns: int
    def __init__(self, bot_id: _Optional[str] = ..., from_time_ns: _Optional[int] = ..., to_time_ns: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetEquityCurveResponse(_message.Message):
    __slots__ = ("next_page_token", "points",)
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    points: _containers.RepeatedCompositeFieldContainer[EquityPoint]
    def __init__(self, points: _Optional[_Iterable[_Union[EquityPoint, _Mapping[str, _Any]]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetPortfolioSummaryRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetPortfolioSummaryResponse(_message.Message):
    __slots__ = ("allocated_capital", "bots", "mode", "open_orders", "open_positions", "sequence", "stats", "time_ns", "trading_state", "trading_state_cause", "trading_state_reason",)
    ALLOCATED_CAPITAL_FIELD_NUMBER: _ClassVar[int]
    BOTS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    OPEN_ORDERS_FIELD_NUMBER: _ClassVar[int]
    OPEN_POSITIONS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    TRADING_STATE_CAUSE_FIELD_NUMBER: _ClassVar[int]
    TRADING_STATE_FIELD_NUMBER: _ClassVar[int]
    TRADING_STATE_REASON_FIELD_NUMBER: _ClassVar[int]
    allocated_capital: str
    bots: _containers.RepeatedCompositeFieldContainer[_common_pb2.Counter]
    mode: _common_pb2.TradingMode
    open_orders: int
    open_positions: int
    sequence: int
    stats: _bot_pb2.Stats
    time_ns: int
    trading_state: _common_pb2.TradingState
    trading_state_cause: _common_pb2.TradingStateCause
    trading_state_reason: str
    def __init__(self, stats: _Optional[_Union[_bot_pb2.Stats, _Mapping[str, _Any]]] = ..., bots: _Optional[_Iterable[_Union[_common_pb2.Counter, _Mapping[str, _Any]]]] = ..., open_positions: _Optional[int] = ..., open_orders: _Optional[int] = ..., trading_state: _Optional[_Union[_common_pb2.TradingState, str]] = ..., mode: _Optional[_Union[_common_pb2.TradingMode, str]] = ..., allocated_capital: _Optional[str] = ..., sequence: _Optional[int] = ..., time_ns: _Optional[int] = ..., trading_state_reason: _Optional[str] = ..., trading_state_cause: _Optional[_Union[_common_pb2.TradingStateCause, str]] = ...) -> None: ...

class GetRateLimitsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetRateLimitsResponse(_message.Message):
    __slots__ = ("limits",)
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    limits: _containers.RepeatedCompositeFieldContainer[RateLimit]
    def __init__(self, limits: _Optional[_Iterable[_Union[RateLimit, _Mapping[str, _Any]]]] = ...) -> None: ...

class LedgerEntry(_message.Message):
    __slots__ = ("balances", "base_asset", "bot_created_sequence", "bot_id", "capital", "cost", "fee_in_quote", "kind", "price", "quantity", "quote_asset", "realized_pnl", "removed_time_ns", "sequence", "strategy", "symbol", "time_ns", "trade", "trade_opened_time_ns", "trade_profit", "unrealized_pnl",)
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    BASE_ASSET_FIELD_NUMBER: _ClassVar[int]
    BOT_CREATED_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    CAPITAL_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    FEE_IN_QUOTE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    REALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    REMOVED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    TRADE_FIELD_NUMBER: _ClassVar[int]
    TRADE_OPENED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    TRADE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    UNREALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    balances: _containers.RepeatedCompositeFieldContainer[_common_pb2.AssetAmount]
    base_asset: str
    bot_created_sequence: int
    bot_id: str
    capital: str
    cost: str
    fee_in_quote: str
    kind: LedgerKind
    price: str
    quantity: str
    quote_asset: str
    realized_pnl: str
    removed_time_ns: int
    sequence: int
    strategy: str
    symbol: str
    time_ns: int
    trade: _trade_pb2.Trade
    trade_opened_time_ns: int
    trade_profit: str
    unrealized_pnl: str
    def __init__(self, kind: _Optional[_Union[LedgerKind, str]] = ..., sequence: _Optional[int] = ..., time_ns: _Optional[int] = ..., bot_id: _Optional[str] = ..., bot_created_sequence: _Optional[int] = ..., strategy: _Optional[str] = ..., symbol: _Optional[str] = ..., base_asset: _Optional[str] = ..., quote_asset: _Optional[str] = ..., trade: _Optional[_Union[_trade_pb2.Trade, _Mapping[str, _Any]]] = ..., quantity: _Optional[str] = ..., price: _Optional[str] = ..., cost: _Optional[str] = ..., realized_pnl: _Optional[str] = ..., unrealized_pnl: _Optional[str] = ..., fee_in_quote: _Optional[str] = ..., trade_profit: _Optional[str] = ..., trade_opened_time_ns: _Optional[int] = ..., capital: _Optional[str] = ..., removed_time_ns: _Optional[int] = ..., balances: _Optional[_Iterable[_Union[_common_pb2.AssetAmount, _Mapping[str, _Any]]]] = ...) -> None: ...

class ListLedgerRequest(_message.Message):
    __slots__ = ("bot_ids", "from_time_ns", "page_size", "page_token", "to_time_ns",)
    BOT_IDS_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TO_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    bot_ids: _containers.RepeatedScalarFieldContainer[str]
    from_time_ns: int
    page_size: int
    page_token: str
    to_time_ns: int
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., from_time_ns: _Optional[int] = ..., to_time_ns: _Optional[int] = ..., bot_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ListLedgerResponse(_message.Message):
    __slots__ = ("entries", "next_page_token",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[LedgerEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[LedgerEntry, _Mapping[str, _Any]]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListPositionsRequest(_message.Message):
    __slots__ = ("include_flat", "page_size", "page_token", "symbols",)
    INCLUDE_FLAT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    include_flat: bool
    page_size: int
    page_token: str
    symbols: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., symbols: _Optional[_Iterable[str]] = ..., include_flat: bool = ...) -> None: ...

class ListPositionsResponse(_message.Message):
    __slots__ = ("next_page_token", "positions",)
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    POSITIONS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    positions: _containers.RepeatedCompositeFieldContainer[_bot_pb2.Position]
    def __init__(self, positions: _Optional[_Iterable[_Union[_bot_pb2.Position, _Mapping[str, _Any]]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RateLimit(_message.Message):
    __slots__ = ("blocked_until_time_ns", "interval_ns", "limit", "type", "used",)
    BLOCKED_UNTIL_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_NS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    blocked_until_time_ns: int
    interval_ns: int
    limit: int
    type: str
    used: int
    def __init__(self, type: _Optional[str] = ..., interval_ns: _Optional[int] = ..., limit: _Optional[int] = ..., used: _Optional[int] = ..., blocked_until_time_ns: _Optional[int] = ...) -> None: ...

class ResolveDiscrepancyRequest(_message.Message):
    __slots__ = ("asset", "request_id",)
    ASSET_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    asset: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., asset: _Optional[str] = ...) -> None: ...

class ResolveDiscrepancyResponse(_message.Message):
    __slots__ = ("bot_ids",)
    BOT_IDS_FIELD_NUMBER: _ClassVar[int]
    bot_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, bot_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class LedgerKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
