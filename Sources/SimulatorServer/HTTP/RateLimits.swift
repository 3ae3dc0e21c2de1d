import Time
import TradingModel
import ExchangeSimulation

/// Counts request weight and requests per address, orders per account, in windows aligned to the clock (rest-api.md, Limits).
///
/// The event loop serves one request at a time: ``address`` and ``account`` say whose it is.
struct RateLimits {
  /// Connection attempts per address in five minutes (web-socket-streams.md).
  static let connectionLimit = 300
  /// Refusals with 429 within one minute after which an address is banned. The documents say "repeatedly" only; ten is what a client
  /// reaches that does not look at `Retry-After` at all, and one that tries a few more times does not.
  static let refusalsBeforeBan = 10
  /// The first ban (rest-api.md: from 2 minutes to 3 days); each further one is twice as long, as "scale" says no factor.
  static let banSecondsMinimum: Int64 = 120
  static let banSecondsMaximum: Int64 = 259_200
  /// Addresses and accounts remembered; beyond, those that have nothing in a window and no ban are forgotten, or all.
  static let keptMaximum = 10_000

  struct Window {
    let milliseconds: Int64
    let limit: Int
    private var start: Int64 = .min
    private var used = 0

    init(milliseconds: Int64, limit: Int) {
      self.milliseconds = milliseconds
      self.limit = limit
    }

    mutating func count(at time: Timestamp) -> Int {
      let current = time.milliseconds / milliseconds
      if current != start {
        start = current
        used = 0
      }
      return used
    }

    mutating func add(_ amount: Int, at time: Timestamp) { used = max(count(at: time) + amount, 0) }

    /// Whole seconds until the window ends, at least one.
    func secondsLeft(at time: Timestamp) -> Int64 {
      (milliseconds - time.milliseconds % milliseconds + 999) / 1_000
    }
  }

  /// What one address has used, and how it behaved.
  private struct Caller {
    var weight: Window
    var requests: Window
    var connections: Window
    var refusals: Window
    var bannedUntil = Timestamp.zero
    var bans: Int64 = 0
  }

  private struct Orders {
    var tenSeconds: Window
    var day: Window
  }

  /// Whose request is being answered.
  var address = ""
  var account = 0
  private var callers: [String: Caller] = [:]
  private var orders: [Int: Orders] = [:]
  private let newCaller: Caller
  private let newOrders: Orders

  init(_ configuration: SimulatorConfiguration) {
    newCaller = Caller(
      weight: Window(milliseconds: 60_000, limit: configuration.requestWeightLimit),
      requests: Window(milliseconds: 300_000, limit: configuration.rawRequestLimit),
      connections: Window(milliseconds: 300_000, limit: Self.connectionLimit),
      refusals: Window(milliseconds: 60_000, limit: Self.refusalsBeforeBan))
    newOrders = Orders(
      tenSeconds: Window(milliseconds: 10_000, limit: configuration.orderLimitTenSeconds),
      day: Window(milliseconds: 86_400_000, limit: configuration.orderLimitDay))
  }

  private var caller: Caller {
    get { callers[address] ?? newCaller }
    set {
      if callers.count >= Self.keptMaximum, callers[address] == nil { forget() }
      callers[address] = newValue
    }
  }

  private mutating func forget() {
    callers = callers.filter { $0.value.bans > 0 }
    if callers.count >= Self.keptMaximum { callers.removeAll() }
  }

  /// The request weight of ``address``.
  var weight: Window {
    get { caller.weight }
    set { caller.weight = newValue }
  }
  /// The unfilled orders of ``account``.
  var ordersTenSeconds: Window {
    get { (orders[account] ?? newOrders).tenSeconds }
    set { orders[account, default: newOrders].tenSeconds = newValue }
  }
  var ordersDay: Window {
    get { (orders[account] ?? newOrders).day }
    set { orders[account, default: newOrders].day = newValue }
  }

  /// Takes orders of ``account`` up, or with a negative amount down; never below zero (order_count_decrement.md).
  mutating func addOrders(_ amount: Int, at time: Timestamp) {
    ordersTenSeconds.add(amount, at: time)
    ordersDay.add(amount, at: time)
  }

  /// The same for another account than the one that is being answered.
  mutating func addOrders(_ amount: Int, account other: Int, at time: Timestamp) {
    let own = account
    account = other
    addOrders(amount, at: time)
    account = own
  }

  /// Counts a request of ``address``, and says whether it is refused.
  /// - Parameter weight: what it would cost.
  mutating func refusal(weight: Int, at time: Timestamp) -> APIAnswer? {
    var caller = caller
    defer { self.caller = caller }
    if time < caller.bannedUntil { return Self.banned(until: caller.bannedUntil, at: time) }
    caller.requests.add(1, at: time)
    let isTooHeavy = caller.weight.count(at: time) + weight > caller.weight.limit
    let isTooOften = caller.requests.count(at: time) > caller.requests.limit
    guard isTooHeavy || isTooOften else { return nil }
    caller.refusals.add(1, at: time)
    if caller.refusals.count(at: time) > caller.refusals.limit {
      let seconds = min(Self.banSecondsMinimum << min(caller.bans, 20), Self.banSecondsMaximum)
      caller.bans += 1
      caller.bannedUntil = time.advanced(byMilliseconds: seconds * 1_000)
      return Self.banned(until: caller.bannedUntil, at: time)
    }
    var answer = APIAnswer.failure(
      isTooHeavy
        ? ExchangeError(
          -1003,
          "Too much request weight used; current limit is \(caller.weight.limit) request weight per 1 MINUTE. "
            + "Please use WebSocket Streams for live updates to avoid polling the API.")
        : ExchangeError(
          -1003,
          "Too many requests; current limit is \(caller.requests.limit) requests per 5 MINUTE. "
            + "Please use WebSocket Streams for live updates to avoid polling the API."))
    answer.retryAfter = isTooHeavy ? caller.weight.secondsLeft(at: time) : caller.requests.secondsLeft(at: time)
    return answer
  }

  private static func banned(until end: Timestamp, at time: Timestamp) -> APIAnswer {
    var answer = APIAnswer.failure(
      ExchangeError(
        -1003,
        "Way too much request weight used; IP banned until \(end.milliseconds). "
          + "Please use WebSocket Streams for live updates to avoid bans."), status: 418)
    answer.retryAfter = max((end.milliseconds - time.milliseconds + 999) / 1_000, 1)
    return answer
  }

  /// Counts a new WebSocket connection of ``address``. Returns whether it is one too many, or the address is banned.
  mutating func refusesConnection(at time: Timestamp) -> Bool {
    caller.connections.add(1, at: time)
    return caller.connections.count(at: time) > Self.connectionLimit || time < caller.bannedUntil
  }

  /// Why ``account`` may place no more orders now.
  mutating func orderRefusal(at time: Timestamp) -> APIAnswer? {
    for (window, name) in [(ordersTenSeconds, "10 SECOND"), (ordersDay, "1 DAY")] {
      var window = window
      guard window.count(at: time) >= window.limit else { continue }
      var answer = APIAnswer.failure(ExchangeError(-1015, "Too many new orders; current limit is \(window.limit) orders per \(name)."))
      answer.retryAfter = window.secondsLeft(at: time)
      return answer
    }
    return nil
  }

  /// The `rateLimits` of a WebSocket API answer, or with `count` absent those of exchangeInfo.
  mutating func write(orders: Bool, weight includesWeight: Bool, counts: Bool, at time: Timestamp, to json: inout JSONWriter) {
    let rows: [(String, String, Int, Int, Int, Bool)] = [
      ("REQUEST_WEIGHT", "MINUTE", 1, weight.limit, weight.count(at: time), includesWeight),
      ("ORDERS", "SECOND", 10, ordersTenSeconds.limit, ordersTenSeconds.count(at: time), orders),
      ("ORDERS", "DAY", 1, ordersDay.limit, ordersDay.count(at: time), orders),
    ]
    json.array {
      for (type, interval, number, limit, count, isShown) in rows where isShown {
        $0.object {
          $0.field("rateLimitType", type)
          $0.field("interval", interval)
          $0.field("intervalNum", number)
          $0.field("limit", limit)
          if counts { $0.field("count", count) }
        }
      }
    }
  }
}
