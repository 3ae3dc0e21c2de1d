import Time
import TradingCore
import TradingModel
import Venue

/// A bot's statistics computed the slow and plain way from its list of fills: the twin of what the core and the book keep running.
struct NaiveStatistics {
  var realized = FixedDecimal.zero
  var trades: [FixedDecimal] = []
  var winStreak = 0
  var lossStreak = 0
  var fees: [String: FixedDecimal] = [:]
  var exposed: Int64 = 0
  var inventory = FixedDecimal.zero
  var inventoryCost = FixedDecimal.zero
  /// Σ of quote received less quote paid, commissions in quote included.
  var quoteFlow = FixedDecimal.zero

  init(_ fills: [FillRecord], base: String, quote: String) {
    var open = FixedDecimal.zero
    var openedAt: Timestamp?
    for record in fills {
      let fill = record.fill
      fees[fill.commissionAsset, default: .zero] += fill.commission
      let baseFee = fill.commissionAsset == base ? fill.commission : .zero
      let quoteFee = fill.commissionAsset == quote ? fill.commission : .zero
      if record.side == .buy {
        inventory += fill.quantity - baseFee
        inventoryCost += fill.quoteQuantity + quoteFee
        quoteFlow -= fill.quoteQuantity + quoteFee
        openedAt = openedAt ?? fill.time
        continue
      }
      // Average cost as an exact fraction, rounded once.
      let sold = fill.quantity + baseFee
      let share = sold >= inventory ? inventoryCost : Self.share(inventoryCost, sold, inventory)
      let result = fill.quoteQuantity - quoteFee - share
      inventory -= sold
      inventoryCost -= share
      quoteFlow += fill.quoteQuantity - quoteFee
      realized += result
      open += result
      if record.closesPosition {
        trades.append(open)
        open = .zero
        exposed += fill.time.nanoseconds(since: openedAt ?? fill.time)
        openedAt = nil
      }
    }
    streaks()
  }

  private static func share(_ cost: FixedDecimal, _ part: FixedDecimal, _ whole: FixedDecimal) -> FixedDecimal {
    let product = cost.raw.magnitude.multipliedFullWidth(by: part.raw.magnitude)
    let (quotient, remainder) = whole.raw.magnitude.dividingFullWidth(product)
    return FixedDecimal(raw: Int128(quotient) + (remainder * 2 >= whole.raw.magnitude ? 1 : 0))
  }

  private mutating func streaks() {
    var wins = 0
    var losses = 0
    for trade in trades {
      wins = trade.isPositive ? wins + 1 : 0
      losses = trade.isPositive ? 0 : losses + 1
      winStreak = max(winStreak, wins)
      lossStreak = max(lossStreak, losses)
    }
  }
}
