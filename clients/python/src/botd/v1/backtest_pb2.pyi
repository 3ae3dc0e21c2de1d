from botd.v1 import bot_pb2 as _bot_pb2
from botd.v1 import portfolio_pb2 as _portfolio_pb2
from botd.v1 import risk_pb2 as _risk_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import Any as _Any, ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BacktestFigure(_message.Message):
    __slots__ = ("is_ratio", "key", "label", "number", "section", "text",)
    IS_RATIO_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SECTION_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    is_ratio: bool
    key: str
    label: str
    number: str
    section: str
    text: str
    def __init__(self, section: _Optional[str] = ..., key: _Optional[str] = ..., label: _Optional[str] = ..., text: _Optional[str] = ..., number: _Optional[str] = ..., is_ratio: bool = ...) -> None: ...

class BacktestProgress(_message.Message):
    __slots__ = ("candles_done", "candles_total", "time_ns",)
    CANDLES_DONE_FIELD_NUMBER: _ClassVar[int]
    CANDLES_TOTAL_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    candles_done: int
    candles_total: int
    time_ns: int
    def __init__(self, candles_done: _Optional[int] = ..., candles_total: _Optional[int] = ..., time_ns: _Optional[int] = ...) -> None: ...

class BacktestResult(_message.Message):
    __slots__ = ("candles", "elapsed_ns", "ended_reason", "ended_time_ns", "equity", "figures", "notes", "stats", "title",)
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_NS_FIELD_NUMBER: _ClassVar[int]
    ENDED_REASON_FIELD_NUMBER: _ClassVar[int]
    ENDED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    EQUITY_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    candles: int
    elapsed_ns: int
    ended_reason: str
    ended_time_ns: int
    equity: _containers.RepeatedCompositeFieldContainer[_portfolio_pb2.EquityPoint]
    figures: _containers.RepeatedCompositeFieldContainer[BacktestFigure]
    notes: _containers.RepeatedScalarFieldContainer[str]
    stats: _bot_pb2.Stats
    title: str
    def __init__(self, equity: _Optional[_Iterable[_Union[_portfolio_pb2.EquityPoint, _Mapping[str, _Any]]]] = ..., elapsed_ns: _Optional[int] = ..., figures: _Optional[_Iterable[_Union[BacktestFigure, _Mapping[str, _Any]]]] = ..., notes: _Optional[_Iterable[str]] = ..., candles: _Optional[int] = ..., title: _Optional[str] = ..., stats: _Optional[_Union[_bot_pb2.Stats, _Mapping[str, _Any]]] = ..., ended_reason: _Optional[str] = ..., ended_time_ns: _Optional[int] = ...) -> None: ...

class BacktestTrade(_message.Message):
    __slots__ = ("bot_id", "candles", "closed_time_ns", "entry_price", "entry_reason", "exit_kind", "exit_price", "exit_reason", "exit_time_modelled", "fees", "is_closed", "max_adverse_excursion", "max_favorable_excursion", "number", "opened_time_ns", "profit", "profit_fraction", "quantity", "symbol",)
    BOT_ID_FIELD_NUMBER: _ClassVar[int]
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    CLOSED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_PRICE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_REASON_FIELD_NUMBER: _ClassVar[int]
    EXIT_KIND_FIELD_NUMBER: _ClassVar[int]
    EXIT_PRICE_FIELD_NUMBER: _ClassVar[int]
    EXIT_REASON_FIELD_NUMBER: _ClassVar[int]
    EXIT_TIME_MODELLED_FIELD_NUMBER: _ClassVar[int]
    FEES_FIELD_NUMBER: _ClassVar[int]
    IS_CLOSED_FIELD_NUMBER: _ClassVar[int]
    MAX_ADVERSE_EXCURSION_FIELD_NUMBER: _ClassVar[int]
    MAX_FAVORABLE_EXCURSION_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    OPENED_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    PROFIT_FIELD_NUMBER: _ClassVar[int]
    PROFIT_FRACTION_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    SYMBOL_FIELD_NUMBER: _ClassVar[int]
    bot_id: str
    candles: int
    closed_time_ns: int
    entry_price: str
    entry_reason: str
    exit_kind: str
    exit_price: str
    exit_reason: str
    exit_time_modelled: bool
    fees: str
    is_closed: bool
    max_adverse_excursion: str
    max_favorable_excursion: str
    number: int
    opened_time_ns: int
    profit: str
    profit_fraction: str
    quantity: str
    symbol: str
    def __init__(self, number: _Optional[int] = ..., bot_id: _Optional[str] = ..., symbol: _Optional[str] = ..., opened_time_ns: _Optional[int] = ..., closed_time_ns: _Optional[int] = ..., entry_price: _Optional[str] = ..., exit_price: _Optional[str] = ..., quantity: _Optional[str] = ..., fees: _Optional[str] = ..., profit: _Optional[str] = ..., profit_fraction: _Optional[str] = ..., candles: _Optional[int] = ..., entry_reason: _Optional[str] = ..., exit_kind: _Optional[str] = ..., exit_reason: _Optional[str] = ..., is_closed: bool = ..., max_adverse_excursion: _Optional[str] = ..., max_favorable_excursion: _Optional[str] = ..., exit_time_modelled: bool = ...) -> None: ...

class RunBacktestRequest(_message.Message):
    __slots__ = ("data_file", "fill_gaps", "from_time_ns", "include_trades", "limits", "maker_fee", "skip_bad", "slippage", "spec", "spread", "symbols", "taker_fee", "to_time_ns",)
    DATA_FILE_FIELD_NUMBER: _ClassVar[int]
    FILL_GAPS_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TRADES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    MAKER_FEE_FIELD_NUMBER: _ClassVar[int]
    SKIP_BAD_FIELD_NUMBER: _ClassVar[int]
    SLIPPAGE_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    SPREAD_FIELD_NUMBER: _ClassVar[int]
    SYMBOLS_FIELD_NUMBER: _ClassVar[int]
    TAKER_FEE_FIELD_NUMBER: _ClassVar[int]
    TO_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    data_file: str
    fill_gaps: bool
    from_time_ns: int
    include_trades: bool
    limits: _risk_pb2.RiskLimits
    maker_fee: str
    skip_bad: bool
    slippage: str
    spec: _bot_pb2.BotSpec
    spread: str
    symbols: _containers.RepeatedScalarFieldContainer[str]
    taker_fee: str
    to_time_ns: int
    def __init__(self, spec: _Optional[_Union[_bot_pb2.BotSpec, _Mapping[str, _Any]]] = ..., from_time_ns: _Optional[int] = ..., to_time_ns: _Optional[int] = ..., include_trades: bool = ..., maker_fee: _Optional[str] = ..., taker_fee: _Optional[str] = ..., data_file: _Optional[str] = ..., symbols: _Optional[_Iterable[str]] = ..., slippage: _Optional[str] = ..., spread: _Optional[str] = ..., limits: _Optional[_Union[_risk_pb2.RiskLimits, _Mapping[str, _Any]]] = ..., fill_gaps: bool = ..., skip_bad: bool = ...) -> None: ...

class RunBacktestResponse(_message.Message):
    __slots__ = ("progress", "result", "trade",)
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    TRADE_FIELD_NUMBER: _ClassVar[int]
    progress: BacktestProgress
    result: BacktestResult
    trade: BacktestTrade
    def __init__(self, progress: _Optional[_Union[BacktestProgress, _Mapping[str, _Any]]] = ..., trade: _Optional[_Union[BacktestTrade, _Mapping[str, _Any]]] = ..., result: _Optional[_Union[BacktestResult, _Mapping[str, _Any]]] = ...) -> None: ...
