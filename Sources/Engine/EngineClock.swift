public import Time

/// Readers of the machine's clocks, handed in so that the engine can be told the time.
public struct ClockReaders: Sendable {
  public var wall: @Sendable () -> Timestamp
  /// Nanoseconds since an arbitrary origin; never runs back.
  public var monotonic: @Sendable () -> Int64
  public init(wall: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> Int64) {
    self.wall = wall
    self.monotonic = monotonic
  }
}

/// The exchange's clock when it was last measured, carried on by the monotonic clock: from there on time only runs forward, whatever
/// happens to the machine's clock.
struct EngineClock {
  private let readers: ClockReaders
  private var anchor: (exchange: Timestamp, monotonic: Int64)
  private(set) var isMeasured = false

  /// An event's own time may run ahead of the exchange's clock as we know it, but not far.
  static let eventTimeLead: Int64 = 5_000_000_000

  init(_ readers: ClockReaders) {
    self.readers = readers
    anchor = (readers.wall(), readers.monotonic())
  }

  /// The exchange's clock was measured: it is this much ahead of the machine's now.
  mutating func measured(offsetNanoseconds: Int64) {
    anchor = (readers.wall().advanced(byNanoseconds: offsetNanoseconds), readers.monotonic())
    isMeasured = true
  }

  /// The monotonic clock, in nanoseconds.
  var monotonic: Int64 { readers.monotonic() }

  /// The exchange's time now.
  var exchangeTime: Timestamp { anchor.exchange.advanced(byNanoseconds: readers.monotonic() - anchor.monotonic) }

  /// Core time of an event that carries a time of its own, against an exchange. Before the exchange's clock is known the event's time
  /// counts: ours may be hours ahead, and core time never runs back.
  func time(of event: Timestamp) -> Timestamp {
    let now = exchangeTime
    guard isMeasured else { return min(event, now.advanced(byNanoseconds: Self.eventTimeLead)) }
    return max(min(event, now.advanced(byNanoseconds: Self.eventTimeLead)), now)
  }

  /// Core time of a command: the exchange's clock where it is known, else what core time is already. On paper the market may be silent,
  /// or far from our time.
  func commandTime(isPaper: Bool, coreTime: Timestamp) -> Timestamp {
    if !isMeasured, coreTime != .zero { return coreTime }
    return isPaper ? max(coreTime, exchangeTime) : exchangeTime
  }
}
