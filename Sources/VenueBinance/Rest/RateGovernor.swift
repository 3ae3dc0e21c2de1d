public import Time
import TradingModel

/// Keeps requests within the exchange's announced limits (Binance: rest-api.md, "LIMITS") as pure state; time is told.
///
/// Windows are aligned to the exchange's clock as it was measured and end by the monotonic one, so that no step of a wall clock can lengthen
/// or shorten one. Weight is counted when a request leaves and corrected upwards by what the exchange reports.
/// Of the order budget a fifth is kept for orders that reduce risk. Of the weight a fifth is kept from reads, and a tenth from queries
/// too: orders and cancels have it for themselves.
public struct RateGovernor: Hashable, Sendable {
  /// What a request is for; decides which reserve it may use.
  public enum Purpose: Hashable, Sendable {
    /// Market data, trading rules.
    case read
    /// Asks about orders, balances, trades, the clock.
    case query
    /// Opens or enlarges a position.
    case entry
    /// Reduces risk: stops, exits.
    case protective
    /// Cancels: weight, but no order count.
    case cancel

    /// Whether it is an order or a cancel, the first tier.
    public var isOrder: Bool {
      switch self {
      case .entry, .protective, .cancel: true
      case .read, .query: false
      }
    }
  }

  public enum Admission: Hashable, Sendable {
    case granted
    /// Nothing was sent; `until` tells when it may be tried again, by the exchange's clock.
    case refused(until: Timestamp, reason: String)
  }

  /// One announced limit with its present window.
  public struct Window: Hashable, Sendable {
    public var limit: Int
    public var lengthMilliseconds: Int64
    public var used = 0
    /// When it ends, by the monotonic clock; `nil` before the first.
    private(set) var end: Int64?

    public init(limit: Int, lengthMilliseconds: Int64) {
      self.limit = max(1, limit)
      self.lengthMilliseconds = min(max(1, lengthMilliseconds), Self.lengthMaximum)
    }

    /// A hundred days, so that its nanoseconds can be added to any clock.
    private static let lengthMaximum: Int64 = 100 * 86_400_000

    mutating func roll(to now: ExchangeMoment) {
      if let end, now.monotonicNanoseconds < end { return }
      used = 0
      align(to: now)
    }

    /// Ends with the exchange's window that holds `now`; what is counted stays counted until then.
    mutating func align(to now: ExchangeMoment) {
      let length = lengthMilliseconds * 1_000_000
      let into = now.exchange.nanoseconds % length
      end = now.monotonicNanoseconds &+ (into < 0 ? -into : length - into)
    }

    /// Takes over what another one of the same length counted.
    mutating func take(_ other: Window) {
      used = other.used
      end = other.end
    }

    func end(_ now: ExchangeMoment) -> Timestamp { end.map { now.time(atMonotonic: $0) } ?? now.exchange }
  }

  /// REQUEST_WEIGHT, per IP.
  public private(set) var weights: [Window]
  /// ORDERS, per account.
  public private(set) var orders: [Window]
  /// Everything is refused until then, by the monotonic clock: 429 or 418 was answered.
  private var silenceEnd: Int64 = .min
  /// New orders are refused until then: -1015 was answered.
  private var blockEnd: Int64 = .min

  /// Starts with the documented numbers; ``announce(weights:orders:)`` replaces them by those of `exchangeInfo`.
  public init() {
    weights = [Window(limit: 6_000, lengthMilliseconds: 60_000)]
    orders = [Window(limit: 50, lengthMilliseconds: 10_000), Window(limit: 160_000, lengthMilliseconds: 86_400_000)]
  }

  /// Until when everything is refused, by the exchange's clock; `nil`: nothing is.
  public func silentUntil(_ now: ExchangeMoment) -> Timestamp? {
    silenceEnd > now.monotonicNanoseconds ? now.time(atMonotonic: silenceEnd) : nil
  }

  /// Until when new orders are refused, by the exchange's clock; `nil`: they are not.
  public func ordersBlockedUntil(_ now: ExchangeMoment) -> Timestamp? {
    blockEnd > now.monotonicNanoseconds ? now.time(atMonotonic: blockEnd) : nil
  }

  /// The windows as they stand at `now`.
  public func standing(at now: ExchangeMoment) -> RateGovernor {
    var copy = self
    copy.roll(to: now)
    return copy
  }

  private mutating func roll(to now: ExchangeMoment) {
    for index in weights.indices { weights[index].roll(to: now) }
    for index in orders.indices { orders[index].roll(to: now) }
  }

  /// The exchange's clock was measured anew: the windows end when its own do. Nothing that was counted is freed before.
  public mutating func realign(to now: ExchangeMoment) {
    roll(to: now)
    for index in weights.indices { weights[index].align(to: now) }
    for index in orders.indices { orders[index].align(to: now) }
  }

  /// The limits as the exchange announces them; counts of equal windows are kept.
  public mutating func announce(weights: [Window], orders: [Window]) {
    self.weights = Self.merged(weights, self.weights)
    self.orders = Self.merged(orders, self.orders)
  }

  private static func merged(_ announced: [Window], _ known: [Window]) -> [Window] {
    guard !announced.isEmpty else { return known }
    return announced.map { window in
      var window = window
      if let old = known.first(where: { $0.lengthMilliseconds == window.lengthMilliseconds }) { window.take(old) }
      return window
    }
  }

  /// What requests of a purpose may use of a weight limit.
  private static func budget(_ purpose: Purpose, of limit: Int) -> Int {
    switch purpose {
    case .read: limit - limit / 5
    case .query: limit - limit / 10
    case .entry, .protective, .cancel: limit
    }
  }

  /// Asks to send a request of this weight now; a granted one is counted.
  ///
  /// - Parameter orders: how many it places, where its purpose is to place some.
  public mutating func admit(weight: Int, purpose: Purpose, orders placed: Int = 1, at now: ExchangeMoment) -> Admission {
    if let end = silentUntil(now) { return .refused(until: end, reason: "the exchange asked for silence until \(end)") }
    roll(to: now)
    for window in weights {
      guard window.used + weight <= Self.budget(purpose, of: window.limit) else {
        let end = window.end(now)
        return .refused(until: end, reason: "\(window.used) of \(window.limit) request weight is used until \(end)")
      }
    }
    if purpose == .entry || purpose == .protective {
      if purpose == .entry, let end = ordersBlockedUntil(now) {
        return .refused(until: end, reason: "too many unfilled orders until \(end)")
      }
      for window in orders {
        let budget = purpose == .entry ? window.limit - (window.limit + 4) / 5 : window.limit
        guard window.used + placed <= budget else {
          let end = window.end(now)
          return .refused(until: end, reason: "\(window.used) of \(window.limit) orders are used until \(end)")
        }
      }
      for index in orders.indices { orders[index].used += placed }
    }
    for index in weights.indices { weights[index].used += weight }
    return .granted
  }

  /// `X-MBX-USED-WEIGHT-<n><letter>`: the exchange's own count. Only raises ours, since requests may be under way.
  public mutating func reported(usedWeight: Int, lengthMilliseconds: Int64, at now: ExchangeMoment) {
    Self.raise(&weights, to: usedWeight, lengthMilliseconds, now)
  }

  /// `X-MBX-ORDER-COUNT-<n><letter>`.
  public mutating func reported(orderCount: Int, lengthMilliseconds: Int64, at now: ExchangeMoment) {
    Self.raise(&orders, to: orderCount, lengthMilliseconds, now)
  }

  private static func raise(_ windows: inout [Window], to count: Int, _ lengthMilliseconds: Int64, _ now: ExchangeMoment) {
    for index in windows.indices where windows[index].lengthMilliseconds == lengthMilliseconds {
      windows[index].roll(to: now)
      // Below the largest number, so that adding to it can't overflow.
      windows[index].used = max(windows[index].used, min(count, Int(Int32.max)))
    }
  }

  /// 429 or 418 with `Retry-After` (seconds; a minute when the header is missing or unreadable).
  public mutating func silenced(retryAfterSeconds: Int?, at now: ExchangeMoment) {
    let seconds = min(max(retryAfterSeconds ?? 60, 1), 3 * 86_400)
    silenceEnd = max(silenceEnd, now.monotonicNanoseconds &+ Int64(seconds) * 1_000_000_000)
  }

  /// -1015: no new entries for that long; cancels still work.
  public mutating func ordersBlocked(retryAfterSeconds: Int?, at now: ExchangeMoment) {
    let seconds = min(max(retryAfterSeconds ?? 10, 1), 86_400)
    blockEnd = max(blockEnd, now.monotonicNanoseconds &+ Int64(seconds) * 1_000_000_000)
  }

  /// Milliseconds of an interval such as `1M`, `10S`, `1D`, `5m` in header spelling (S, M, H, D); `nil` when unreadable.
  public static func milliseconds(ofHeaderInterval text: some StringProtocol) -> Int64? {
    guard let letter = text.last, let count = Int64(text.dropLast()), (1...100_000).contains(count) else { return nil }
    switch letter {
    case "s", "S": return count * 1_000
    case "m", "M": return count * 60_000
    case "h", "H": return count * 3_600_000
    case "d", "D": return count * 86_400_000
    default: return nil
    }
  }
}
