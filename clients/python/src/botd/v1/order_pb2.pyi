from botd.v1 import common_pb2 as _common_pb2
from botd.v1 import trade_pb2 as _trade_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CancelOrderRequest(_message.Message):
    __slots__ = ("client_order_id", "request_id",)
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    client_order_id: str
    request_id: str
    def __init__(self, request_id: _Optional[str] = ..., client_order_id: _Optional[str] = ...) -> None: ...

class CancelOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping[str, _Any]]] = ...) -> None: ...

class ExplainOrderRequest(_message.Message):
    __slots__ = ("client_order_id",)
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    client_order_id: str
    def __init__(self, client_order_id: _Optional[str] = ...) -> None: ...

class ExplainOrderResponse(_message.Message):
    __slots__ = ("order", "signal", "steps", "trades",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    order: Order
    signal: _common_pb2.Signal
    steps: _containers.RepeatedCompositeFieldContainer[OrderStep]
    trades: _containers.RepeatedCompositeFieldContainer[_trade_pb2.Trade]
    def __init__(self, order: _Optional[_Union[Order, _Mapping[str, _Any]]] = ..., signal: _Optional[_Union[_common_pb2.Signal, _Mapping[str, _Any]]] = ..., steps: _Optional[_Iterable[_Union[OrderStep, _Mapping[str, _Any]]]] = ..., trades: _Optional[_Iterable[_Union[_trade_pb2.Trade, _Mapping[str, _Any]]]] = ...) -> None: ...

class GetOrderRequest(_message.Message):
    __slots__ = ("client_order_id",)
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    client_order_id: str
    def __init__(self, client_order_id: _Optional[str] = ...) -> None: ...

class GetOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: Order
    def __init__(self, order: _Optional[_Union[Order, _Mapping[str, _Any]]] = ...) -> None: ...

class ListOrdersRequest(_message.Message):
    __slots__ = ("bot_ids", "from_time_ns", "open_only", "page_size", "page_token", "symbols", "to_time_ns",)
    BOT_IDS_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    TO_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    bot_ids: _containers.RepeatedScalarFieldContainer[str]
    from_time_ns: int
    open_only: bool
    page_size: int
    page_token: str
    symbols: _containers.RepeatedScalarFieldContainer[str]
    to_time_ns: int
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., bot_ids: _Optional[_Iterable[str]] = ..., symbols: _Optional[_Iterable[str]] = ..., open_only: bool = ..., from_time_ns: _Optional[int] = ..., to_time_ns: _Optional[int] = ...) -> None: ...

class ListOrdersResponse(_message.Message):
    __slots__ = ("next_page_token", "orders",)
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    orders: _containers.RepeatedCompositeFieldContainer[Order]
    def __init__(self, orders: _Optional[_Iterable[_Union[Order, _Mapping[str, _Any]]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("average_price", "bot_created_sequence", "bot_id", "client_order_id", "created_time_ns", "cumulative_quote", "decision_price", "executed_quantity", "intent_sequence", "price", "purpose", "quantity", "quote_quantity", "reason", "reject_reason", "side", "status", "stop_price", "symbol", "time_in_force", "type", "updated_time_ns", "venue_order_id",)
    AVERAGE_PRICE_FIELD_NUMBER: _ClassVar[int]
    BOT_CREATED_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    CUMULATIVE_QUOTE_FIELD_NUMBER: _ClassVar[int]
    DECISION_PRICE_FIELD_NUMBER: _ClassVar[int]
    EXECUTED_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    INTENT_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    QUOTE_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REJECT_REASON_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STOP_PRICE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    UPDATED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    VENUE_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    average_price: str
    bot_created_sequence: int
    bot_id: str
    client_order_id: str
    created_time_ns: int
    cumulative_quote: str
    decision_price: str
    executed_quantity: str
    intent_sequence: int
    price: str
    purpose: _common_pb2.OrderPurpose
    quantity: str
    quote_quantity: str
    reason: str
    reject_reason: str
    side: _common_pb2.Side
    status: _common_pb2.OrderStatus
    stop_price: str
    symbol: str
    time_in_force: _common_pb2.TimeInForce
    type: _common_pb2.OrderType
    updated_time_ns: int
    venue_order_id: str
    def __init__(self, client_order_id: _Optional[str] = ..., venue_order_id: _Optional[str] = ..., bot_id: _Optional[str] = ..., symbol: _Optional[str] = ..., side: _Optional[_Union[_common_pb2.Side, str]] = ..., type: _Optional[_Union[_common_pb2.OrderType, str]] = ..., time_in_force: _Optional[_Union[_common_pb2.TimeInForce, str]] = ..., quantity: _Optional[str] = ..., price: _Optional[str] = ..., stop_price: _Optional[str] = ..., executed_quantity: _Optional[str] = ..., cumulative_quote: _Optional[str] = ..., average_price: _Optional[str] = ..., status: _Optional[_Union[_common_pb2.OrderStatus, str]] = ..., purpose: _Optional[_Union[_common_pb2.OrderPurpose, str]] = ..., reason: _Optional[str] = ..., reject_reason: _Optional[str] = ..., intent_sequence: _Optional[int] = ..., created_time_ns: _Optional[int] = ..., updated_time_ns: _Optional[int] = ..., decision_price: _Optional[str] = ..., bot_created_sequence: _Optional[int] = ..., quote_quantity: _Optional[str] = ...) -> None: ...

class OrderStep(_message.Message):
    __slots__ = ("description", "kind", "sequence", "status", "time_ns",)
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    description: str
    kind: str
    sequence: int
    status: _common_pb2.OrderStatus
    time_ns: int
    def __init__(self, sequence: _Optional[int] = ..., time_ns: _Optional[int] = ..., kind: _Optional[str] = ..., description: _Optional[str] = ..., status: _Optional[_Union[_common_pb2.OrderStatus, str]] = ...) -> None: ...
