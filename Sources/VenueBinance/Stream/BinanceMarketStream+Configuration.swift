extension BinanceMarketStream {
  /// Bounds and times; the defaults are the product's.
  public struct Configuration: Sendable {
    /// Streams on one connection; the exchange allows 1024.
    public var streamsPerConnection = 1_000
    /// Closed candles fetched to warm a new series up.
    public var warmUpCandles = 500
    /// A symbol without an event for this long is stale.
    public var silenceNanoseconds: Int64 = 5_000_000_000
    /// A symbol whose events are older than this on arrival is stale.
    public var lagNanoseconds: Int64 = 2_000_000_000
    /// All symbols of a connection silent for this long: it is re-made.
    public var silentReconnectNanoseconds: Int64 = 30_000_000_000
    /// Not even a ping for this long: the connection is re-made.
    public var deadNanoseconds: Int64 = 65_000_000_000
    /// A connection's age at which it is replaced; the exchange ends it after 24 hours.
    public var replaceAfterNanoseconds: Int64 = 23 * 3_600_000_000_000
    /// How long a connection must hold before delays start anew.
    public var stableNanoseconds: Int64 = 60_000_000_000
    public var subscribeTimeoutNanoseconds: Int64 = 30_000_000_000
    /// Refills under way at once.
    public var refillsMaximum = 8
    /// How often silence is looked for.
    public var tickNanoseconds: Int64 = 250_000_000
    public init() {}
  }
}
