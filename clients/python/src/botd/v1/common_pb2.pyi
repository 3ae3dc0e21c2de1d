from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

ALERT_SEVERITY_CRITICAL: AlertSeverity
ALERT_SEVERITY_INFO: AlertSeverity
ALERT_SEVERITY_UNSPECIFIED: AlertSeverity
ALERT_SEVERITY_WARNING: AlertSeverity
BOT_STATE_CAUSE_CREATION: BotStateCause
BOT_STATE_CAUSE_DAEMON_START: BotStateCause
BOT_STATE_CAUSE_REFUSALS: BotStateCause
BOT_STATE_CAUSE_REQUEST: BotStateCause
BOT_STATE_CAUSE_SETTINGS_INVALID: BotStateCause
BOT_STATE_CAUSE_STRATEGY_AWAY: BotStateCause
BOT_STATE_CAUSE_STRATEGY_BACK: BotStateCause
BOT_STATE_CAUSE_UNSPECIFIED: BotStateCause
BOT_STATE_CREATED: BotState
BOT_STATE_HALTED: BotState
BOT_STATE_PAUSED: BotState
BOT_STATE_REMOVED: BotState
BOT_STATE_RUNNING: BotState
BOT_STATE_STOPPED: BotState
BOT_STATE_UNSPECIFIED: BotState
BOT_STATE_WAITING: BotState
DESCRIPTOR: _descriptor.FileDescriptor
HEALTH_STATUS_DEGRADED: HealthStatus
HEALTH_STATUS_DISABLED: HealthStatus
HEALTH_STATUS_DOWN: HealthStatus
HEALTH_STATUS_OK: HealthStatus
HEALTH_STATUS_UNSPECIFIED: HealthStatus
ORDER_PURPOSE_ENTRY: OrderPurpose
ORDER_PURPOSE_EXIT: OrderPurpose
ORDER_PURPOSE_MANUAL: OrderPurpose
ORDER_PURPOSE_STOP_LOSS: OrderPurpose
ORDER_PURPOSE_TAKE_PROFIT: OrderPurpose
ORDER_PURPOSE_TIME_STOP: OrderPurpose
ORDER_PURPOSE_TRAILING_STOP: OrderPurpose
ORDER_PURPOSE_UNSPECIFIED: OrderPurpose
ORDER_STATUS_ACCEPTED: OrderStatus
ORDER_STATUS_CANCELED: OrderStatus
ORDER_STATUS_DENIED: OrderStatus
ORDER_STATUS_EXPIRED: OrderStatus
ORDER_STATUS_FILLED: OrderStatus
ORDER_STATUS_INITIALIZED: OrderStatus
ORDER_STATUS_PARTIALLY_FILLED: OrderStatus
ORDER_STATUS_PENDING_CANCEL: OrderStatus
ORDER_STATUS_REJECTED: OrderStatus
ORDER_STATUS_SUBMITTED: OrderStatus
ORDER_STATUS_UNKNOWN: OrderStatus
ORDER_STATUS_UNSPECIFIED: OrderStatus
ORDER_STATUS_WAITING: OrderStatus
ORDER_TYPE_LIMIT: OrderType
ORDER_TYPE_LIMIT_MAKER: OrderType
ORDER_TYPE_MARKET: OrderType
ORDER_TYPE_STOP_LOSS: OrderType
ORDER_TYPE_STOP_LOSS_LIMIT: OrderType
ORDER_TYPE_TAKE_PROFIT: OrderType
ORDER_TYPE_TAKE_PROFIT_LIMIT: OrderType
ORDER_TYPE_UNSPECIFIED: OrderType
SIDE_BUY: Side
SIDE_SELL: Side
SIDE_UNSPECIFIED: Side
TIME_IN_FORCE_FOK: TimeInForce
TIME_IN_FORCE_GTC: TimeInForce
TIME_IN_FORCE_IOC: TimeInForce
TIME_IN_FORCE_UNSPECIFIED: TimeInForce
TRADING_MODE_LIVE: TradingMode
TRADING_MODE_PAPER: TradingMode
TRADING_MODE_SIMULATED: TradingMode
TRADING_MODE_TESTNET: TradingMode
TRADING_MODE_UNSPECIFIED: TradingMode
TRADING_STATE_ACTIVE: TradingState
TRADING_STATE_CAUSE_DAILY_LOSS: TradingStateCause
TRADING_STATE_CAUSE_DRAWDOWN: TradingStateCause
TRADING_STATE_CAUSE_REQUEST: TradingStateCause
TRADING_STATE_CAUSE_UNSPECIFIED: TradingStateCause
TRADING_STATE_HALTED: TradingState
TRADING_STATE_REDUCING: TradingState
TRADING_STATE_UNSPECIFIED: TradingState

class AssetAmount(_message.Message):
    __slots__ = ("amount", "asset",)
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    amount: str
    asset: str
    def __init__(self, asset: _Optional[str] = ..., amount: _Optional[str] = ...) -> None: ...

class CaughtUp(_message.Message):
    __slots__ = ("sequence", "server_time_ns",)
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    server_time_ns: int
    def __init__(self, sequence: _Optional[int] = ..., server_time_ns: _Optional[int] = ...) -> None: ...

class Counter(_message.Message):
    __slots__ = ("name", "value",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: int
    def __init__(self, name: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...

class Draining(_message.Message):
    __slots__ = ("last_sequence", "reason",)
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    last_sequence: int
    reason: str
    def __init__(self, last_sequence: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class ErrorInfo(_message.Message):
    __slots__ = ("field", "last_sequence", "message", "reason", "violations",)
    FIELD_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    field: str
    last_sequence: int
    message: str
    reason: str
    violations: _containers.RepeatedCompositeFieldContainer[FieldViolation]
    def __init__(self, reason: _Optional[str] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., violations: _Optional[_Iterable[_Union[FieldViolation, _Mapping[str, _Any]]]] = ..., last_sequence: _Optional[int] = ...) -> None: ...

class FieldViolation(_message.Message):
    __slots__ = ("field", "message", "reason",)
    FIELD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    field: str
    message: str
    reason: str
    def __init__(self, field: _Optional[str] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("last_sequence", "server_time_ns",)
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    last_sequence: int
    server_time_ns: int
    def __init__(self, last_sequence: _Optional[int] = ..., server_time_ns: _Optional[int] = ...) -> None: ...

class KeyValue(_message.Message):
    __slots__ = ("key", "value",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: str
    def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class Signal(_message.Message):
    __slots__ = ("bot_id", "confidence", "price", "reason", "side", "symbol", "time_ns",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    confidence: str
    price: str
    reason: str
    side: Side
    symbol: str
    time_ns: int
    def __init__(self, side: _Optional[_Union[Side, str]] = ..., confidence: _Optional[str] = ..., reason: _Optional[str] = ..., time_ns: _Optional[int] = ..., price: _Optional[str] = ..., symbol: _Optional[str] = ..., bot_id: _Optional[str] = ...) -> None: ...

class SubscriptionOpened(_message.Message):
    __slots__ = ("first_sequence", "journal_id", "last_sequence",)
    FIRST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_ID_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    first_sequence: int
    journal_id: str
    last_sequence: int
    def __init__(self, journal_id: _Optional[str] = ..., first_sequence: _Optional[int] = ..., last_sequence: _Optional[int] = ...) -> None: ...

class Side(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class OrderType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class TimeInForce(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class OrderStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class OrderPurpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class BotState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class BotStateCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class TradingStateCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class TradingMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class TradingState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class HealthStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class AlertSeverity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
