public import Time
public import BinanceJSON
public import TradingModel
public import Venue

/// The core's ear for a ``BinanceMarketStream``; called on the stream's event loop, straight from the socket's bytes.
public protocol MarketStreamDelegate: AnyObject {
  /// A live event. Closed candles come once each and in order per series.
  func received(_ event: MarketEvent)
  /// Closed candles from before now, oldest first: the warm-up of a new series, or what a disconnect swallowed, but for the newest: that one
  /// comes as a live event. Nobody trades on them.
  func backfilled(_ series: SeriesKey, candles: [Candle])
  /// Candles of a followed series, oldest first, were fetched only after a newer one had closed; they come as ``backfilled(_:candles:)`` next.
  /// Whoever decides on closed candles has missed these.
  func skipped(_ series: SeriesKey, candles: [Candle])
  /// A symbol's data became trustworthy or stopped being so.
  func feedChanged(_ symbol: Symbol, state: FeedState, reason: String)
  /// What is wrong with a series' history changed: rows that cannot be, or why the exchange gives none; empty: nothing any more.
  func historyChanged(_ series: SeriesKey, problem: String)
  /// A frame was refused; its symbol is not known when the frame as a whole was unreadable.
  func refused(_ refusal: FrameRefusal)
}

/// Where closed candles of the past come from; called on the stream's event loop.
public protocol CandleHistory: AnyObject {
  /// Fetches closed candles, oldest first: all that open later than `after`, or the newest `limit` when `after` is `nil`.
  /// `completion` is called once, on the same loop.
  func closedCandles(
    _ series: SeriesKey, after: Timestamp?, limit: Int, completion: @escaping (Result<FetchedCandles, BinanceError>) -> Void)
}

/// Closed candles of the past as they were given, and the rows among them that cannot be.
public struct FetchedCandles: Hashable, Sendable {
  /// A row that is no candle.
  public struct RefusedRow: Hashable, Sendable {
    /// When the candle opened; `nil` when not even that can be read.
    public var openTime: Timestamp?
    /// What is wrong with it.
    public var reason: String

    /// A row that is refused.
    public init(openTime: Timestamp?, reason: String) {
      self.openTime = openTime
      self.reason = reason
    }
  }

  /// Oldest first.
  public var candles: [Candle]
  public var refused: [RefusedRow]

  /// What a request brought.
  public init(candles: [Candle], refused: [RefusedRow] = []) {
    self.candles = candles
    self.refused = refused
  }

  /// The newest open time, refused rows included; `nil` when there is nothing.
  var newest: Timestamp? { (refused.compactMap(\.openTime) + candles.suffix(1).map(\.openTime)).max() }
}

/// What became of one series' feed.
public struct SeriesTraffic: Hashable, Sendable {
  /// Times that a connection which carries it was lost or not made.
  public var reconnects = 0
  /// Frames refused on those connections, and rows of its history.
  public var refused: UInt64 = 0
  /// Candles fetched by REST because the stream did not bring them; the warm-up is not counted.
  public var backfilled: UInt64 = 0
  /// What is wrong with its history; empty: nothing.
  public var problem = ""
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
  /// Rows of history that cannot be, each once.
  public var rowsRefused: UInt64 = 0
  /// Candles fetched by REST because the stream did not bring them; the warm-up is not counted.
  public var backfilled: UInt64 = 0
  /// Refills asked of the REST API.
  public var refills = 0
  /// The newest event's age when it arrived, in nanoseconds, by the exchange's clock as far as known.
  public var lagNanoseconds: Int64 = 0
}
