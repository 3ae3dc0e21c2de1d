from botd.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ComponentHealth(_message.Message):
    __slots__ = ("counters", "message", "name", "since_time_ns", "status",)
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SINCE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    counters: _containers.RepeatedCompositeFieldContainer[_common_pb2.Counter]
    message: str
    name: str
    since_time_ns: int
    status: _common_pb2.HealthStatus
    def __init__(self, name: _Optional[str] = ..., status: _Optional[_Union[_common_pb2.HealthStatus, str]] = ..., message: _Optional[str] = ..., since_time_ns: _Optional[int] = ..., counters: _Optional[_Iterable[_Union[_common_pb2.Counter, _Mapping[str, _Any]]]] = ...) -> None: ...

class ConfigEntry(_message.Message):
    __slots__ = ("is_secret", "name", "source", "value",)
    IS_SECRET_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    is_secret: bool
    name: str
    source: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ..., source: _Optional[str] = ..., is_secret: bool = ...) -> None: ...

class GetConfigRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetConfigResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[ConfigEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[ConfigEntry, _Mapping[str, _Any]]]] = ...) -> None: ...

class GetDescriptorsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetDescriptorsResponse(_message.Message):
    __slots__ = ("file_descriptor_set",)
    FILE_DESCRIPTOR_SET_FIELD_NUMBER: _ClassVar[int]
    file_descriptor_set: bytes
    def __init__(self, file_descriptor_set: _Optional[bytes] = ...) -> None: ...

class GetHealthRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetHealthResponse(_message.Message):
    __slots__ = ("components", "memory_bytes", "status", "time_ns", "trading_state", "trading_state_reason", "uptime_ns",)
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    TRADING_STATE_FIELD_NUMBER: _ClassVar[int]
    TRADING_STATE_REASON_FIELD_NUMBER: _ClassVar[int]
    UPTIME_NS_FIELD_NUMBER: _ClassVar[int]
    components: _containers.RepeatedCompositeFieldContainer[ComponentHealth]
    memory_bytes: int
    status: _common_pb2.HealthStatus
    time_ns: int
    trading_state: _common_pb2.TradingState
    trading_state_reason: str
    uptime_ns: int
    def __init__(self, status: _Optional[_Union[_common_pb2.HealthStatus, str]] = ..., components: _Optional[_Iterable[_Union[ComponentHealth, _Mapping[str, _Any]]]] = ..., time_ns: _Optional[int] = ..., uptime_ns: _Optional[int] = ..., trading_state: _Optional[_Union[_common_pb2.TradingState, str]] = ..., memory_bytes: _Optional[int] = ..., trading_state_reason: _Optional[str] = ...) -> None: ...

class GetJournalRequest(_message.Message):
    __slots__ = ("after_sequence",)
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    after_sequence: int
    def __init__(self, after_sequence: _Optional[int] = ...) -> None: ...

class GetJournalResponse(_message.Message):
    __slots__ = ("last_sequence", "payloads",)
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PAYLOADS_FIELD_NUMBER: _ClassVar[int]
    last_sequence: int
    payloads: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, payloads: _Optional[_Iterable[bytes]] = ..., last_sequence: _Optional[int] = ...) -> None: ...

class GetMarketTapeRequest(_message.Message):
    __slots__ = ("file", "offset",)
    FILE_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    file: str
    offset: int
    def __init__(self, file: _Optional[str] = ..., offset: _Optional[int] = ...) -> None: ...

class GetMarketTapeResponse(_message.Message):
    __slots__ = ("data", "files",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    files: _containers.RepeatedCompositeFieldContainer[MarketTapeFile]
    def __init__(self, files: _Optional[_Iterable[_Union[MarketTapeFile, _Mapping[str, _Any]]]] = ..., data: _Optional[bytes] = ...) -> None: ...

class HelloRequest(_message.Message):
    __slots__ = ("client",)
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    client: str
    def __init__(self, client: _Optional[str] = ...) -> None: ...

class HelloResponse(_message.Message):
    __slots__ = ("api_version", "features", "identity", "journal_id", "limits", "mode", "process_id", "role", "server_time_ns", "started_time_ns", "version",)
    API_VERSION_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_ID_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    STARTED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    api_version: str
    features: _containers.RepeatedScalarFieldContainer[str]
    identity: str
    journal_id: str
    limits: Limits
    mode: _common_pb2.TradingMode
    process_id: int
    role: str
    server_time_ns: int
    started_time_ns: int
    version: str
    def __init__(self, version: _Optional[str] = ..., api_version: _Optional[str] = ..., features: _Optional[_Iterable[str]] = ..., limits: _Optional[_Union[Limits, _Mapping[str, _Any]]] = ..., mode: _Optional[_Union[_common_pb2.TradingMode, str]] = ..., journal_id: _Optional[str] = ..., role: _Optional[str] = ..., identity: _Optional[str] = ..., started_time_ns: _Optional[int] = ..., server_time_ns: _Optional[int] = ..., process_id: _Optional[int] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("max_bots", "max_calls_in_flight", "max_frame_bytes", "max_page_size", "max_subscriptions",)
    MAX_BOTS_FIELD_NUMBER: _ClassVar[int]
    MAX_CALLS_IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    MAX_FRAME_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAX_SUBSCRIPTIONS_FIELD_NUMBER: _ClassVar[int]
    max_bots: int
    max_calls_in_flight: int
    max_frame_bytes: int
    max_page_size: int
    max_subscriptions: int
    def __init__(self, max_frame_bytes: _Optional[int] = ..., max_page_size: _Optional[int] = ..., max_subscriptions: _Optional[int] = ..., max_calls_in_flight: _Optional[int] = ..., max_bots: _Optional[int] = ...) -> None: ...

class LoginRequest(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class LoginResponse(_message.Message):
    __slots__ = ("identity", "role",)
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    identity: str
    role: str
    def __init__(self, identity: _Optional[str] = ..., role: _Optional[str] = ...) -> None: ...

class MarketTapeFile(_message.Message):
    __slots__ = ("name", "size_bytes",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    size_bytes: int
    def __init__(self, name: _Optional[str] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class PingRequest(_message.Message):
    __slots__ = ("payload",)
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: bytes
    def __init__(self, payload: _Optional[bytes] = ...) -> None: ...

class PingResponse(_message.Message):
    __slots__ = ("payload", "server_time_ns",)
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    payload: bytes
    server_time_ns: int
    def __init__(self, payload: _Optional[bytes] = ..., server_time_ns: _Optional[int] = ...) -> None: ...

class RunSelfTestRequest(_message.Message):
    __slots__ = ("interval", "symbol",)
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    interval: str
    symbol: str
    def __init__(self, symbol: _Optional[str] = ..., interval: _Optional[str] = ...) -> None: ...

class RunSelfTestResponse(_message.Message):
    __slots__ = ("checks",)
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    checks: _containers.RepeatedCompositeFieldContainer[SelfTestCheck]
    def __init__(self, checks: _Optional[_Iterable[_Union[SelfTestCheck, _Mapping[str, _Any]]]] = ...) -> None: ...

class SelfTestCheck(_message.Message):
    __slots__ = ("elapsed_ns", "message", "name", "remedy", "status",)
    ELAPSED_NS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    elapsed_ns: int
    message: str
    name: str
    remedy: str
    status: _common_pb2.HealthStatus
    def __init__(self, name: _Optional[str] = ..., status: _Optional[_Union[_common_pb2.HealthStatus, str]] = ..., message: _Optional[str] = ..., remedy: _Optional[str] = ..., elapsed_ns: _Optional[int] = ...) -> None: ...

class ShutdownRequest(_message.Message):
    __slots__ = ("reason", "request_id",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    reason: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ShutdownResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchHealthRequest(_message.Message):
    __slots__ = ("heartbeat_ms",)
    HEARTBEAT_MS_FIELD_NUMBER: _ClassVar[int]
    heartbeat_ms: int
    def __init__(self, heartbeat_ms: _Optional[int] = ...) -> None: ...

class WatchHealthResponse(_message.Message):
    __slots__ = ("draining", "health", "heartbeat", "previous_sequence", "sequence",)
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    draining: _common_pb2.Draining
    health: GetHealthResponse
    heartbeat: _common_pb2.Heartbeat
    previous_sequence: int
    sequence: int
    def __init__(self, health: _Optional[_Union[GetHealthResponse, _Mapping[str, _Any]]] = ..., sequence: _Optional[int] = ..., previous_sequence: _Optional[int] = ..., heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping[str, _Any]]] = ..., draining: _Optional[_Union[_common_pb2.Draining, _Mapping[str, _Any]]] = ...) -> None: ...
