public import TradingModel

/// A trading rule for one bot: closed candles in, signals out.
///
/// Pure: the answer depends only on the candles and positions handed in so far. Every strategy is long-only: it asks for a buy
/// only while the bot holds nothing and for a sell only while it holds. O(1) per candle; a hold allocates nothing.
public protocol Strategy: Sendable {
  /// Candles that only ever answer hold: candle number `warmUp + 1` is the first that may signal.
  var warmUp: Int { get }

  /// Candles of history after which it no longer matters (to nine digits) where the series began; at least ``warmUp``.
  /// What a bot should be fed before its first live candle where that much history is at hand.
  var settling: Int { get }

  /// Takes the next closed candle, each once and in order, and the bot's position at its close.
  mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal

  /// Takes a closed candle from before the time that counts, of which nothing is wanted.
  mutating func onHistory(_ candle: Candle, position: StrategyPosition)

  /// Takes the next closed candles up to the first at which it wants something, or before the first outside `bounds`; the same as one by
  /// one. Returns how many it took and what it wants at the last of them. An open position counts its bars on, missing ones included.
  mutating func onCandles(
    _ candles: ArraySlice<Candle>, inside bounds: CandleBounds, position: inout StrategyPosition
  ) -> (count: Int, signal: Signal)

  /// The indicators' values at the last candle, for explanations; empty before the warm-up.
  var readings: [IndicatorReading] { get }
}

extension Strategy {
  public var settling: Int { warmUp }

  public mutating func onHistory(_ candle: Candle, position: StrategyPosition) { _ = onCandle(candle, position: position) }

  public mutating func onCandles(
    _ candles: ArraySlice<Candle>, inside bounds: CandleBounds, position: inout StrategyPosition
  ) -> (count: Int, signal: Signal) {
    oneByOne(candles, inside: bounds, position: &position)
  }

  @inline(__always) mutating func oneByOne(
    _ candles: ArraySlice<Candle>, inside bounds: CandleBounds, position: inout StrategyPosition
  ) -> (count: Int, signal: Signal) {
    var bounds = bounds
    for index in candles.indices {
      guard let passed = bounds.advance(to: candles[index]) else { return (index - candles.startIndex, .hold) }
      if position.isOpen { position.barsHeld += passed }
      let signal = onCandle(candles[index], position: position)
      if signal.action != .hold { return (index - candles.startIndex + 1, signal) }
    }
    return (candles.count, .hold)
  }
}

/// The position a strategy decides about.
public struct StrategyPosition: Sendable, Hashable, Codable {
  public var isOpen: Bool
  /// Zero when nothing is held.
  public var averageEntryPrice: Price
  /// Closed candles since the entry.
  public var barsHeld: Int

  public init(isOpen: Bool, averageEntryPrice: Price = .zero, barsHeld: Int = 0) {
    self.isOpen = isOpen
    self.averageEntryPrice = averageEntryPrice
    self.barsHeld = barsHeld
  }

  /// Nothing held.
  public static let flat = StrategyPosition(isOpen: false)
}

/// One indicator's value, named as people write it: `RSI(14)`.
public struct IndicatorReading: Sendable, Hashable {
  public var name: String
  public var value: Double

  public init(name: String, value: Double) {
    self.name = name
    self.value = value
  }
}
