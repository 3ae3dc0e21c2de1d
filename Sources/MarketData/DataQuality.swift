public import Time
public import TradingModel
public import Venue

/// How complete and clean a series arrived.
public struct SeriesQuality: Hashable, Sendable {
  public var series: SeriesKey
  /// Closed candles held now.
  public var held: Int
  /// Candles missing between the oldest and the newest held.
  public var holes: Int
  /// Closed candles taken from the feed.
  public var closed: UInt64
  /// Closed candles that the feed skipped, repaired later or not.
  public var gaps: UInt64
  /// Closed candles that had come before.
  public var duplicates: UInt64
  /// Candles refused: inconsistent prices, or an open time that the interval does not have.
  public var refused: UInt64
  /// Open time of the newest closed candle; `nil` when there is none.
  public var newest: Timestamp?
  /// Event time of the last update of the candle in progress or of a close.
  public var lastEvent: Timestamp?
  /// What became of its feed.
  public var feed = SeriesFeedCounts()
}

/// What a feed says of one of its series.
public struct SeriesFeedCounts: Hashable, Sendable {
  /// Times that a connection which carries the series was lost or not made.
  public var reconnects = 0
  /// Frames refused on those connections, and rows of the series' history.
  public var refused: UInt64 = 0
  /// Candles fetched because the stream did not bring them.
  public var backfilled: UInt64 = 0
  /// What is wrong with its history; empty: nothing.
  public var problem = ""

  /// Nothing yet.
  public init(reconnects: Int = 0, refused: UInt64 = 0, backfilled: UInt64 = 0, problem: String = "") {
    self.reconnects = reconnects
    self.refused = refused
    self.backfilled = backfilled
    self.problem = problem
  }
}

/// The state of a feed since when.
public struct FeedStatus: Hashable, Sendable {
  /// `nil`: the whole connection.
  public var symbol: Symbol?
  public var state: FeedState
  public var since: Timestamp
}
