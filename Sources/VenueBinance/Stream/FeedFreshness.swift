import TradingModel
import Venue

/// Judges one symbol's feed by its data alone: pings and open sockets prove nothing. Pure state; times are monotonic nanoseconds.
struct FeedFreshness: Hashable {
  struct Limits: Hashable {
    /// Silence after which the feed is stale.
    var silenceNanoseconds: Int64 = 5_000_000_000
    /// An event older than this on arrival makes the feed stale.
    var lagNanoseconds: Int64 = 2_000_000_000
  }

  private(set) var state = FeedState.connecting
  private(set) var lastEvent: Int64?
  private var isLinkUp = false
  /// The newest event that carries a time was late.
  private(set) var isLate = false
  /// Series of this symbol that are not complete yet.
  private var isComplete = false

  /// The link came up or went down. Returns the new state with a reason when it changed.
  mutating func link(isUp: Bool, at now: Int64, _ limits: Limits) -> (FeedState, String)? {
    isLinkUp = isUp
    if !isUp { lastEvent = nil }
    return update(at: now, limits)
  }

  mutating func series(areComplete: Bool, at now: Int64, _ limits: Limits) -> (FeedState, String)? {
    isComplete = areComplete
    return update(at: now, limits)
  }

  /// An event arrived; `lag` is its age by the exchange's clock, `nil` when the event carries no time.
  @inline(__always) mutating func event(at now: Int64, lag: Int64?, _ limits: Limits) -> (FeedState, String)? {
    lastEvent = now
    let late = lag.map { $0 > limits.lagNanoseconds } ?? isLate
    if late == isLate, state == .live { return nil }
    isLate = late
    return update(at: now, limits)
  }

  mutating func tick(at now: Int64, _ limits: Limits) -> (FeedState, String)? { update(at: now, limits) }

  private mutating func update(at now: Int64, _ limits: Limits) -> (FeedState, String)? {
    let (next, reason) = judge(at: now, limits)
    guard next != state else { return nil }
    state = next
    return (next, reason)
  }

  private func judge(at now: Int64, _ limits: Limits) -> (FeedState, String) {
    let waiting: FeedState = state == .connecting ? .connecting : .stale
    guard isLinkUp else { return (waiting, "the connection is down") }
    guard isComplete else { return (waiting, "missed candles are being fetched") }
    guard let lastEvent else { return (waiting, "no event yet") }
    guard now - lastEvent <= limits.silenceNanoseconds else {
      return (.stale, "no event for \((now - lastEvent) / 1_000_000) ms")
    }
    guard !isLate else { return (.stale, "events arrive more than \(limits.lagNanoseconds / 1_000_000) ms late") }
    return (.live, "complete and fresh")
  }
}
