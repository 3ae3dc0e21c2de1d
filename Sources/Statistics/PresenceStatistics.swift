public import Time

/// How long a position was open: of a bot, or of several, where any open position counts. Constant memory.
public struct PresenceStatistics: Hashable, Sendable, Codable {
  /// Positions open now.
  public private(set) var openCount = 0
  /// Since when at least one has been open; `nil`: none is.
  public private(set) var openSince: Timestamp?
  /// Start of the observation; `nil` before it.
  public private(set) var begunAt: Timestamp?
  private var closedNanoseconds: Int64 = 0

  public init() {}

  /// The observation starts; what was open before counts from here on. Later calls change nothing.
  public mutating func begin(at time: Timestamp) {
    guard begunAt == nil else { return }
    begunAt = time
    closedNanoseconds = 0
    if let since = openSince { openSince = max(since, time) }
  }

  /// A position was opened.
  public mutating func open(at time: Timestamp) {
    if openCount == 0 { openSince = time }
    openCount += 1
  }

  /// A position was closed; nothing happens when none was open.
  public mutating func close(at time: Timestamp) {
    guard openCount > 0 else { return }
    openCount -= 1
    guard openCount == 0, let since = openSince else { return }
    closedNanoseconds = Self.sum(closedNanoseconds, time.nanoseconds(since: since))
    openSince = nil
  }

  /// Nanoseconds with an open position until `time`.
  public func held(at time: Timestamp) -> Int64 {
    openSince.map { Self.sum(closedNanoseconds, time.nanoseconds(since: $0)) } ?? closedNanoseconds
  }

  /// Time with a position ÷ time observed until `time`, 0…1; `nil` before the observation, or without time.
  public func fraction(at time: Timestamp) -> Double? {
    guard let begunAt else { return nil }
    let observed = time.nanoseconds(since: begunAt)
    return observed > 0 ? min(Double(held(at: time)) / Double(observed), 1) : nil
  }

  static func sum(_ a: Int64, _ b: Int64) -> Int64 {
    let (total, overflow) = a.addingReportingOverflow(max(b, 0))
    return overflow ? .max : total
  }
}
