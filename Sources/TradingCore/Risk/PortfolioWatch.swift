import Time
public import TradingModel

/// The portfolio's profit and loss over time, as its limits need it. All bots together, those removed since included.
///
/// After a restart the peak and the day's base come from the equity samples of the journal (one a minute) and from what is observed since.
public struct PortfolioWatch: Sendable {
  /// Sum of the bots' capital.
  public internal(set) var capital: Amount = .zero
  /// Realized by every bot ever.
  public internal(set) var realized: Amount = .zero
  /// The last observed profit and loss, open positions at market price.
  public private(set) var profit: Amount = .zero
  /// The highest observed since trading was last made active.
  public private(set) var peak: Amount = .zero
  /// The last one observed before midnight UTC.
  public private(set) var dayBase: Amount = .zero
  private var day: Int64 = .min
  /// How the reason of a breach begins.
  static let breach = "risk limit: "

  public init() {}

  /// Profit and loss since midnight UTC.
  public var dayProfit: Amount { profit - dayBase }
  /// Fall from the peak.
  public var drawdown: Amount { peak - profit }
  /// Equity at the peak.
  public var peakEquity: Amount { capital + peak }

  mutating func observe(_ profit: Amount, at time: Timestamp) {
    let day = time.nanoseconds / 86_400_000_000_000
    if day > self.day {
      dayBase = self.profit
      self.day = day
    }
    self.profit = profit
    peak = max(peak, profit)
  }

  /// What was observed last is the new base of the day and the new peak.
  mutating func startAgain() {
    peak = profit
    dayBase = profit
  }
}

/// The times of the last orders, enough to count those of a minute; bounded.
struct RecentOrders: Sendable {
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
