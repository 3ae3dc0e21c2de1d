import Time
public import TradingModel

/// The portfolio's profit and loss over time, as its limits need it. All bots together, those removed since included.
///
/// Capital that comes or goes (a bot created, resized, removed) is neither profit nor loss, and leaves the drawdown, as a fraction, where
/// it was. After a restart the peak and the day's base come from the equity samples of the journal (one a minute) and from what is
/// observed since.
public struct PortfolioWatch: Sendable, Codable {
  /// Sum of the bots' capital.
  public private(set) var capital: Amount = .zero
  /// What was put in less what was taken out: equity less profit and loss.
  private var contributed: Amount = .zero
  /// Realized by every bot ever.
  public internal(set) var realized: Amount = .zero
  /// The last observed profit and loss, open positions at market price.
  public private(set) var profit: Amount = .zero
  /// The highest equity since trading was last made active; capital that came or went since scales it.
  public private(set) var peakEquity: Amount = .zero
  /// The last profit and loss observed before midnight UTC.
  public private(set) var dayBase: Amount = .zero
  private var day: Int64 = .min

  public init() {}

  /// What all bots have: capital, profit and loss.
  public var equity: Amount { contributed + profit }
  /// Profit and loss since midnight UTC.
  public var dayProfit: Amount { profit - dayBase }
  /// Fall from the peak.
  public var drawdown: Amount { max(peakEquity - equity, .zero) }

  /// Capital comes (a bot was created), goes, or changes.
  ///
  /// - Parameter realized: what a removed bot had made of it, and takes with it.
  mutating func flow(_ change: Amount, realized: Amount = .zero) {
    let before = equity
    capital += change
    contributed += change - realized
    let after = equity
    peakEquity = before.isPositive && after.isPositive ? peakEquity * after / before : after
  }

  mutating func observe(_ profit: Amount, at time: Timestamp) {
    let day = time.nanoseconds / 86_400_000_000_000
    if day > self.day {
      dayBase = self.profit
      self.day = day
    }
    self.profit = profit
    peakEquity = max(peakEquity, equity)
  }

  /// What was observed last is the new base of the day and the new peak.
  mutating func startAgain() {
    peakEquity = equity
    dayBase = profit
  }
}

/// The times of the last orders, enough to count those of a minute; bounded.
struct RecentOrders: Sendable, Codable {
  static let capacity = 4_096
  private var times: [Timestamp] = []
  private var head = 0

  mutating func add(_ time: Timestamp) {
    if times.count < Self.capacity {
      times.append(time)
    } else {
      times[head] = time
      head = (head + 1) % Self.capacity
    }
  }

  /// Orders in the 60 seconds before `time`; at most ``capacity``. Cost: linear in them.
  func count(at time: Timestamp) -> Int {
    let from = time.advanced(byMilliseconds: -60_000)
    return times.reduce(0) { $0 + ($1 > from ? 1 : 0) }
  }
}
