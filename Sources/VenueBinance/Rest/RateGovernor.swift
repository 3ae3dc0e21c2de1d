public import Time
import TradingModel

/// Keeps requests within the exchange's announced limits (FACTS §6) as pure state; time is told, by the exchange's clock.
///
/// Windows are aligned to the clock. Weight is counted when a request leaves and corrected upwards by what the exchange reports.
/// A fifth of the order budget is kept for orders that reduce risk, a fifth of the weight for orders, cancels and order queries.
public struct RateGovernor: Hashable, Sendable {
  /// What a request is for; decides which reserve it may use.
  public enum Purpose: Hashable, Sendable {
    /// Market data, account reads.
    case read
    /// Opens or enlarges a position.
    case entry
    /// Reduces risk: stops, exits.
    case protective
    /// Cancels and order queries: weight, but no order count.
    case orderCare
  }

  public enum Admission: Hashable, Sendable {
    case granted
    /// Nothing was sent; `until` tells when it may be tried again.
    case refused(until: Timestamp, reason: String)
  }

  /// One announced limit with its present window.
  public struct Window: Hashable, Sendable {
    public var limit: Int
    public var lengthMilliseconds: Int64
    public var used = 0
    public var start = Timestamp.zero

    public init(limit: Int, lengthMilliseconds: Int64) {
      self.limit = max(1, limit)
      self.lengthMilliseconds = max(1, lengthMilliseconds)
    }

    var end: Timestamp { start.advanced(byMilliseconds: lengthMilliseconds) }

    mutating func roll(to now: Timestamp) {
      let aligned = Timestamp(milliseconds: now.milliseconds - now.milliseconds % lengthMilliseconds)
      // A window never goes back: a clock that is set back must not free budget.
      guard aligned > start else { return }
      start = aligned
      used = 0
    }
  }

  /// REQUEST_WEIGHT, per IP.
  public private(set) var weights: [Window]
  /// ORDERS, per account.
  public private(set) var orders: [Window]
  /// Everything is refused until then: 429 or 418 was answered.
  public private(set) var silentUntil = Timestamp.zero
  /// New orders are refused until then: -1015 was answered.
  public private(set) var ordersBlockedUntil = Timestamp.zero

  /// Starts with the documented numbers; ``announce(weights:orders:)`` replaces them by those of `exchangeInfo`.
  public init() {
    weights = [Window(limit: 6_000, lengthMilliseconds: 60_000)]
    orders = [Window(limit: 50, lengthMilliseconds: 10_000), Window(limit: 160_000, lengthMilliseconds: 86_400_000)]
  }

  /// The windows as they stand at `now`.
  public func standing(at now: Timestamp) -> RateGovernor {
    var copy = self
    for index in copy.weights.indices { copy.weights[index].roll(to: now) }
    for index in copy.orders.indices { copy.orders[index].roll(to: now) }
    return copy
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
      if let old = known.first(where: { $0.lengthMilliseconds == window.lengthMilliseconds }) {
        window.used = old.used
        window.start = old.start
      }
      return window
    }
  }

  /// Asks to send a request of this weight now; a granted one is counted.
  public mutating func admit(weight: Int, purpose: Purpose, at now: Timestamp) -> Admission {
    guard now >= silentUntil else {
      return .refused(until: silentUntil, reason: "the exchange asked for silence until \(silentUntil)")
    }
    for index in weights.indices { weights[index].roll(to: now) }
    for index in orders.indices { orders[index].roll(to: now) }
    for window in weights {
      let budget = purpose == .read ? window.limit - window.limit / 5 : window.limit
      guard window.used + weight <= budget else {
        return .refused(until: window.end, reason: "\(window.used) of \(window.limit) request weight is used until \(window.end)")
      }
    }
    if purpose == .entry || purpose == .protective {
      guard now >= ordersBlockedUntil || purpose == .protective else {
        return .refused(until: ordersBlockedUntil, reason: "too many unfilled orders until \(ordersBlockedUntil)")
      }
      for window in orders {
        let budget = purpose == .entry ? window.limit - (window.limit + 4) / 5 : window.limit
        guard window.used + 1 <= budget else {
          return .refused(until: window.end, reason: "\(window.used) of \(window.limit) orders are used until \(window.end)")
        }
      }
      for index in orders.indices { orders[index].used += 1 }
    }
    for index in weights.indices { weights[index].used += weight }
    return .granted
  }

  /// `X-MBX-USED-WEIGHT-<n><letter>`: the exchange's own count. Only raises ours, since requests may be under way.
  public mutating func reported(usedWeight: Int, lengthMilliseconds: Int64, at now: Timestamp) {
    for index in weights.indices where weights[index].lengthMilliseconds == lengthMilliseconds {
      weights[index].roll(to: now)
      weights[index].used = max(weights[index].used, usedWeight)
    }
  }

  /// `X-MBX-ORDER-COUNT-<n><letter>`.
  public mutating func reported(orderCount: Int, lengthMilliseconds: Int64, at now: Timestamp) {
    for index in orders.indices where orders[index].lengthMilliseconds == lengthMilliseconds {
      orders[index].roll(to: now)
      orders[index].used = max(orders[index].used, orderCount)
    }
  }

  /// 429 or 418 with `Retry-After` (seconds; a minute when the header is missing or unreadable).
  public mutating func silenced(retryAfterSeconds: Int?, at now: Timestamp) {
    let seconds = min(max(retryAfterSeconds ?? 60, 1), 3 * 86_400)
    silentUntil = max(silentUntil, now.advanced(byMilliseconds: Int64(seconds) * 1_000))
  }

  /// -1015: no new entries for that long; cancels still work.
  public mutating func ordersBlocked(retryAfterSeconds: Int?, at now: Timestamp) {
    let seconds = min(max(retryAfterSeconds ?? 10, 1), 86_400)
    ordersBlockedUntil = max(ordersBlockedUntil, now.advanced(byMilliseconds: Int64(seconds) * 1_000))
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
