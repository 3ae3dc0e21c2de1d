public import Time
public import TradingModel

/// The prices that one market event takes a symbol through, one leg after the other.
///
/// Whoever watches prices beside the venue (targets, trailing stops) stops the walk where it acts: inside a leg the price is taken to move
/// continuously, so a target inside a candle is reached at its own price, not at the candle's high. ``PaperVenue/walk(for:reports:)`` makes
/// one, ``PaperVenue/advance(_:stoppingAt:reports:)`` goes one price further.
public struct PriceWalk: Sendable {
  public let symbol: Symbol
  /// When all of it happens.
  public let time: Timestamp
  let market: Int
  /// The first leg may be a gap: nothing happens inside it.
  let startsWithGap: Bool
  private var first = Price.zero
  private var second = Price.zero
  private var third = Price.zero
  private var fourth = Price.zero
  private var count = 0
  private var position = 0

  init(symbol: Symbol, time: Timestamp, market: Int, startsWithGap: Bool) {
    self.symbol = symbol
    self.time = time
    self.market = market
    self.startsWithGap = startsWithGap
  }

  /// Adds the end of one more leg; a candle has the most, four.
  mutating func add(_ price: Price) {
    switch count {
    case 0: first = price
    case 1: second = price
    case 2: third = price
    case 3: fourth = price
    default: return
    }
    count += 1
  }

  /// The end of the leg in progress; `nil` when the walk is over.
  var legEnd: Price? {
    guard position < count else { return nil }
    switch position {
    case 0: return first
    case 1: return second
    case 2: return third
    default: return fourth
    }
  }

  var isContinuous: Bool { position > 0 || !startsWithGap }

  public var isOver: Bool { position >= count }

  mutating func endLeg() { position += 1 }
}
