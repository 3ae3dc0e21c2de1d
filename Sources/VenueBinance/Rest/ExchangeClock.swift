import ServiceRuntime
public import Time

/// One moment by the two clocks that count: the monotonic one, which measures, and the exchange's, which dates.
public struct ExchangeMoment: Hashable, Sendable {
  /// Nanoseconds since an arbitrary origin.
  public var monotonicNanoseconds: Int64
  /// The exchange's time as far as known.
  public var exchange: Timestamp

  /// A moment of these two readings.
  public init(monotonicNanoseconds: Int64, exchange: Timestamp) {
    self.monotonicNanoseconds = monotonicNanoseconds
    self.exchange = exchange
  }

  /// The exchange's time when the monotonic clock reads this; saturates.
  public func time(atMonotonic nanoseconds: Int64) -> Timestamp {
    let (elapsed, overflow) = nanoseconds.subtractingReportingOverflow(monotonicNanoseconds)
    return exchange.advanced(byNanoseconds: overflow ? (nanoseconds < 0 ? .min : .max) : elapsed)
  }
}

/// The exchange's clock as it was last measured, carried on by the monotonic clock. The machine's wall clock is read once, at the start, as a
/// first guess: a step of it afterwards changes nothing here. Confined to the loop of whoever uses it.
public final class ExchangeClock: @unchecked Sendable {
  private let wall: @Sendable () -> Timestamp
  private let monotonic: @Sendable () -> Int64
  private var anchor: ExchangeMoment
  /// Whether the exchange's clock was ever measured; until then it is taken to be the machine's.
  public private(set) var isMeasured = false

  /// - Parameters:
  ///   - wall: reads the machine's clock.
  ///   - monotonic: reads the clock that only moves forward, in nanoseconds.
  public init(wall: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> Int64) {
    self.wall = wall
    self.monotonic = monotonic
    anchor = ExchangeMoment(monotonicNanoseconds: monotonic(), exchange: wall())
  }

  /// By the machine's clocks.
  public convenience init() { self.init(wall: { WallClock.now() }, monotonic: { MonotonicClock.nanoseconds() }) }

  /// This moment.
  public var now: ExchangeMoment {
    let reading = monotonic()
    return ExchangeMoment(monotonicNanoseconds: reading, exchange: anchor.time(atMonotonic: reading))
  }

  /// The exchange's time when the monotonic clock reads this.
  public func time(atMonotonic nanoseconds: Int64) -> Timestamp { anchor.time(atMonotonic: nanoseconds) }

  /// The exchange's clock reads this now.
  public func measured(_ exchange: Timestamp) {
    anchor = ExchangeMoment(monotonicNanoseconds: monotonic(), exchange: exchange)
    isMeasured = true
  }

  /// How far the exchange's clock is ahead of the machine's wall clock at present, in nanoseconds.
  public var offsetNanoseconds: Int64 { now.exchange.nanoseconds(since: wall()) }
}
