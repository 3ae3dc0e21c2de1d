import Time
public import TradingModel

/// Locks entries for a while when closed trades went badly: the protections that traders know from freqtrade, under their names there.
///
/// A guard is judged whenever a trade closes in its scope (a bot, a symbol or all bots), by that trade and those that closed within
/// ``lookback`` before it. Where it trips, entries of its scope are locked until an exact time; exits and stops go on.
public struct TradeGuard: Hashable, Sendable, Codable {
  /// What it looks at.
  public enum Kind: UInt8, Hashable, Sendable, Codable, CaseIterable, CustomStringConvertible {
    /// StoplossGuard: so many trades ended at a stop-loss or trailing stop with less than ``TradeGuard/limit`` of profit.
    case stopLoss = 1
    /// MaxDrawdown: what the trades realized fell by more than ``TradeGuard/limit`` from its highest.
    case drawdown = 2
    /// LowProfitPairs: the trades made less than ``TradeGuard/limit`` together.
    case lowProfit = 3
    /// CooldownPeriod: a trade closed.
    case cooldown = 4

    public var description: String {
      switch self {
      case .stopLoss: "stoploss"
      case .drawdown: "drawdown"
      case .lowProfit: "low-profit"
      case .cooldown: "cooldown"
      }
    }

    public init?(_ text: String) {
      guard let kind = Self.allCases.first(where: { $0.description == text }) else { return nil }
      self = kind
    }
  }

  /// A length of time.
  public enum Span: Hashable, Sendable, CustomStringConvertible {
    case minutes(Int)
    /// Candles of the bot's interval; for guards of a bot only.
    case candles(Int)

    /// The number alone.
    public var count: Int {
      switch self {
      case .minutes(let count), .candles(let count): count
      }
    }

    /// As people write it: "90m", "4h", "2d", "24c".
    public var description: String {
      switch self {
      case .candles(let count): "\(count)c"
      case .minutes(let count):
        count > 0 && count % 1_440 == 0 ? "\(count / 1_440)d" : count > 0 && count % 60 == 0 ? "\(count / 60)h" : "\(count)m"
      }
    }

    /// Trades that closed after this are looked at by a guard at `time`; of candles, the one that holds `time` is the last.
    func start(before time: Timestamp, _ interval: Interval) -> Timestamp {
      switch self {
      case .minutes(let count): time.advanced(byMilliseconds: -Self.milliseconds(count, 60_000))
      case .candles(let count):
        interval.openTime(containing: time).advanced(byMilliseconds: -Self.milliseconds(count - 1, interval.milliseconds))
          .advanced(byNanoseconds: -1)
      }
    }

    /// When a lock that begins at `time` ends: the first close of a candle at which an entry may be made again. Of candles, so many closes
    /// pass without one.
    func end(after time: Timestamp, _ interval: Interval) -> Timestamp {
      switch self {
      case .minutes(let count): time.advanced(byMilliseconds: Self.milliseconds(count, 60_000))
      case .candles(let count):
        interval.openTime(containing: time).advanced(byMilliseconds: Self.milliseconds(count + 1, interval.milliseconds))
      }
    }

    /// Saturates; a count is ``TradeGuard/spanMaximum`` at most.
    private static func milliseconds(_ count: Int, _ each: Int64) -> Int64 {
      let (product, isTooLarge) = Int64(clamping: count).multipliedReportingOverflow(by: each)
      return isTooLarge ? .max : product
    }
  }

  public var kind: Kind
  /// How far back trades are looked at; nothing for a cool-down.
  public var lookback: Span
  /// Fewer trades within ``lookback`` say nothing (freqtrade: trade_limit); of ``Kind/stopLoss`` those that were stopped out.
  public var tradesMinimum: Int
  /// How long entries are locked (freqtrade: stop_duration).
  public var duration: Span
  /// A fraction: of ``Kind/stopLoss`` and ``Kind/lowProfit`` the profit below which it counts (required_profit), of ``Kind/drawdown`` the
  /// largest fall allowed (max_allowed_drawdown).
  public var limit: FixedDecimal

  /// Longest span, in minutes (694 days) or candles.
  public static let spanMaximum = 1_000_000
  /// Most trades that a guard can wait for: so many are remembered of each bot with guards.
  public static let tradesMaximum = 1_000
  /// Most guards of one scope.
  public static let countMaximum = 16
  /// Largest ``limit`` of profit, up and down: 100 is 10,000 %.
  public static let profitMaximum = FixedDecimal(100)

  public init(kind: Kind, lookback: Span = .minutes(0), tradesMinimum: Int = 1, duration: Span, limit: FixedDecimal = .zero) {
    self.kind = kind
    self.lookback = lookback
    self.tradesMinimum = tradesMinimum
    self.duration = duration
    self.limit = limit
  }

  /// Everything that is wrong with it, as halves of sentences that follow its name; the one judge of guards.
  ///
  /// - Parameter allowsCandles: it is a bot's own, so that the length of a candle is known.
  public func problems(allowsCandles: Bool) -> [String] {
    var found: [String] = []
    func check(_ name: String, _ span: Span) {
      if span.count < 1 || span.count > Self.spanMaximum {
        found.append("\(name) must be from 1 to \(Self.spanMaximum) minutes or candles, not \(span.count)")
      }
      if case .candles = span, !allowsCandles {
        found.append("\(name) must be a time such as 90m, 4h or 2d: symbols and the account have no candles of their own")
      }
    }
    check("stop", duration)
    guard kind != .cooldown else {
      if lookback != .minutes(0) || tradesMinimum != 1 || !limit.isZero { found.append("takes stop only") }
      return found
    }
    check("lookback", lookback)
    if tradesMinimum < 1 || tradesMinimum > Self.tradesMaximum {
      found.append("trades must be from 1 to \(Self.tradesMaximum), not \(tradesMinimum)")
    }
    if kind == .drawdown {
      if !limit.isPositive || limit >= .one { found.append("max must be above 0 and below 1 (0.1 is 10 %), not \(limit)") }
    } else if limit.magnitude > Self.profitMaximum {
      found.append("profit must be from -\(Self.profitMaximum) to \(Self.profitMaximum) (0.01 is 1 %), not \(limit)")
    }
    return found
  }

  /// What is wrong with a list of guards, as sentences.
  static func problems(_ guards: [TradeGuard], allowsCandles: Bool) -> [String] {
    var found = guards.flatMap { one in one.problems(allowsCandles: allowsCandles).map { "\(one.kind): \($0)" } }
    if guards.count > countMaximum { found.append("there may be \(countMaximum) guards at most, not \(guards.count)") }
    return found
  }
}
