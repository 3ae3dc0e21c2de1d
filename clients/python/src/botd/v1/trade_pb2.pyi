from botd.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListTradesRequest(_message.Message):
    __slots__ = ("after_sequence", "bot_ids", "from_time_ns", "newest_first", "page_size", "page_token", "symbols", "to_time_ns",)
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    BOT_IDS_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIRST_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    TO_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    after_sequence: int
    bot_ids: _containers.RepeatedScalarFieldContainer[str]
    from_time_ns: int
    newest_first: bool
    page_size: int
    page_token: str
    symbols: _containers.RepeatedScalarFieldContainer[str]
    to_time_ns: int
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., after_sequence: _Optional[int] = ..., bot_ids: _Optional[_Iterable[str]] = ..., symbols: _Optional[_Iterable[str]] = ..., newest_first: bool = ..., from_time_ns: _Optional[int] = ..., to_time_ns: _Optional[int] = ...) -> None: ...

class ListTradesResponse(_message.Message):
    __slots__ = ("next_page_token", "trades",)
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    trades: _containers.RepeatedCompositeFieldContainer[Trade]
    def __init__(self, trades: _Optional[_Iterable[_Union[Trade, _Mapping[str, _Any]]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SubscribeTradesRequest(_message.Message):
    __slots__ = ("after_sequence", "bot_ids", "heartbeat_ms", "journal_id", "live_only", "max_batch", "max_delay_ms", "symbols",)
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    BOT_IDS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_MS_FIELD_NUMBER: _ClassVar[int]
    JOURNAL_ID_FIELD_NUMBER: _ClassVar[int]
    LIVE_ONLY_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_FIELD_NUMBER: _ClassVar[int]
    MAX_DELAY_MS_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    after_sequence: int
    bot_ids: _containers.RepeatedScalarFieldContainer[str]
    heartbeat_ms: int
    journal_id: str
    live_only: bool
    max_batch: int
    max_delay_ms: int
    symbols: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, after_sequence: _Optional[int] = ..., journal_id: _Optional[str] = ..., live_only: bool = ..., bot_ids: _Optional[_Iterable[str]] = ..., symbols: _Optional[_Iterable[str]] = ..., max_batch: _Optional[int] = ..., max_delay_ms: _Optional[int] = ..., heartbeat_ms: _Optional[int] = ...) -> None: ...

class SubscribeTradesResponse(_message.Message):
    __slots__ = ("caught_up", "draining", "heartbeat", "not_recorded", "opened", "trades",)
    CAUGHT_UP_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    NOT_RECORDED_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    caught_up: _common_pb2.CaughtUp
    draining: _common_pb2.Draining
    heartbeat: _common_pb2.Heartbeat
    not_recorded: bool
    opened: _common_pb2.SubscriptionOpened
    trades: _containers.RepeatedCompositeFieldContainer[Trade]
    def __init__(self, trades: _Optional[_Iterable[_Union[Trade, _Mapping[str, _Any]]]] = ..., opened: _Optional[_Union[_common_pb2.SubscriptionOpened, _Mapping[str, _Any]]] = ..., caught_up: _Optional[_Union[_common_pb2.CaughtUp, _Mapping[str, _Any]]] = ..., heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping[str, _Any]]] = ..., draining: _Optional[_Union[_common_pb2.Draining, _Mapping[str, _Any]]] = ..., not_recorded: bool = ...) -> None: ...

class Trade(_message.Message):
    __slots__ = ("bot_id", "client_order_id", "commission", "commission_asset", "commission_rate", "is_maker", "previous_sequence", "price", "purpose", "quantity", "quote_quantity", "realized_pnl", "reason", "sequence", "side", "symbol", "time_ns", "trade_id", "venue_order_id",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_ASSET_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_FIELD_NUMBER: _ClassVar[int]
    COMMISSION_RATE_FIELD_NUMBER: _ClassVar[int]
    IS_MAKER_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    QUOTE_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    REALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    VENUE_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    client_order_id: str
    commission: str
    commission_asset: str
    commission_rate: str
    is_maker: bool
    previous_sequence: int
    price: str
    purpose: _common_pb2.OrderPurpose
    quantity: str
    quote_quantity: str
    realized_pnl: str
    reason: str
    sequence: int
    side: _common_pb2.Side
    symbol: str
    time_ns: int
    trade_id: str
    venue_order_id: str
    def __init__(self, sequence: _Optional[int] = ..., previous_sequence: _Optional[int] = ..., symbol: _Optional[str] = ..., trade_id: _Optional[str] = ..., client_order_id: _Optional[str] = ..., venue_order_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., side: _Optional[_Union[_common_pb2.Side, str]] = ..., price: _Optional[str] = ..., quantity: _Optional[str] = ..., quote_quantity: _Optional[str] = ..., commission: _Optional[str] = ..., commission_asset: _Optional[str] = ..., realized_pnl: _Optional[str] = ..., is_maker: bool = ..., time_ns: _Optional[int] = ..., purpose: _Optional[_Union[_common_pb2.OrderPurpose, str]] = ..., reason: _Optional[str] = ..., commission_rate: _Optional[str] = ...) -> None: ...
