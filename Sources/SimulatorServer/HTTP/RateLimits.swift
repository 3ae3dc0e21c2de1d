import Time
import TradingModel

/// Counts request weight and orders in windows aligned to the clock.
struct RateLimits {
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

  var weight: Window
  var ordersTenSeconds: Window
  var ordersDay: Window

  init(_ configuration: SimulatorConfiguration) {
    weight = Window(milliseconds: 60_000, limit: configuration.requestWeightLimit)
    ordersTenSeconds = Window(milliseconds: 10_000, limit: configuration.orderLimitTenSeconds)
    ordersDay = Window(milliseconds: 86_400_000, limit: configuration.orderLimitDay)
  }

  mutating func addOrders(_ amount: Int, at time: Timestamp) {
    ordersTenSeconds.add(amount, at: time)
    ordersDay.add(amount, at: time)
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
