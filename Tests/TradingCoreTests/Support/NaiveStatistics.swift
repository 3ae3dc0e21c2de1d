import Time
import TradingCore
import TradingModel
import Venue

/// A bot's statistics computed the slow and plain way from its list of fills: the twin of what the core keeps running.
struct NaiveStatistics {
  var realized = FixedDecimal.zero
  var trades: [FixedDecimal] = []
  var winStreak = 0
  var lossStreak = 0
  var drawdown = FixedDecimal.zero
  var drawdownFraction = 0.0
  var fees: [String: FixedDecimal] = [:]
  var exposed: Int64 = 0
  var sharpe = 0.0
  var sortino = 0.0
  var inventory = FixedDecimal.zero
  var inventoryCost = FixedDecimal.zero
  /// Σ of quote received less quote paid, commissions in quote included.
  var quoteFlow = FixedDecimal.zero

  init(_ fills: [FillRecord], base: String, quote: String, capital: FixedDecimal) {
    var open = FixedDecimal.zero
    var openedAt: Timestamp?
    var curve: [FixedDecimal] = [.zero]
    var daily: [Int64: Double] = [:]
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
      daily[fill.time.nanoseconds / 86_400_000_000_000, default: 0] += result.statisticValue / capital.statisticValue
      if record.closesPosition {
        trades.append(open)
        open = .zero
        exposed += fill.time.nanoseconds(since: openedAt ?? fill.time)
        openedAt = nil
      }
      curve.append(realized)
    }
    streaks()
    drawdowns(curve, capital: capital)
    ratios(daily)
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

  private mutating func drawdowns(_ curve: [FixedDecimal], capital: FixedDecimal) {
    for (index, value) in curve.enumerated() {
      let peak = curve[...index].max() ?? .zero
      let fall = peak - value
      if fall > drawdown {
        drawdown = fall
        drawdownFraction = fall.statisticValue / (capital + peak).statisticValue
      }
    }
  }

  private mutating func ratios(_ daily: [Int64: Double]) {
    guard let first = daily.keys.min(), let last = daily.keys.max(), last > first else { return }
    let returns = (first...last).map { daily[$0] ?? 0 }
    let count = Double(returns.count)
    let mean = returns.reduce(0, +) / count
    let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    if variance > 1e-18 { sharpe = mean / variance.squareRoot() * 365.0.squareRoot() }
    let downside = returns.reduce(0) { $0 + min($1, 0) * min($1, 0) } / count
    if downside > 1e-18 { sortino = mean / downside.squareRoot() * 365.0.squareRoot() }
  }
}
