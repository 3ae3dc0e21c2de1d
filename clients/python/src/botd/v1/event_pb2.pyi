from botd.v1 import common_pb2 as _common_pb2
from botd.v1 import bot_pb2 as _bot_pb2
from botd.v1 import order_pb2 as _order_pb2
from botd.v1 import risk_pb2 as _risk_pb2
from botd.v1 import trade_pb2 as _trade_pb2
from botd.v1 import system_pb2 as _system_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
EVENT_KIND_ALERT: EventKind
EVENT_KIND_BOT: EventKind
EVENT_KIND_HEALTH: EventKind
EVENT_KIND_ORDER: EventKind
EVENT_KIND_RISK: EventKind
EVENT_KIND_SIGNAL: EventKind
EVENT_KIND_TRADE: EventKind
EVENT_KIND_UNSPECIFIED: EventKind

class Alert(_message.Message):
    __slots__ = ("bot_id", "message", "reason", "severity", "symbol",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    message: str
    reason: str
    severity: _common_pb2.AlertSeverity
    symbol: str
    def __init__(self, severity: _Optional[_Union[_common_pb2.AlertSeverity, str]] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., bot_id: _Optional[str] = ..., symbol: _Optional[str] = ...) -> None: ...

class BotEvent(_message.Message):
    __slots__ = ("bot", "change",)
    BOT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    bot: _bot_pb2.Bot
    change: str
    def __init__(self, change: _Optional[str] = ..., bot: _Optional[_Union[_bot_pb2.Bot, _Mapping[str, _Any]]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("alert", "bot", "health", "order", "previous_sequence", "risk", "sequence", "signal", "time_ns", "trade",)
    ALERT_FIELD_NUMBER: _ClassVar[int]
    BOT_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    RISK_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    TRADE_FIELD_NUMBER: _ClassVar[int]
    alert: Alert
    bot: BotEvent
    health: _system_pb2.ComponentHealth
    order: _order_pb2.Order
    previous_sequence: int
    risk: RiskEvent
    sequence: int
    signal: SignalEvent
    time_ns: int
    trade: _trade_pb2.Trade
    def __init__(self, sequence: _Optional[int] = ..., previous_sequence: _Optional[int] = ..., time_ns: _Optional[int] = ..., bot: _Optional[_Union[BotEvent, _Mapping[str, _Any]]] = ..., signal: _Optional[_Union[SignalEvent, _Mapping[str, _Any]]] = ..., order: _Optional[_Union[_order_pb2.Order, _Mapping[str, _Any]]] = ..., trade: _Optional[_Union[_trade_pb2.Trade, _Mapping[str, _Any]]] = ..., alert: _Optional[_Union[Alert, _Mapping[str, _Any]]] = ..., risk: _Optional[_Union[RiskEvent, _Mapping[str, _Any]]] = ..., health: _Optional[_Union[_system_pb2.ComponentHealth, _Mapping[str, _Any]]] = ...) -> None: ...

class RiskEvent(_message.Message):
    __slots__ = ("cause", "limits", "locked", "reason", "trading_state", "unlocked",)
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    LOCKED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TRADING_STATE_FIELD_NUMBER: _ClassVar[int]
    UNLOCKED_FIELD_NUMBER: _ClassVar[int]
    cause: _common_pb2.TradingStateCause
    limits: _risk_pb2.RiskLimits
    locked: _bot_pb2.EntryLock
    reason: str
    trading_state: _common_pb2.TradingState
    unlocked: _bot_pb2.EntryLock
    def __init__(self, trading_state: _Optional[_Union[_common_pb2.TradingState, str]] = ..., reason: _Optional[str] = ..., cause: _Optional[_Union[_common_pb2.TradingStateCause, str]] = ..., limits: _Optional[_Union[_risk_pb2.RiskLimits, _Mapping[str, _Any]]] = ..., locked: _Optional[_Union[_bot_pb2.EntryLock, _Mapping[str, _Any]]] = ..., unlocked: _Optional[_Union[_bot_pb2.EntryLock, _Mapping[str, _Any]]] = ...) -> None: ...

class SignalEvent(_message.Message):
    __slots__ = ("client_order_id", "denied_message", "denied_reason", "signal",)
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DENIED_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DENIED_REASON_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    client_order_id: str
    denied_message: str
    denied_reason: str
    signal: _common_pb2.Signal
    def __init__(self, signal: _Optional[_Union[_common_pb2.Signal, _Mapping[str, _Any]]] = ..., client_order_id: _Optional[str] = ..., denied_reason: _Optional[str] = ..., denied_message: _Optional[str] = ...) -> None: ...

class SubscribeEventsRequest(_message.Message):
    __slots__ = ("after_sequence", "bot_ids", "from_time_ns", "heartbeat_ms", "journal_id", "kinds", "live_only", "max_batch", "max_delay_ms", "to_time_ns",)
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    BOT_IDS_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_MS_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_ID_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    LIVE_ONLY_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_FIELD_NUMBER: _ClassVar[int]
    MAX_DELAY_MS_FIELD_NUMBER: _ClassVar[int]
    TO_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    after_sequence: int
    bot_ids: _containers.RepeatedScalarFieldContainer[str]
    from_time_ns: int
    heartbeat_ms: int
    journal_id: str
    kinds: _containers.RepeatedScalarFieldContainer[EventKind]
    live_only: bool
    max_batch: int
    max_delay_ms: int
    to_time_ns: int
    def __init__(self, after_sequence: _Optional[int] = ..., journal_id: _Optional[str] = ..., live_only: bool = ..., bot_ids: _Optional[_Iterable[str]] = ..., kinds: _Optional[_Iterable[_Union[EventKind, str]]] = ..., max_batch: _Optional[int] = ..., max_delay_ms: _Optional[int] = ..., heartbeat_ms: _Optional[int] = ..., from_time_ns: _Optional[int] = ..., to_time_ns: _Optional[int] = ...) -> None: ...

class SubscribeEventsResponse(_message.Message):
    __slots__ = ("caught_up", "draining", "events", "heartbeat", "not_recorded", "opened",)
    CAUGHT_UP_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    NOT_RECORDED_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    caught_up: _common_pb2.CaughtUp
    draining: _common_pb2.Draining
    events: _containers.RepeatedCompositeFieldContainer[Event]
    heartbeat: _common_pb2.Heartbeat
    not_recorded: bool
    opened: _common_pb2.SubscriptionOpened
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping[str, _Any]]]] = ..., opened: _Optional[_Union[_common_pb2.SubscriptionOpened, _Mapping[str, _Any]]] = ..., caught_up: _Optional[_Union[_common_pb2.CaughtUp, _Mapping[str, _Any]]] = ..., heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping[str, _Any]]] = ..., draining: _Optional[_Union[_common_pb2.Draining, _Mapping[str, _Any]]] = ..., not_recorded: bool = ...) -> None: ...

class EventKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
