import Time
import BotAPI
import Journal
import Synchronization
import TradingCore
import TradingModel

/// Drawdown and ratios of the portfolio's recorded equity.
struct EquitySummary: Sendable {
  /// Highest profit so far. Profit, not equity, is what falls: a new bot's capital is no gain, a removed one's no loss.
  var peak: Amount = .zero
  var peakTime: Timestamp = .zero
  var maximumDrawdown: Amount = .zero
  var maximumDrawdownFraction: Double = 0
  var maximumDrawdownTime: Timestamp = .zero
  /// Longest time below a peak.
  var longestUnderwaterNanoseconds: Int64 = 0
  /// Last equity and profit of each UTC day with a record, oldest first; the newest day may still change.
  var days: [Day] = []

  struct Day: Sendable {
    var day: Int64
    var equity: Double
    var profit: Double
  }

  /// Days kept for the ratios.
  static let daysMaximum = 3_660

  mutating func add(_ point: EquityPoint, at time: Timestamp) {
    let profit = point.realized + point.unrealized
    if profit >= peak || peakTime == .zero {
      if peakTime != .zero { longestUnderwaterNanoseconds = max(longestUnderwaterNanoseconds, time.nanoseconds(since: peakTime)) }
      peak = profit
      peakTime = time
    } else {
      longestUnderwaterNanoseconds = max(longestUnderwaterNanoseconds, time.nanoseconds(since: peakTime))
      let fall = peak - profit
      if fall > maximumDrawdown {
        maximumDrawdown = fall
        maximumDrawdownTime = time
        let equityAtPeak = (point.equity + fall).statisticValue
        maximumDrawdownFraction = equityAtPeak > 0 ? fall.statisticValue / equityAtPeak : 0
      }
    }
    var today = Day(
      day: time.nanoseconds / 86_400_000_000_000, equity: point.equity.statisticValue, profit: profit.statisticValue)
    if let last = days.last, last.day >= today.day {
      today.day = last.day
      days[days.count - 1] = today
    } else {
      days.append(today)
      if days.count > Self.daysMaximum { days.removeFirst(days.count - Self.daysMaximum) }
    }
  }

  /// Daily returns; a day without a record returned nothing.
  private var returns: [Double] {
    var list: [Double] = []
    for index in days.indices.dropFirst() {
      let before = days[index - 1]
      list.append(before.equity > 0 ? (days[index].profit - before.profit) / before.equity : 0)
      let gap = min(days[index].day - before.day - 1, Int64(Self.daysMaximum))
      if gap > 0 { list.append(contentsOf: repeatElement(0, count: Int(gap))) }
    }
    return list
  }

  func fill(_ stats: inout V1.Stats) {
    stats.maxDrawdown = maximumDrawdown.description
    stats.maxDrawdownFraction = FixedDecimal.text(of: maximumDrawdownFraction)
    stats.maxDrawdownTimeNs = maximumDrawdownTime.nanoseconds
    stats.maxDrawdownDurationNs = longestUnderwaterNanoseconds
    let returns = returns
    guard returns.count >= 2 else { return }
    let count = Double(returns.count)
    let mean = returns.reduce(0, +) / count
    let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let downside = returns.reduce(0) { $0 + min($1, 0) * min($1, 0) } / count
    let year = 365.0
    if variance > 1e-18 { stats.sharpeRatio = mean / variance.squareRoot() * year.squareRoot() }
    if downside > 1e-18 { stats.sortinoRatio = mean / downside.squareRoot() * year.squareRoot() }
    if maximumDrawdownFraction > 0 { stats.calmarRatio = mean * year / maximumDrawdownFraction }
  }
}

/// Folds the journal's equity records, each once; used on the reader's thread.
final class EquityHistory: Sendable {
  private struct State: Sendable {
    var summary = EquitySummary()
    var time = Timestamp(nanoseconds: .min)
    var sequence: UInt64 = 0
  }
  private let state = Mutex(State())

  /// The summary with everything durable so far. The first call reads the whole curve, later ones what is new.
  func caughtUp(_ journal: Journal, limit: ReadLimit) throws -> EquitySummary {
    while true {
      let (time, sequence) = state.withLock { ($0.time, $0.sequence) }
      let page = try journal.equity(from: time, to: .distantFuture, limit: Journal.readEntriesMaximum)
      let fresh = page.filter { $0.sequence > sequence }
      state.withLock { state in
        for entry in fresh where entry.sequence > state.sequence {
          guard case .equity(let point) = entry.record else { continue }
          state.summary.add(point, at: entry.time)
          state.time = max(state.time, entry.time)
          state.sequence = entry.sequence
        }
      }
      guard page.count == Journal.readEntriesMaximum, !fresh.isEmpty else { return state.withLock { $0.summary } }
      try limit.check()
    }
  }
}
