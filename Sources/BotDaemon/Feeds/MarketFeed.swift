import TradingModel

/// Where market events come from; used on the core's loop only.
protocol MarketFeed: AnyObject {
  func start()
  func stop()
  /// Delivers history first (``TradingEngine/warm(_:_:)``), then every closed candle once.
  func watch(_ key: SeriesKey)
  func unwatch(_ key: SeriesKey)
}

extension SimulatedFeed: MarketFeed {}
