public import Time
public import TradingModel
import Venue

/// What a bot has done, folded from the journal alone: a restart gives the same figures.
///
/// A *trade* is a round trip from the first buy fill to the fill that closes the position. Ratios are statistics in `Double`; money is
/// exact. Sharpe, Sortino and Calmar use daily realized returns on capital, days without a trade counted as zero, annualised with
/// 365 days, risk-free rate 0.
public struct BotStatistics: Hashable, Sendable {
  public var realizedPnL: Amount = .zero
  /// Realized PnL before commissions in quote and base asset.
  public var grossPnL: Amount = .zero
  /// Commissions per asset, in order of first appearance.
  public var fees: [AssetAmount] = []
  public var fillCount = 0
  public var tradeCount = 0
  public var winCount = 0
  public var lossCount = 0
  /// Sum of winning trades.
  public var grossProfit: Amount = .zero
  /// Sum of losing trades, negative or zero.
  public var grossLoss: Amount = .zero
  public var bestTrade: Amount = .zero
  public var worstTrade: Amount = .zero
  public var longestWinStreak = 0
  public var longestLossStreak = 0
  /// Positive: wins in a row; negative: losses in a row.
  public var currentStreak = 0
  /// Highest realized equity so far, above capital.
  public var peakPnL: Amount = .zero
  public var peakTime: Timestamp = .zero
  public var maximumDrawdown: Amount = .zero
  /// Fraction of the equity at the peak.
  public var maximumDrawdownFraction: Double = 0
  public var maximumDrawdownTime: Timestamp = .zero
  /// Longest time from a peak until it was reached again (or until the last trade), in nanoseconds.
  public var longestUnderwaterNanoseconds: Int64 = 0
  /// Time with an open position, in nanoseconds (closed positions only).
  public var exposedNanoseconds: Int64 = 0
  public var firstStartTime: Timestamp = .zero
  /// Price when the bot first started: the base of market change.
  public var firstStartPrice: Price = .zero
  /// Signals other than hold that something came of: an entry, an exit, or a refusal.
  public var signalCount = 0
  /// Signals refused, by code.
  public var denials: [DenialCount] = []
  /// Σ (fill price − decision price) × quantity, signed so that positive is worse for us; quote asset.
  public var slippage: Amount = .zero
  /// Σ of what fills were worth, in quote asset: buys and sells.
  public var turnover: Amount = .zero
  public var lastTradeTime: Timestamp = .zero
  /// PnL of the last round trip; zero before the first.
  public var lastTradePnL: Amount = .zero
  /// PnL of the round trip in progress.
  public var openTradePnL: Amount = .zero

  var returns = DailyReturns()

  public struct AssetAmount: Hashable, Sendable {
    public var asset: String
    public var amount: Amount
  }
  public struct DenialCount: Hashable, Sendable {
    public var code: DenialCode
    public var count: Int
  }

  public init() {}

  public var winRate: Double { tradeCount == 0 ? 0 : Double(winCount) / Double(tradeCount) }
  /// Gross profit over gross loss; 0 without trades, infinity is reported as 0 with `lossCount == 0`.
  public var profitFactor: Double { grossLoss.isZero ? 0 : grossProfit.statisticValue / -grossLoss.statisticValue }
  /// Average PnL of a trade.
  public var expectancy: Amount { average(grossProfit + grossLoss, tradeCount) }
  public var averageWin: Amount { average(grossProfit, winCount) }
  public var averageLoss: Amount { average(grossLoss, lossCount) }

  private func average(_ sum: Amount, _ count: Int) -> Amount {
    count == 0 ? .zero : sum.divided(by: FixedDecimal(count), rounding: .nearest)
  }

  public func sharpeRatio() -> Double { returns.sharpe }
  public func sortinoRatio() -> Double { returns.sortino }
  /// Annualised return over maximum drawdown fraction; 0 without a drawdown.
  public func calmarRatio() -> Double { maximumDrawdownFraction > 0 ? returns.annualised / maximumDrawdownFraction : 0 }

  mutating func count(_ code: DenialCode) {
    if let index = denials.firstIndex(where: { $0.code == code }) {
      denials[index].count += 1
    } else {
      denials.append(DenialCount(code: code, count: 1))
    }
  }

  /// Books a fill. `commissionInQuote` values a base or quote commission in quote asset, zero for a third asset.
  mutating func book(
    _ record: FillRecord, realized: Amount, commissionInQuote: Amount, capital: Amount, decisionPrice: Price, openedAt: Timestamp
  ) {
    let fill = record.fill
    fillCount += 1
    if !fill.commission.isZero {
      if let index = fees.firstIndex(where: { $0.asset == fill.commissionAsset }) {
        fees[index].amount += fill.commission
      } else {
        fees.append(AssetAmount(asset: fill.commissionAsset, amount: fill.commission))
      }
    }
    if decisionPrice.isPositive {
      let difference = record.side == .buy ? fill.price - decisionPrice : decisionPrice - fill.price
      slippage += difference * fill.quantity
    }
    turnover += fill.quoteQuantity
    realizedPnL += realized
    grossPnL += realized + commissionInQuote
    openTradePnL += realized
    lastTradeTime = fill.time
    guard record.side == .sell else { return }
    returns.add(realized, capital: capital, day: fill.time.nanoseconds / 86_400_000_000_000)
    if record.closesPosition { closeTrade(at: fill.time, openedAt: openedAt) }
    trackDrawdown(capital: capital, at: fill.time)
  }

  private mutating func closeTrade(at time: Timestamp, openedAt: Timestamp) {
    let result = openTradePnL
    openTradePnL = .zero
    lastTradePnL = result
    tradeCount += 1
    let (exposed, overflow) = exposedNanoseconds.addingReportingOverflow(max(0, time.nanoseconds(since: openedAt)))
    exposedNanoseconds = overflow ? .max : exposed
    if tradeCount == 1 || result > bestTrade { bestTrade = result }
    if tradeCount == 1 || result < worstTrade { worstTrade = result }
    if result.isPositive {
      winCount += 1
      grossProfit += result
      currentStreak = max(currentStreak, 0) + 1
      longestWinStreak = max(longestWinStreak, currentStreak)
    } else {
      lossCount += 1
      grossLoss += result
      currentStreak = min(currentStreak, 0) - 1
      longestLossStreak = max(longestLossStreak, -currentStreak)
    }
  }

  private mutating func trackDrawdown(capital: Amount, at time: Timestamp) {
    if peakTime == .zero { peakTime = firstStartTime == .zero ? time : firstStartTime }
    if realizedPnL >= peakPnL {
      longestUnderwaterNanoseconds = max(longestUnderwaterNanoseconds, time.nanoseconds(since: peakTime))
      peakPnL = realizedPnL
      peakTime = time
      return
    }
    let fall = peakPnL - realizedPnL
    longestUnderwaterNanoseconds = max(longestUnderwaterNanoseconds, time.nanoseconds(since: peakTime))
    if fall > maximumDrawdown {
      maximumDrawdown = fall
      maximumDrawdownTime = time
      let equityAtPeak = (capital + peakPnL).statisticValue
      maximumDrawdownFraction = equityAtPeak > 0 ? fall.statisticValue / equityAtPeak : 0
    }
  }
}

/// Running sums over daily returns; O(1) memory.
struct DailyReturns: Hashable, Sendable {
  private var day: Int64 = .min
  private var today: Double = 0
  private var count: Double = 0
  private var sum: Double = 0
  private var squares: Double = 0
  private var downsideSquares: Double = 0

  mutating func add(_ pnl: Amount, capital: Amount, day: Int64) {
    let value = capital.isPositive ? pnl.statisticValue / capital.statisticValue : 0
    if self.day == .min { self.day = day }
    if day > self.day {
      close(today)
      count += Double(day - self.day - 1)
      today = 0
      self.day = day
    }
    today += value
  }

  private mutating func close(_ value: Double) {
    count += 1
    sum += value
    squares += value * value
    if value < 0 { downsideSquares += value * value }
  }

  private var closed: DailyReturns {
    var copy = self
    if day != .min { copy.close(today) }
    return copy
  }

  private static let daysPerYear = 365.0

  /// Mean over sample standard deviation × √365; 0 with fewer than two days or no variation.
  var sharpe: Double {
    let all = closed
    guard all.count >= 2 else { return 0 }
    let mean = all.sum / all.count
    let variance = (all.squares - all.count * mean * mean) / (all.count - 1)
    return variance > 1e-18 ? mean / variance.squareRoot() * Self.daysPerYear.squareRoot() : 0
  }

  /// Mean over downside deviation (target 0) × √365.
  var sortino: Double {
    let all = closed
    guard all.count >= 2 else { return 0 }
    let downside = all.downsideSquares / all.count
    return downside > 1e-18 ? all.sum / all.count / downside.squareRoot() * Self.daysPerYear.squareRoot() : 0
  }

  /// Mean daily return × 365.
  var annualised: Double {
    let all = closed
    return all.count > 0 ? all.sum / all.count * Self.daysPerYear : 0
  }
}
