import Time
import ServiceRuntime
import TradingModel

/// Simulated time: stands, runs at a factor of real time, or follows the market at full speed.
struct MarketClock {
  let speed: SimulatorConfiguration.Speed
  private(set) var isRunning = false
  private var baseTime: Timestamp
  private var baseMonotonic: Int64 = 0

  init(speed: SimulatorConfiguration.Speed, start: Timestamp) {
    self.speed = speed
    baseTime = start
  }

  /// Where simulated time is now. At full speed it is where the market has been taken.
  var now: Timestamp {
    guard isRunning, case .factor(let factor) = speed else { return baseTime }
    let elapsed = Double(MonotonicClock.nanoseconds() - baseMonotonic) * factor
    return elapsed < 9e18 ? baseTime.advanced(byNanoseconds: Int64(elapsed)) : baseTime
  }

  mutating func resume() {
    guard !isRunning else { return }
    baseMonotonic = MonotonicClock.nanoseconds()
    isRunning = true
  }

  mutating func pause() {
    baseTime = now
    isRunning = false
  }

  /// Sets simulated time: at full speed after each step, or when the machine could not keep up, or by hand.
  mutating func set(_ time: Timestamp) {
    baseTime = time
    baseMonotonic = MonotonicClock.nanoseconds()
  }
}
