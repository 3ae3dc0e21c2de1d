public import TradingModel

/// The furthest prices against and for a position while it was open (MAE and MFE). Two comparisons a price.
public struct TradeExcursion: Hashable, Sendable {
  public private(set) var lowest: Price
  public private(set) var highest: Price

  /// A position that is opened at a price.
  public init(at price: Price) {
    lowest = price
    highest = price
  }

  /// The market traded between two prices while the position was open.
  @inlinable public mutating func observe(low: Price, high: Price) {
    if low < lowest { widen(low, highest) }
    if high > highest { widen(lowest, high) }
  }

  @usableFromInline mutating func widen(_ low: Price, _ high: Price) {
    lowest = low
    highest = high
  }

  /// Maximum adverse excursion: the furthest price below the entry, as a fraction of it, 0 or more; `nil` without an entry.
  public func adverse(entry: Price) -> Double? { Self.fraction(entry - lowest, entry) }

  /// Maximum favourable excursion: the furthest price above the entry, as a fraction of it, 0 or more; `nil` without an entry.
  public func favorable(entry: Price) -> Double? { Self.fraction(highest - entry, entry) }

  private static func fraction(_ distance: Price, _ entry: Price) -> Double? {
    entry.isPositive ? max(distance, .zero).statisticValue / entry.statisticValue : nil
  }
}
