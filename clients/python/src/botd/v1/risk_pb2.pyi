from botd.v1 import bot_pb2 as _bot_pb2
from botd.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetLocksRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetLocksResponse(_message.Message):
    __slots__ = ("locks",)
    LOCKS_FIELD_NUMBER: _ClassVar[int]
    locks: _containers.RepeatedCompositeFieldContainer[_bot_pb2.EntryLock]
    def __init__(self, locks: _Optional[_Iterable[_Union[_bot_pb2.EntryLock, _Mapping[str, _Any]]]] = ...) -> None: ...

class GetRiskLimitsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetRiskLimitsResponse(_message.Message):
    __slots__ = ("cause", "changed_time_ns", "conversion_problem", "conversions", "currency", "daily_pnl", "drawdown_fraction", "limits", "open_orders", "open_positions", "reason", "total_notional", "trading_state",)
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    CONVERSIONS_FIELD_NUMBER: _ClassVar[int]
    CONVERSION_PROBLEM_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    DAILY_PNL_FIELD_NUMBER: _ClassVar[int]
    DRAWDOWN_FRACTION_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    OPEN_ORDERS_FIELD_NUMBER: _ClassVar[int]
    OPEN_POSITIONS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TOTAL_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    TRADING_STATE_FIELD_NUMBER: _ClassVar[int]
    cause: _common_pb2.TradingStateCause
    changed_time_ns: int
    conversion_problem: str
    conversions: _containers.RepeatedCompositeFieldContainer[LimitConversion]
    currency: str
    daily_pnl: str
    drawdown_fraction: str
    limits: RiskLimits
    open_orders: int
    open_positions: int
    reason: str
    total_notional: str
    trading_state: _common_pb2.TradingState
    def __init__(self, limits: _Optional[_Union[RiskLimits, _Mapping[str, _Any]]] = ..., trading_state: _Optional[_Union[_common_pb2.TradingState, str]] = ..., reason: _Optional[str] = ..., total_notional: _Optional[str] = ..., daily_pnl: _Optional[str] = ..., open_orders: _Optional[int] = ..., changed_time_ns: _Optional[int] = ..., open_positions: _Optional[int] = ..., drawdown_fraction: _Optional[str] = ..., cause: _Optional[_Union[_common_pb2.TradingStateCause, str]] = ..., currency: _Optional[str] = ..., conversions: _Optional[_Iterable[_Union[LimitConversion, _Mapping[str, _Any]]]] = ..., conversion_problem: _Optional[str] = ...) -> None: ...

class LimitConversion(_message.Message):
    __slots__ = ("asset", "path", "rate", "time_ns",)
    ASSET_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    asset: str
    path: str
    rate: str
    time_ns: int
    def __init__(self, asset: _Optional[str] = ..., rate: _Optional[str] = ..., path: _Optional[str] = ..., time_ns: _Optional[int] = ...) -> None: ...

class LockEntriesRequest(_message.Message):
    __slots__ = ("bot_id", "duration_ms", "reason", "request_id", "symbol",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    duration_ms: int
    reason: str
    request_id: str
    symbol: str
    def __init__(self, request_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., symbol: _Optional[str] = ..., duration_ms: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class LockEntriesResponse(_message.Message):
    __slots__ = ("lock",)
    LOCK_FIELD_NUMBER: _ClassVar[int]
    lock: _bot_pb2.EntryLock
    def __init__(self, lock: _Optional[_Union[_bot_pb2.EntryLock, _Mapping[str, _Any]]] = ...) -> None: ...

class PanicOrder(_message.Message):
    __slots__ = ("bot_id", "client_order_id", "price", "quantity", "side", "symbol", "type",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    client_order_id: str
    price: str
    quantity: str
    side: _common_pb2.Side
    symbol: str
    type: str
    def __init__(self, symbol: _Optional[str] = ..., client_order_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., side: _Optional[_Union[_common_pb2.Side, str]] = ..., type: _Optional[str] = ..., quantity: _Optional[str] = ..., price: _Optional[str] = ...) -> None: ...

class PanicProblem(_message.Message):
    __slots__ = ("bot_id", "message", "reason", "symbol",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    message: str
    reason: str
    symbol: str
    def __init__(self, symbol: _Optional[str] = ..., bot_id: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class PanicRequest(_message.Message):
    __slots__ = ("account", "all_orders", "reason", "request_id", "validate_only",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    ALL_ORDERS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    account: str
    all_orders: bool
    reason: str
    request_id: str
    validate_only: bool
    def __init__(self, request_id: _Optional[str] = ..., reason: _Optional[str] = ..., account: _Optional[str] = ..., all_orders: bool = ..., validate_only: bool = ...) -> None: ...

class PanicResponse(_message.Message):
    __slots__ = ("account", "exchange", "mode", "order_count", "orders", "problems", "sales", "selling_bot_ids", "stopped_bot_ids",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    EXCHANGE_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    SALES_FIELD_NUMBER: _ClassVar[int]
    SELLING_BOT_IDS_FIELD_NUMBER: _ClassVar[int]
    STOPPED_BOT_IDS_FIELD_NUMBER: _ClassVar[int]
    account: str
    exchange: str
    mode: _common_pb2.TradingMode
    order_count: int
    orders: _containers.RepeatedCompositeFieldContainer[PanicOrder]
    problems: _containers.RepeatedCompositeFieldContainer[PanicProblem]
    sales: _containers.RepeatedCompositeFieldContainer[PanicSale]
    selling_bot_ids: _containers.RepeatedScalarFieldContainer[str]
    stopped_bot_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stopped_bot_ids: _Optional[_Iterable[str]] = ..., selling_bot_ids: _Optional[_Iterable[str]] = ..., account: _Optional[str] = ..., exchange: _Optional[str] = ..., mode: _Optional[_Union[_common_pb2.TradingMode, str]] = ..., sales: _Optional[_Iterable[_Union[PanicSale, _Mapping[str, _Any]]]] = ..., orders: _Optional[_Iterable[_Union[PanicOrder, _Mapping[str, _Any]]]] = ..., order_count: _Optional[int] = ..., problems: _Optional[_Iterable[_Union[PanicProblem, _Mapping[str, _Any]]]] = ...) -> None: ...

class PanicSale(_message.Message):
    __slots__ = ("base_asset", "bot_id", "quantity", "symbol",)
    BASE_ASSET_FIELD_NUMBER: _ClassVar[int]
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    base_asset: str
    bot_id: str
    quantity: str
    symbol: str
    def __init__(self, bot_id: _Optional[str] = ..., symbol: _Optional[str] = ..., quantity: _Optional[str] = ..., base_asset: _Optional[str] = ...) -> None: ...

class RiskLimits(_message.Message):
    __slots__ = ("account_guards", "currency", "max_daily_loss", "max_drawdown_fraction", "max_open_orders", "max_open_positions", "max_order_notional", "max_orders_per_minute", "max_symbol_notional", "max_total_notional", "on_breach", "symbol_guards",)
    ACCOUNT_GUARDS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    MAX_DAILY_LOSS_FIELD_NUMBER: _ClassVar[int]
    MAX_DRAWDOWN_FRACTION_FIELD_NUMBER: _ClassVar[int]
    MAX_OPEN_ORDERS_FIELD_NUMBER: _ClassVar[int]
    MAX_OPEN_POSITIONS_FIELD_NUMBER: _ClassVar[int]
    MAX_ORDERS_PER_MINUTE_FIELD_NUMBER: _ClassVar[int]
    MAX_ORDER_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    MAX_SYMBOL_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    MAX_TOTAL_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    ON_BREACH_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_GUARDS_FIELD_NUMBER: _ClassVar[int]
    account_guards: str
    currency: str
    max_daily_loss: str
    max_drawdown_fraction: str
    max_open_orders: int
    max_open_positions: int
    max_order_notional: str
    max_orders_per_minute: int
    max_symbol_notional: str
    max_total_notional: str
    on_breach: _common_pb2.TradingState
    symbol_guards: str
    def __init__(self, max_order_notional: _Optional[str] = ..., max_symbol_notional: _Optional[str] = ..., max_total_notional: _Optional[str] = ..., max_daily_loss: _Optional[str] = ..., max_drawdown_fraction: _Optional[str] = ..., max_open_orders: _Optional[int] = ..., max_orders_per_minute: _Optional[int] = ..., max_open_positions: _Optional[int] = ..., on_breach: _Optional[_Union[_common_pb2.TradingState, str]] = ..., symbol_guards: _Optional[str] = ..., account_guards: _Optional[str] = ..., currency: _Optional[str] = ...) -> None: ...

class SetRiskLimitsRequest(_message.Message):
    __slots__ = ("fields", "limits", "request_id",)
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    fields: _containers.RepeatedScalarFieldContainer[str]
    limits: RiskLimits
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., limits: _Optional[_Union[RiskLimits, _Mapping[str, _Any]]] = ..., fields: _Optional[_Iterable[str]] = ...) -> None: ...

class SetRiskLimitsResponse(_message.Message):
    __slots__ = ("limits",)
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    limits: RiskLimits
    def __init__(self, limits: _Optional[_Union[RiskLimits, _Mapping[str, _Any]]] = ...) -> None: ...

class SetTradingStateRequest(_message.Message):
    __slots__ = ("reason", "request_id", "trading_state",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRADING_STATE_FIELD_NUMBER: _ClassVar[int]
    reason: str
    request_id: str
    trading_state: _common_pb2.TradingState
    def __init__(self, request_id: _Optional[str] = ..., trading_state: _Optional[_Union[_common_pb2.TradingState, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class SetTradingStateResponse(_message.Message):
    __slots__ = ("changed_time_ns", "trading_state",)
    CHANGED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    TRADING_STATE_FIELD_NUMBER: _ClassVar[int]
    changed_time_ns: int
    trading_state: _common_pb2.TradingState
    def __init__(self, trading_state: _Optional[_Union[_common_pb2.TradingState, str]] = ..., changed_time_ns: _Optional[int] = ...) -> None: ...

class UnlockEntriesRequest(_message.Message):
    __slots__ = ("lock_id", "reason", "request_id",)
    LOCK_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    lock_id: int
    reason: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., lock_id: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class UnlockEntriesResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
