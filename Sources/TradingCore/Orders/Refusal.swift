public import Time
public import TradingModel

/// What an exchange's refusal of an order means: the one table of reasons, for every order of every purpose.
///
/// The words are those of Binance (errors.md): one code stands for many reasons, so its sentence is read.
public enum Refusal: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// The account does not have what the order would give.
  case balance = 1
  /// The symbol does not trade now.
  case closed
  /// The price of a stop or target is reached already.
  case wouldTrigger
  /// It did not leave this machine: a limit of rates, or no connection.
  case notSent
  /// It breaks one of the symbol's filters.
  case filter
  /// The symbol does not take this type of order.
  case orderType
  /// As many stops rest as the exchange takes.
  case stopsUsedUp
  /// The key, its signature or its permissions.
  case key
  /// The clock is off.
  case clock
  /// More orders than the exchange takes in its window.
  case tooMany
  /// It ended without a fill: nobody was there to trade with.
  case noLiquidity
  /// Anything else.
  case other

  public var description: String {
    switch self {
    case .balance: "balance"
    case .closed: "closed"
    case .wouldTrigger: "would_trigger"
    case .notSent: "not_sent"
    case .filter: "filter"
    case .orderType: "order_type"
    case .stopsUsedUp: "stops_used_up"
    case .key: "key"
    case .clock: "clock"
    case .tooMany: "too_many"
    case .noLiquidity: "no_liquidity"
    case .other: "other"
    }
  }

  /// Reads a refusal's code and sentence. Code 0: not sent.
  public init(code: Int, message: String) {
    let words = message.lowercased()
    func says(_ part: String) -> Bool { words.contains(part) }
    switch code {
    case 0: self = .notSent
    case -1_003, -1_015: self = .tooMany
    case -1_021: self = .clock
    case -1_002, -1_022, -2_014, -2_015: self = .key
    case -1_111: self = .filter
    case -1_106, -1_116, -1_117: self = .orderType
    case -1_121: self = .closed
    default:
      if says("insufficient balance") {
        self = .balance
      } else if says("trigger immediately") || says("relationship of the prices") {
        self = .wouldTrigger
      } else if says("max_num_algo_orders") || says("max_num_orders") || says("max_num_order_lists") {
        self = .stopsUsedUp
      } else if says("market is closed") || says("not permitted") || says("restricted") || says("disabled") || says("not trading") {
        self = .closed
      } else if says("not supported") {
        self = .orderType
      } else if says("filter failure") || code == -1_013 {
        self = .filter
      } else {
        self = .other
      }
    }
  }

  /// What happens next.
  public enum Step: Hashable, Sendable {
    /// An entry is over: its signal is gone, and the next one decides anew.
    case giveUp
    /// The price that it waits for is reached: sell at the market at once.
    case sellNow
    /// The size is taken from the account, which is read anew; then again.
    case sizeFromAccount
    /// Again after a pause that grows with each refusal, or as soon as there is evidence that its reason is gone.
    case again
    /// The stop does not rest: it is watched here, and tried again after this many milliseconds at the earliest.
    case watch(againAfterMilliseconds: Int64)
  }

  /// Whether a stop alone may be taken where a pair was not.
  var concernsPairs: Bool {
    switch self {
    case .orderType, .stopsUsedUp, .filter, .other: true
    case .balance, .closed, .wouldTrigger, .notSent, .key, .clock, .tooMany, .noLiquidity: false
    }
  }

  /// How long a stop that the symbol cannot take is only watched, in milliseconds.
  static let unsuitableMilliseconds: Int64 = 300_000

  /// The table.
  public func step(for purpose: OrderPurpose, isStop: Bool) -> Step {
    if purpose == .entry { return .giveUp }
    guard isStop else {
      switch self {
      case .balance: return .sizeFromAccount
      default: return .again
      }
    }
    switch self {
    case .wouldTrigger: return .sellNow
    case .balance: return .sizeFromAccount
    case .orderType, .stopsUsedUp, .filter: return .watch(againAfterMilliseconds: Self.unsuitableMilliseconds)
    case .closed, .notSent, .key, .clock, .tooMany, .noLiquidity, .other: return .watch(againAfterMilliseconds: 0)
    }
  }
}

/// Why a bot may not do what it should.
public struct BotHold: Hashable, Sendable {
  public enum Cause: Hashable, Sendable {
    /// The exchange refused an order for this reason.
    case refused(Refusal)
    /// The account holds less than its bots say.
    case missingCoins

    /// What clients see.
    public var name: String {
      switch self {
      case .refused(let refusal): refusal.description
      case .missingCoins: "missing_coins"
      }
    }
  }
  /// What kind of order cannot be had; its next one that is taken ends a refusal.
  public enum Concern: String, Hashable, Sendable { case entry, stop, exit }

  public var cause: Cause
  public var concern: Concern
  /// One sentence with the figures.
  public var reason: String
  public var since: Timestamp

  /// Whether the exchange refused something.
  public var isRefusal: Bool { if case .refused = cause { true } else { false } }

  /// A hold that begins at `since`.
  public init(cause: Cause, concern: Concern, reason: String, since: Timestamp) {
    self.cause = cause
    self.concern = concern
    self.reason = reason
    self.since = since
  }
}

/// How often one bot's orders may be refused: the pauses grow, and no minute sees more than ``perMinute`` refusals.
struct RefusalPace: Hashable, Sendable {
  static let perMinute = 10
  private static let pauses: [Int64] = [1, 2, 4, 8, 16, 32, 60]

  /// Refusals since the last order that was not refused.
  private(set) var count = 0
  /// The last refusals, oldest first, at most ``perMinute``.
  private var times: [Timestamp] = []
  /// Nothing may be sent before, whatever the evidence.
  private(set) var notBefore = Timestamp.zero

  /// Another refusal; returns when the next order may leave.
  mutating func refused(at time: Timestamp) -> Timestamp {
    let pause = Self.pauses[min(count, Self.pauses.count - 1)]
    count += 1
    times.append(time)
    if times.count > Self.perMinute { times.removeFirst() }
    if times.count == Self.perMinute, let first = times.first { notBefore = max(notBefore, first.advanced(byMilliseconds: 60_000)) }
    return max(notBefore, time.advanced(byMilliseconds: pause * 1_000))
  }

  /// An order was taken. The bound of a minute stays.
  mutating func accepted() { count = 0 }
}

/// Orders that are sent again after a refusal, of all bots together: a tenth of the orders that an account may send in ten seconds.
struct RepeatBudget: Hashable, Sendable {
  /// A tenth of the least limit that Binance documents (50 orders in 10 s, rest-api.md "Unfilled Order Count").
  static let perTenSeconds = 5
  private var times: [Timestamp] = []

  /// Takes one now; or returns when there is one again.
  mutating func take(at time: Timestamp) -> Timestamp? {
    let from = time.advanced(byMilliseconds: -10_000)
    times.removeAll { $0 <= from }
    if times.count >= Self.perTenSeconds, let first = times.first { return first.advanced(byMilliseconds: 10_000) }
    times.append(time)
    return nil
  }
}
