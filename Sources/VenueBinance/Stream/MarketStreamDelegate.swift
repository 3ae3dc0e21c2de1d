public import Time
public import BinanceJSON
public import TradingModel
public import Venue

/// The core's ear for a ``BinanceMarketStream``; called on the stream's event loop, straight from the socket's bytes.
public protocol MarketStreamDelegate: AnyObject {
  /// A live event. Closed candles come once each and in order per series.
  func received(_ event: MarketEvent)
  /// Closed candles from before now, oldest first: the warm-up of a new series, or what a disconnect swallowed. Nobody trades on them.
  func backfilled(_ series: SeriesKey, candles: [Candle])
  /// A symbol's data became trustworthy or stopped being so.
  func feedChanged(_ symbol: Symbol, state: FeedState, reason: String)
  /// A frame was refused; its symbol is not known when the frame as a whole was unreadable.
  func refused(_ refusal: FrameRefusal)
}

/// Where closed candles of the past come from; called on the stream's event loop.
public protocol CandleHistory: AnyObject {
  /// Fetches closed candles, oldest first: all that open later than `after`, or the newest `limit` when `after` is `nil`.
  /// `completion` is called once, on the same loop.
  func closedCandles(
    _ series: SeriesKey, after: Timestamp?, limit: Int, completion: @escaping (Result<[Candle], BinanceError>) -> Void)
}

/// What a market stream has seen since it was made.
public struct MarketStreamCounters: Hashable, Sendable {
  /// Messages received, control answers included.
  public var frames: UInt64 = 0
  /// Messages decoded into events.
  public var events: UInt64 = 0
  /// Events dropped because another connection had delivered them, while one is being replaced.
  public var duplicates: UInt64 = 0
  /// Refusals by kind, indexed by ``FrameRefusal/Code``.
  public var refused: [FrameRefusal.Code: UInt64] = [:]
  /// Connections lost or never made.
  public var reconnects = 0
  /// Connections replaced without a gap.
  public var replacements = 0
  /// Holes found in candle series.
  public var candleGaps = 0
  /// Refills asked of the REST API.
  public var refills = 0
  /// The newest event's age when it arrived, in nanoseconds, by the exchange's clock as far as known.
  public var lagNanoseconds: Int64 = 0
}
