public import Time
public import TradingModel

/// Makes one series' candles complete: whatever the stream repeats, reorders or loses, every closed candle leaves here exactly once and in
/// order. Pure state; refills are asked for and brought by the caller.
///
/// Closed candles of the stream are held while a refill is under way. Refilled candles leave as history (they warm indicators up, nobody
/// trades on them), held ones that go on from there leave as live candles. When nothing is held, the newest refilled one is the newest that
/// there is: of a series that was live before, it leaves as live too, so that it is decided on.
public struct CandleSequencer: Hashable, Sendable {
  public enum Output: Hashable, Sendable {
    /// Deliver as a live event.
    case live(CandleUpdate)
    /// Deliver as a live event: the newest closed candle, which the stream did not bring.
    case fetched(CandleUpdate)
    /// Deliver as history.
    case history([Candle])
    /// Fetch closed candles whose open time is later than this (`nil`: the newest ones), then call `refilled` or `refillFailed`.
    case refill(after: Timestamp?)
    /// From here on the series is complete and live.
    case becameLive
  }

  private enum State: Hashable, Sendable {
    /// No subscription, or not confirmed yet.
    case idle
    case refilling
    case live
  }

  public let series: SeriesKey
  /// Open time of the newest closed candle that left here.
  public private(set) var lastClosed: Timestamp?
  /// Gaps found in the live stream since the start.
  public private(set) var gaps = 0
  private var state = State.idle
  private var held: [CandleUpdate] = []
  private var fruitlessRefills = 0
  private var newestEventTime = Timestamp.zero

  /// Closed candles held during a refill; beyond it the oldest go, and the refill that follows brings them back.
  static let heldMaximum = 4_096
  /// Refills that bring nothing before a hole in the exchange's own history is accepted.
  static let fruitlessRefillsMaximum = 5
  /// How much later than its predecessor's end an unclosed candle must be for the predecessor's close to count as lost, in nanoseconds.
  static let lateCloseGraceNanoseconds: Int64 = 5_000_000_000

  public init(series: SeriesKey) { self.series = series }

  public var isLive: Bool { state == .live }

  /// The stream is subscribed (again): everything since ``lastClosed`` must be fetched.
  public mutating func subscribed() -> [Output] {
    guard state != .refilling else { return [] }
    state = .refilling
    fruitlessRefills = 0
    return [.refill(after: lastClosed)]
  }

  /// The stream is gone; what comes from now on has a gap before it.
  public mutating func disconnected() {
    state = .idle
    held.removeAll()
    fruitlessRefills = 0
  }

  public mutating func received(_ update: CandleUpdate) -> [Output] {
    switch state {
    case .idle: return []
    case .refilling:
      if update.isClosed { hold(update) }
      return []
    case .live: return update.isClosed ? closedWhileLive(update) : openWhileLive(update)
    }
  }

  private mutating func closedWhileLive(_ update: CandleUpdate) -> [Output] {
    guard let last = lastClosed else {
      lastClosed = update.candle.openTime
      return [.live(update)]
    }
    guard update.candle.openTime > last else { return [] }
    guard update.candle.openTime <= series.interval.nextOpenTime(after: last) else {
      gaps += 1
      hold(update)
      state = .refilling
      return [.refill(after: last)]
    }
    lastClosed = update.candle.openTime
    newestEventTime = max(newestEventTime, update.eventTime)
    return [.live(update)]
  }

  private mutating func openWhileLive(_ update: CandleUpdate) -> [Output] {
    if let last = lastClosed {
      guard update.candle.openTime > last else { return [] }
      let expected = series.interval.nextOpenTime(after: last)
      if update.candle.openTime > expected,
        update.eventTime.nanoseconds(since: update.candle.openTime) > Self.lateCloseGraceNanoseconds
      {
        gaps += 1
        state = .refilling
        return [.refill(after: last)]
      }
    }
    // While a connection is replaced, two deliver; the slower one must not turn the candle back.
    guard update.eventTime >= newestEventTime else { return [] }
    newestEventTime = update.eventTime
    return [.live(update)]
  }

  private mutating func hold(_ update: CandleUpdate) {
    guard !held.contains(where: { $0.candle.openTime == update.candle.openTime }) else { return }
    let index = held.firstIndex { $0.candle.openTime > update.candle.openTime } ?? held.count
    held.insert(update, at: index)
    if held.count > Self.heldMaximum { held.removeFirst() }
  }

  /// A refill arrived: closed candles in any order, whole as far as the exchange had them. `now` is the exchange's time: the newest candle is
  /// decided on at that time, not at its close.
  public mutating func refilled(_ candles: [Candle], at now: Timestamp) -> [Output] {
    guard state == .refilling else { return [] }
    let isWarmUp = lastClosed == nil
    var fresh: [Candle] = []
    for candle in candles.sorted(by: { $0.openTime < $1.openTime })
    where candle.openTime > (fresh.last?.openTime ?? lastClosed ?? .init(nanoseconds: .min)) {
      fresh.append(candle)
    }
    var outputs: [Output] = []
    if let newest = fresh.last {
      lastClosed = newest.openTime
      fruitlessRefills = 0
      if !isWarmUp, !held.contains(where: { $0.candle.openTime > newest.openTime }) {
        fresh.removeLast()
        if !fresh.isEmpty { outputs.append(.history(fresh)) }
        let update = CandleUpdate(
          symbol: series.symbol, interval: series.interval, candle: newest, isClosed: true,
          eventTime: max(now, series.interval.nextOpenTime(after: newest.openTime)))
        // First complete, then the decision: it is made on a feed that can be trusted again.
        return outputs + release() + [.fetched(update)]
      }
      outputs.append(.history(fresh))
    } else {
      fruitlessRefills += 1
    }
    return outputs + release()
  }

  /// Lets held candles go as far as they continue without a hole; asks for another refill where they do not.
  private mutating func release() -> [Output] {
    var outputs: [Output] = []
    while let first = held.first {
      if let last = lastClosed {
        if first.candle.openTime <= last {
          held.removeFirst()
          continue
        }
        if first.candle.openTime > series.interval.nextOpenTime(after: last), fruitlessRefills < Self.fruitlessRefillsMaximum {
          outputs.append(.refill(after: last))
          return outputs
        }
      }
      held.removeFirst()
      fruitlessRefills = 0
      lastClosed = first.candle.openTime
      newestEventTime = max(newestEventTime, first.eventTime)
      outputs.append(.live(first))
    }
    state = .live
    fruitlessRefills = 0
    outputs.append(.becameLive)
    return outputs
  }

  /// The exchange refuses this history for good: what the stream brings goes on without it, holes included.
  public mutating func refillRefused() -> [Output] {
    guard state == .refilling else { return [] }
    fruitlessRefills = Self.fruitlessRefillsMaximum
    return release()
  }

  /// A refill failed: ask again. The caller delays it.
  public mutating func refillFailed() -> [Output] {
    guard state == .refilling else { return [] }
    return [.refill(after: lastClosed)]
  }
}
