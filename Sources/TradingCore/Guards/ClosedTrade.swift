import Time
import TradingModel

/// A round trip that ended, as guards see it.
struct ClosedTrade: Hashable, Sendable, Codable {
  /// Of the fill that closed it.
  var time: Timestamp
  /// Index of its bot.
  var bot: Int
  /// Index of its symbol.
  var symbol: Int
  /// Net of fees in the pair's own assets, in quote asset.
  var profit: Amount
  /// ``profit`` over what the entry cost.
  var fraction: FixedDecimal
  /// It ended at a stop-loss or a trailing stop.
  var isStopped: Bool
}

/// The last trades, oldest first; bounded.
struct ClosedTrades: Sendable, Codable {
  private let capacity: Int
  private(set) var list: [ClosedTrade] = []

  /// - Parameter capacity: at least so many are remembered, at most twice as many.
  init(capacity: Int) { self.capacity = capacity }

  mutating func add(_ trade: ClosedTrade) {
    if list.count >= capacity * 2 { list.removeFirst(list.count - capacity) }
    list.append(trade)
  }

  mutating func forget() { list.removeAll() }

  /// Those that closed after `start` and are `wanted`, oldest first. Cost: linear in those that closed after it.
  func since(_ start: Timestamp, where isWanted: (ClosedTrade) -> Bool) -> [ClosedTrade] {
    var found: [ClosedTrade] = []
    for trade in list.reversed() {
      guard trade.time > start else { break }
      if isWanted(trade) { found.append(trade) }
    }
    return found.reversed()
  }
}

extension TradeGuard {
  /// What it found.
  struct Verdict: Hashable {
    /// When the last trade that it counts closed: the lock's duration begins there.
    var time: Timestamp
    /// Why, with the figures.
    var reason: String
  }

  /// Judges the trades of its scope that closed within ``lookback``, oldest first; `nil`: it does not trip.
  ///
  /// - Parameter equity: what the scope's bots have now, positions at cost, in quote asset; for ``Kind/drawdown``.
  func verdict(_ trades: [ClosedTrade], equity: Amount) -> Verdict? {
    guard let last = trades.last else { return nil }
    switch kind {
    case .cooldown: return Verdict(time: last.time, reason: "a trade closed")
    case .stopLoss:
      let stopped = trades.filter { $0.isStopped && $0.fraction < limit }
      guard stopped.count >= tradesMinimum, let last = stopped.last else { return nil }
      return Verdict(
        time: last.time, reason: "\(stopped.count) trades were stopped out with less than \(limit) of profit within \(lookback)")
    case .lowProfit:
      guard trades.count >= tradesMinimum else { return nil }
      let sum = trades.reduce(FixedDecimal.zero) { $0 + $1.fraction }
      guard sum < limit else { return nil }
      return Verdict(time: last.time, reason: "\(trades.count) trades made \(sum) of profit within \(lookback), less than \(limit)")
    case .drawdown:
      guard trades.count >= tradesMinimum else { return nil }
      let fall = Self.fall(trades, equity: equity)
      guard fall > limit else { return nil }
      return Verdict(
        time: last.time, reason: "equity fell by \(fall) of its highest in \(trades.count) trades within \(lookback), more than \(limit)")
    }
  }

  /// The largest fall of what trades made from its highest before, as a fraction of that; 1 where nothing was left to lose.
  private static func fall(_ trades: [ClosedTrade], equity: Amount) -> FixedDecimal {
    var value = trades.reduce(equity) { $0 - $1.profit }
    var peak = value
    var worst = FixedDecimal.zero
    for trade in trades {
      value += trade.profit
      peak = max(peak, value)
      if peak > value { worst = max(worst, peak.isPositive ? (peak - value).divided(by: peak, rounding: .nearest) : .one) }
    }
    return worst
  }
}
