from botd.v1 import common_pb2 as _common_pb2
from botd.v1 import marketdata_pb2 as _marketdata_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
PARAMETER_TYPE_BOOLEAN: ParameterType
PARAMETER_TYPE_DECIMAL: ParameterType
PARAMETER_TYPE_INTEGER: ParameterType
PARAMETER_TYPE_TEXT: ParameterType
PARAMETER_TYPE_UNSPECIFIED: ParameterType
SIGNAL_ACTION_BUY: SignalAction
SIGNAL_ACTION_HOLD: SignalAction
SIGNAL_ACTION_SELL: SignalAction
SIGNAL_ACTION_UNSPECIFIED: SignalAction

class CloseStrategy(_message.Message):
    __slots__ = ("instance",)
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    instance: int
    def __init__(self, instance: _Optional[int] = ...) -> None: ...

class GetStrategyRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetStrategyResponse(_message.Message):
    __slots__ = ("strategy",)
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    strategy: Strategy
    def __init__(self, strategy: _Optional[_Union[Strategy, _Mapping[str, _Any]]] = ...) -> None: ...

class ListStrategiesRequest(_message.Message):
    __slots__ = ("page_size", "page_token",)
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStrategiesResponse(_message.Message):
    __slots__ = ("next_page_token", "strategies",)
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STRATEGIES_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    strategies: _containers.RepeatedCompositeFieldContainer[Strategy]
    def __init__(self, strategies: _Optional[_Iterable[_Union[Strategy, _Mapping[str, _Any]]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OpenStrategy(_message.Message):
    __slots__ = ("bot_id", "history", "instance", "interval", "parameters", "strategy", "symbol",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    history: _containers.RepeatedCompositeFieldContainer[_marketdata_pb2.Candle]
    instance: int
    interval: str
    parameters: _containers.RepeatedCompositeFieldContainer[_common_pb2.KeyValue]
    strategy: str
    symbol: str
    def __init__(self, instance: _Optional[int] = ..., bot_id: _Optional[str] = ..., strategy: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[_common_pb2.KeyValue, _Mapping[str, _Any]]]] = ..., symbol: _Optional[str] = ..., interval: _Optional[str] = ..., history: _Optional[_Iterable[_Union[_marketdata_pb2.Candle, _Mapping[str, _Any]]]] = ...) -> None: ...

class ParameterSchema(_message.Message):
    __slots__ = ("choices", "default_value", "description", "maximum", "minimum", "name", "type",)
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    choices: _containers.RepeatedScalarFieldContainer[str]
    default_value: str
    description: str
    maximum: str
    minimum: str
    name: str
    type: ParameterType
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[ParameterType, str]] = ..., default_value: _Optional[str] = ..., minimum: _Optional[str] = ..., maximum: _Optional[str] = ..., description: _Optional[str] = ..., choices: _Optional[_Iterable[str]] = ...) -> None: ...

class RegisterStrategies(_message.Message):
    __slots__ = ("strategies",)
    STRATEGIES_FIELD_NUMBER: _ClassVar[int]
    strategies: _containers.RepeatedCompositeFieldContainer[ServedStrategy]
    def __init__(self, strategies: _Optional[_Iterable[_Union[ServedStrategy, _Mapping[str, _Any]]]] = ...) -> None: ...

class ServeStrategiesRequest(_message.Message):
    __slots__ = ("failure", "ready", "register", "signal",)
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    READY_FIELD_NUMBER: _ClassVar[int]
    REGISTER_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    failure: StrategyFailure
    ready: StrategyReady
    register: RegisterStrategies
    signal: StrategySignal
    def __init__(self, register: _Optional[_Union[RegisterStrategies, _Mapping[str, _Any]]] = ..., ready: _Optional[_Union[StrategyReady, _Mapping[str, _Any]]] = ..., signal: _Optional[_Union[StrategySignal, _Mapping[str, _Any]]] = ..., failure: _Optional[_Union[StrategyFailure, _Mapping[str, _Any]]] = ...) -> None: ...

class ServeStrategiesResponse(_message.Message):
    __slots__ = ("candles", "close", "heartbeat", "open", "registered",)
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_FIELD_NUMBER: _ClassVar[int]
    candles: StrategyCandles
    close: CloseStrategy
    heartbeat: _common_pb2.Heartbeat
    open: OpenStrategy
    registered: StrategiesRegistered
    def __init__(self, registered: _Optional[_Union[StrategiesRegistered, _Mapping[str, _Any]]] = ..., open: _Optional[_Union[OpenStrategy, _Mapping[str, _Any]]] = ..., candles: _Optional[_Union[StrategyCandles, _Mapping[str, _Any]]] = ..., close: _Optional[_Union[CloseStrategy, _Mapping[str, _Any]]] = ..., heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping[str, _Any]]] = ...) -> None: ...

class ServedStrategy(_message.Message):
    __slots__ = ("deadline_ms", "history_candles", "strategy",)
    DEADLINE_MS_FIELD_NUMBER: _ClassVar[int]
    HISTORY_CANDLES_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    deadline_ms: int
    history_candles: int
    strategy: Strategy
    def __init__(self, strategy: _Optional[_Union[Strategy, _Mapping[str, _Any]]] = ..., deadline_ms: _Optional[int] = ..., history_candles: _Optional[int] = ...) -> None: ...

class StrategiesRegistered(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class Strategy(_message.Message):
    __slots__ = ("description", "is_available", "is_served", "name", "parameters", "summary", "warm_up_candles",)
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    IS_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    IS_SERVED_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    WARM_UP_CANDLES_FIELD_NUMBER: _ClassVar[int]
    description: str
    is_available: bool
    is_served: bool
    name: str
    parameters: _containers.RepeatedCompositeFieldContainer[ParameterSchema]
    summary: str
    warm_up_candles: int
    def __init__(self, name: _Optional[str] = ..., summary: _Optional[str] = ..., description: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[ParameterSchema, _Mapping[str, _Any]]]] = ..., warm_up_candles: _Optional[int] = ..., is_served: bool = ..., is_available: bool = ...) -> None: ...

class StrategyCandles(_message.Message):
    __slots__ = ("answer_wanted", "bars_held", "candles", "instance", "number", "position",)
    ANSWER_WANTED_FIELD_NUMBER: _ClassVar[int]
    BARS_HELD_FIELD_NUMBER: _ClassVar[int]
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    answer_wanted: bool
    bars_held: _containers.RepeatedScalarFieldContainer[int]
    candles: _containers.RepeatedCompositeFieldContainer[_marketdata_pb2.Candle]
    instance: int
    number: int
    position: StrategyPosition
    def __init__(self, instance: _Optional[int] = ..., number: _Optional[int] = ..., candles: _Optional[_Iterable[_Union[_marketdata_pb2.Candle, _Mapping[str, _Any]]]] = ..., position: _Optional[_Union[StrategyPosition, _Mapping[str, _Any]]] = ..., bars_held: _Optional[_Iterable[int]] = ..., answer_wanted: bool = ...) -> None: ...

class StrategyFailure(_message.Message):
    __slots__ = ("instance", "message",)
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    instance: int
    message: str
    def __init__(self, instance: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...

class StrategyPosition(_message.Message):
    __slots__ = ("average_entry_price", "is_open",)
    AVERAGE_ENTRY_PRICE_FIELD_NUMBER: _ClassVar[int]
    IS_OPEN_FIELD_NUMBER: _ClassVar[int]
    average_entry_price: str
    is_open: bool
    def __init__(self, is_open: bool = ..., average_entry_price: _Optional[str] = ...) -> None: ...

class StrategyReady(_message.Message):
    __slots__ = ("instance",)
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    instance: int
    def __init__(self, instance: _Optional[int] = ...) -> None: ...

class StrategySignal(_message.Message):
    __slots__ = ("action", "candles", "confidence", "instance", "number", "reason",)
    ACTION_FIELD_NUMBER: _ClassVar[int]
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    action: SignalAction
    candles: int
    confidence: float
    instance: int
    number: int
    reason: str
    def __init__(self, instance: _Optional[int] = ..., number: _Optional[int] = ..., candles: _Optional[int] = ..., action: _Optional[_Union[SignalAction, str]] = ..., confidence: _Optional[float] = ..., reason: _Optional[str] = ...) -> None: ...

class ParameterType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()

class SignalAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
