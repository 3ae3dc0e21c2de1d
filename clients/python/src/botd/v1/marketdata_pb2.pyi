from botd.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Candle(_message.Message):
    __slots__ = ("close", "close_time_ns", "high", "interval", "is_closed", "low", "open", "open_time_ns", "previous_sequence", "quote_volume", "sequence", "symbol", "trades", "volume",)
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    IS_CLOSED_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    QUOTE_VOLUME_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    close: str
    close_time_ns: int
    high: str
    interval: str
    is_closed: bool
    low: str
    open: str
    open_time_ns: int
    previous_sequence: int
    quote_volume: str
    sequence: int
    symbol: str
    trades: int
    volume: str
    def __init__(self, symbol: _Optional[str] = ..., interval: _Optional[str] = ..., open_time_ns: _Optional[int] = ..., close_time_ns: _Optional[int] = ..., open: _Optional[str] = ..., high: _Optional[str] = ..., low: _Optional[str] = ..., close: _Optional[str] = ..., volume: _Optional[str] = ..., quote_volume: _Optional[str] = ..., trades: _Optional[int] = ..., is_closed: bool = ..., sequence: _Optional[int] = ..., previous_sequence: _Optional[int] = ...) -> None: ...

class FeedQuality(_message.Message):
    __slots__ = ("candles_backfilled", "candles_held", "candles_missing", "frames_refused", "interval", "lag_ns", "last_event_time_ns", "reason", "reconnects", "status", "symbol",)
    CANDLES_BACKFILLED_FIELD_NUMBER: _ClassVar[int]
    CANDLES_HELD_FIELD_NUMBER: _ClassVar[int]
    CANDLES_MISSING_FIELD_NUMBER: _ClassVar[int]
    FRAMES_REFUSED_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    LAG_NS_FIELD_NUMBER: _ClassVar[int]
    LAST_EVENT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECONNECTS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    candles_backfilled: int
    candles_held: int
    candles_missing: int
    frames_refused: int
    interval: str
    lag_ns: int
    last_event_time_ns: int
    reason: str
    reconnects: int
    status: _common_pb2.HealthStatus
    symbol: str
    def __init__(self, symbol: _Optional[str] = ..., interval: _Optional[str] = ..., status: _Optional[_Union[_common_pb2.HealthStatus, str]] = ..., last_event_time_ns: _Optional[int] = ..., lag_ns: _Optional[int] = ..., candles_held: _Optional[int] = ..., candles_backfilled: _Optional[int] = ..., candles_missing: _Optional[int] = ..., reconnects: _Optional[int] = ..., frames_refused: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class GetCandlesRequest(_message.Message):
    __slots__ = ("before_time_ns", "include_open", "interval", "limit", "symbol",)
    BEFORE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_OPEN_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    before_time_ns: int
    include_open: bool
    interval: str
    limit: int
    symbol: str
    def __init__(self, symbol: _Optional[str] = ..., interval: _Optional[str] = ..., limit: _Optional[int] = ..., before_time_ns: _Optional[int] = ..., include_open: bool = ...) -> None: ...

class GetCandlesResponse(_message.Message):
    __slots__ = ("candles", "interval", "symbol",)
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    candles: _containers.RepeatedCompositeFieldContainer[Candle]
    interval: str
    symbol: str
    def __init__(self, symbol: _Optional[str] = ..., interval: _Optional[str] = ..., candles: _Optional[_Iterable[_Union[Candle, _Mapping[str, _Any]]]] = ...) -> None: ...

class GetDataQualityRequest(_message.Message):
    __slots__ = ("symbols",)
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    symbols: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, symbols: _Optional[_Iterable[str]] = ...) -> None: ...

class GetDataQualityResponse(_message.Message):
    __slots__ = ("feeds",)
    FEEDS_FIELD_NUMBER: _ClassVar[int]
    feeds: _containers.RepeatedCompositeFieldContainer[FeedQuality]
    def __init__(self, feeds: _Optional[_Iterable[_Union[FeedQuality, _Mapping[str, _Any]]]] = ...) -> None: ...

class GetTickerRequest(_message.Message):
    __slots__ = ("symbol",)
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    def __init__(self, symbol: _Optional[str] = ...) -> None: ...

class GetTickerResponse(_message.Message):
    __slots__ = ("ticker",)
    TICKER_FIELD_NUMBER: _ClassVar[int]
    ticker: Ticker
    def __init__(self, ticker: _Optional[_Union[Ticker, _Mapping[str, _Any]]] = ...) -> None: ...

class GetTradingRulesRequest(_message.Message):
    __slots__ = ("symbol",)
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    symbol: str
    def __init__(self, symbol: _Optional[str] = ...) -> None: ...

class GetTradingRulesResponse(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: TradingRules
    def __init__(self, rules: _Optional[_Union[TradingRules, _Mapping[str, _Any]]] = ...) -> None: ...

class ListSymbolsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "quote_asset", "subscribed_only",)
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBED_ONLY_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    quote_asset: str
    subscribed_only: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., quote_asset: _Optional[str] = ..., subscribed_only: bool = ...) -> None: ...

class ListSymbolsResponse(_message.Message):
    __slots__ = ("next_page_token", "symbols",)
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    symbols: _containers.RepeatedCompositeFieldContainer[SymbolInfo]
    def __init__(self, symbols: _Optional[_Iterable[_Union[SymbolInfo, _Mapping[str, _Any]]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SubscribeCandlesRequest(_message.Message):
    __slots__ = ("after_open_time_ns", "heartbeat_ms", "include_open", "interval", "max_batch", "symbols",)
    AFTER_OPEN_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_MS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_OPEN_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    after_open_time_ns: int
    heartbeat_ms: int
    include_open: bool
    interval: str
    max_batch: int
    symbols: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, symbols: _Optional[_Iterable[str]] = ..., interval: _Optional[str] = ..., after_open_time_ns: _Optional[int] = ..., include_open: bool = ..., max_batch: _Optional[int] = ..., heartbeat_ms: _Optional[int] = ...) -> None: ...

class SubscribeCandlesResponse(_message.Message):
    __slots__ = ("candles", "caught_up", "draining", "heartbeat", "opened",)
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    CAUGHT_UP_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    candles: _containers.RepeatedCompositeFieldContainer[Candle]
    caught_up: _common_pb2.CaughtUp
    draining: _common_pb2.Draining
    heartbeat: _common_pb2.Heartbeat
    opened: _common_pb2.SubscriptionOpened
    def __init__(self, candles: _Optional[_Iterable[_Union[Candle, _Mapping[str, _Any]]]] = ..., opened: _Optional[_Union[_common_pb2.SubscriptionOpened, _Mapping[str, _Any]]] = ..., caught_up: _Optional[_Union[_common_pb2.CaughtUp, _Mapping[str, _Any]]] = ..., heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping[str, _Any]]] = ..., draining: _Optional[_Union[_common_pb2.Draining, _Mapping[str, _Any]]] = ...) -> None: ...

class SubscribeTickersRequest(_message.Message):
    __slots__ = ("heartbeat_ms", "min_interval_ms", "symbols",)
    HEARTBEAT_MS_FIELD_NUMBER: _ClassVar[int]
    MIN_INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    heartbeat_ms: int
    min_interval_ms: int
    symbols: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, symbols: _Optional[_Iterable[str]] = ..., min_interval_ms: _Optional[int] = ..., heartbeat_ms: _Optional[int] = ...) -> None: ...

class SubscribeTickersResponse(_message.Message):
    __slots__ = ("draining", "heartbeat", "opened", "tickers",)
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    TICKERS_FIELD_NUMBER: _ClassVar[int]
    draining: _common_pb2.Draining
    heartbeat: _common_pb2.Heartbeat
    opened: _common_pb2.SubscriptionOpened
    tickers: _containers.RepeatedCompositeFieldContainer[Ticker]
    def __init__(self, tickers: _Optional[_Iterable[_Union[Ticker, _Mapping[str, _Any]]]] = ..., opened: _Optional[_Union[_common_pb2.SubscriptionOpened, _Mapping[str, _Any]]] = ..., heartbeat: _Optional[_Union[_common_pb2.Heartbeat, _Mapping[str, _Any]]] = ..., draining: _Optional[_Union[_common_pb2.Draining, _Mapping[str, _Any]]] = ...) -> None: ...

class SymbolInfo(_message.Message):
    __slots__ = ("base_asset", "obstacles", "quote_asset", "status", "subscribed", "symbol",)
    BASE_ASSET_FIELD_NUMBER: _ClassVar[int]
    OBSTACLES_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBED_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    base_asset: str
    obstacles: _containers.RepeatedScalarFieldContainer[str]
    quote_asset: str
    status: str
    subscribed: bool
    symbol: str
    def __init__(self, symbol: _Optional[str] = ..., base_asset: _Optional[str] = ..., quote_asset: _Optional[str] = ..., status: _Optional[str] = ..., subscribed: bool = ..., obstacles: _Optional[_Iterable[str]] = ...) -> None: ...

class Ticker(_message.Message):
    __slots__ = ("ask_price", "ask_quantity", "bid_price", "bid_quantity", "high_price_24h", "last_price", "low_price_24h", "open_price_24h", "previous_sequence", "sequence", "symbol", "time_ns", "volume_24h",)
    ASK_PRICE_FIELD_NUMBER: _ClassVar[int]
    ASK_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    BID_PRICE_FIELD_NUMBER: _ClassVar[int]
    BID_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    HIGH_PRICE_24H_FIELD_NUMBER: _ClassVar[int]
    LAST_PRICE_FIELD_NUMBER: _ClassVar[int]
    LOW_PRICE_24H_FIELD_NUMBER: _ClassVar[int]
    OPEN_PRICE_24H_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    VOLUME_24H_FIELD_NUMBER: _ClassVar[int]
    ask_price: str
    ask_quantity: str
    bid_price: str
    bid_quantity: str
    high_price_24h: str
    last_price: str
    low_price_24h: str
    open_price_24h: str
    previous_sequence: int
    sequence: int
    symbol: str
    time_ns: int
    volume_24h: str
    def __init__(self, symbol: _Optional[str] = ..., last_price: _Optional[str] = ..., bid_price: _Optional[str] = ..., bid_quantity: _Optional[str] = ..., ask_price: _Optional[str] = ..., ask_quantity: _Optional[str] = ..., open_price_24h: _Optional[str] = ..., high_price_24h: _Optional[str] = ..., low_price_24h: _Optional[str] = ..., volume_24h: _Optional[str] = ..., time_ns: _Optional[int] = ..., sequence: _Optional[int] = ..., previous_sequence: _Optional[int] = ...) -> None: ...

class TradingRules(_message.Message):
    __slots__ = ("maker_fee", "market_maximum_quantity", "market_step_size", "maximum_notional", "maximum_open_orders", "maximum_price", "maximum_quantity", "maximum_stop_orders", "minimum_notional", "minimum_price", "minimum_quantity", "obstacles", "order_types", "status", "step_size", "symbol", "taker_fee", "takes_pairs", "tick_size",)
    MAKER_FEE_FIELD_NUMBER: _ClassVar[int]
    MARKET_MAXIMUM_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    MARKET_STEP_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_OPEN_ORDERS_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_PRICE_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_STOP_ORDERS_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_PRICE_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    OBSTACLES_FIELD_NUMBER: _ClassVar[int]
    ORDER_TYPES_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STEP_SIZE_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    TAKER_FEE_FIELD_NUMBER: _ClassVar[int]
    TAKES_PAIRS_FIELD_NUMBER: _ClassVar[int]
    TICK_SIZE_FIELD_NUMBER: _ClassVar[int]
    maker_fee: str
    market_maximum_quantity: str
    market_step_size: str
    maximum_notional: str
    maximum_open_orders: int
    maximum_price: str
    maximum_quantity: str
    maximum_stop_orders: int
    minimum_notional: str
    minimum_price: str
    minimum_quantity: str
    obstacles: _containers.RepeatedScalarFieldContainer[str]
    order_types: _containers.RepeatedScalarFieldContainer[_common_pb2.OrderType]
    status: str
    step_size: str
    symbol: str
    taker_fee: str
    takes_pairs: bool
    tick_size: str
    def __init__(self, symbol: _Optional[str] = ..., tick_size: _Optional[str] = ..., minimum_price: _Optional[str] = ..., maximum_price: _Optional[str] = ..., step_size: _Optional[str] = ..., minimum_quantity: _Optional[str] = ..., maximum_quantity: _Optional[str] = ..., market_step_size: _Optional[str] = ..., market_maximum_quantity: _Optional[str] = ..., minimum_notional: _Optional[str] = ..., maximum_notional: _Optional[str] = ..., order_types: _Optional[_Iterable[_Union[_common_pb2.OrderType, str]]] = ..., maximum_open_orders: _Optional[int] = ..., maximum_stop_orders: _Optional[int] = ..., maker_fee: _Optional[str] = ..., taker_fee: _Optional[str] = ..., status: _Optional[str] = ..., obstacles: _Optional[_Iterable[str]] = ..., takes_pairs: bool = ...) -> None: ...
