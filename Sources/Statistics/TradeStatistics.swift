public import Time
public import TradingModel

/// Figures of round trips, one at a time, in constant memory. Profits are after fees, in quote asset.
///
/// A round trip that earned exactly nothing is neither a win nor a loss, and ends no streak.
public struct TradeStatistics: Hashable, Sendable, Codable {
  public private(set) var count = 0
  public private(set) var wins = 0
  public private(set) var losses = 0
  /// Sum of the profits.
  public private(set) var grossProfit: Amount = .zero
  /// Sum of the losses, negative or zero.
  public private(set) var grossLoss: Amount = .zero
  private var bestTrade: Amount = .zero
  private var worstTrade: Amount = .zero
  /// Wins in a row, or, negative, losses in a row.
  public private(set) var currentStreak = 0
  private var winStreak = 0
  private var lossStreak = 0
  private var durations = Durations()
  // Mean and sum of squared differences of the profits (Welford).
  private var mean = 0.0
  private var squares = 0.0
  /// The last round trip's profit and end; `nil` before the first.
  public private(set) var last: Last?

  /// A round trip that is over.
  public struct Last: Hashable, Sendable, Codable {
    public var profit: Amount
    public var closedAt: Timestamp

    public init(profit: Amount, closedAt: Timestamp) {
      self.profit = profit
      self.closedAt = closedAt
    }
  }

  /// Nanoseconds.
  private struct Durations: Hashable, Sendable, Codable {
    var all: Int64 = 0
    var wins: Int64 = 0
    var losses: Int64 = 0
    var longest: Int64 = 0
    var shortest: Int64 = .max
  }

  public init() {}

  /// Adds a round trip from flat to flat.
  public mutating func add(profit: Amount, openedAt: Timestamp, closedAt: Timestamp) {
    count += 1
    let length = max(closedAt.nanoseconds(since: openedAt), 0)
    durations.all = PresenceStatistics.sum(durations.all, length)
    durations.longest = max(durations.longest, length)
    durations.shortest = min(durations.shortest, length)
    bestTrade = count == 1 ? profit : max(bestTrade, profit)
    worstTrade = count == 1 ? profit : min(worstTrade, profit)
    let value = profit.statisticValue
    let delta = value - mean
    mean += delta / Double(count)
    squares += delta * (value - mean)
    last = Last(profit: profit, closedAt: closedAt)
    if profit.isPositive {
      wins += 1
      grossProfit += profit
      durations.wins = PresenceStatistics.sum(durations.wins, length)
      currentStreak = max(currentStreak, 0) + 1
      winStreak = max(winStreak, currentStreak)
    } else if profit.isNegative {
      losses += 1
      grossLoss += profit
      durations.losses = PresenceStatistics.sum(durations.losses, length)
      currentStreak = min(currentStreak, 0) - 1
      lossStreak = max(lossStreak, -currentStreak)
    }
  }

  /// The figures now. Averages are rounded once, half to even.
  public var figures: TradeFigures {
    var figures = TradeFigures()
    figures.count = count
    figures.wins = wins
    figures.losses = losses
    figures.breakEvens = count - wins - losses
    figures.grossProfit = grossProfit
    figures.grossLoss = grossLoss
    guard count > 0 else { return figures }
    let trades = Double(count)
    figures.winRate = Double(wins) / trades
    if grossLoss.isNegative { figures.profitFactor = grossProfit.statisticValue / -grossLoss.statisticValue }
    figures.expectancy = Self.average(grossProfit + grossLoss, count)
    figures.averageWin = Self.average(grossProfit, wins)
    figures.averageLoss = Self.average(grossLoss, losses)
    if losses > 0, grossLoss.isNegative {
      let loss = -grossLoss.statisticValue / Double(losses)
      let win = wins > 0 ? grossProfit.statisticValue / Double(wins) : 0
      figures.expectancyRatio = Double(wins) / trades * (win / loss) - Double(losses) / trades
    }
    figures.best = bestTrade
    figures.worst = worstTrade
    figures.longestWinStreak = winStreak
    figures.longestLossStreak = lossStreak
    figures.currentStreak = currentStreak
    figures.averageSeconds = Self.seconds(durations.all, count)
    figures.averageWinSeconds = Self.seconds(durations.wins, wins)
    figures.averageLossSeconds = Self.seconds(durations.losses, losses)
    figures.longestSeconds = Double(durations.longest) / 1e9
    figures.shortestSeconds = Double(durations.shortest) / 1e9
    figures.last = last
    if count >= 2 {
      let variance = squares / (trades - 1)
      // What rounding leaves of equal profits is no variation.
      let least = mean * mean * 1e-28
      if variance > least { figures.systemQuality = trades.squareRoot() * mean / variance.squareRoot() }
    }
    return figures
  }

  private static func average(_ sum: Amount, _ count: Int) -> Amount? {
    count == 0 ? nil : sum.divided(by: FixedDecimal(count), rounding: .nearestEven)
  }

  private static func seconds(_ nanoseconds: Int64, _ count: Int) -> Double? {
    count == 0 ? nil : Double(nanoseconds) / 1e9 / Double(count)
  }
}

/// Figures of round trips; `nil` is unknown. Amounts in quote asset, after fees; durations in seconds.
public struct TradeFigures: Hashable, Sendable {
  public var count = 0
  public var wins = 0
  public var losses = 0
  public var breakEvens = 0
  public var grossProfit: Amount = .zero
  /// Negative or zero.
  public var grossLoss: Amount = .zero
  /// 0…1
  public var winRate: Double?
  /// Gross profit ÷ gross loss; unknown without losses.
  public var profitFactor: Double?
  /// Mean profit of a round trip.
  public var expectancy: Amount?
  /// Expected profit in units of the average loss: win rate × average win ÷ average loss − loss rate; unknown without losses.
  public var expectancyRatio: Double?
  public var averageWin: Amount?
  /// Negative.
  public var averageLoss: Amount?
  public var best: Amount?
  public var worst: Amount?
  public var longestWinStreak: Int?
  public var longestLossStreak: Int?
  /// Wins in a row, or, negative, losses in a row.
  public var currentStreak: Int?
  public var averageSeconds: Double?
  public var averageWinSeconds: Double?
  public var averageLossSeconds: Double?
  public var longestSeconds: Double?
  public var shortestSeconds: Double?
  /// √n × mean ÷ sample standard deviation of the profits (Van Tharp's SQN); unknown under two, or without variation.
  public var systemQuality: Double?
  public var last: TradeStatistics.Last?

  public init() {}
}
