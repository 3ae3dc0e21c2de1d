import Time
import BotAPI
import StrategyMessages
import MarketData
import NIOCore
import ServiceRuntime
import TTRPC
import TradingModel
import Venue

/// `SubscribeCandles`: every closed candle once, in order of time per symbol; the candle in progress, when asked for, latest wins.
final class CandleSubscription: Subscription {
  private struct Series {
    var key: SeriesKey
    /// Candles that open at or before this were sent.
    var lastOpenTime: Timestamp
    var lastOpen: Candle?
  }

  private let context: ControlContext
  private let includesOpen: Bool
  private let batch: Int
  private var series: [Series]
  private var sequence: Int64 = 0
  private var isCaughtUp: Bool

  /// - Parameter after: closed candles that open later are sent first; `nil`: no history.
  init(
    stream: RPCServerStream, heartbeat: TimeAmount, symbols: Set<Symbol>, interval: Interval, after: Timestamp?, includesOpen: Bool,
    batch: Int, context: ControlContext
  ) {
    self.context = context
    self.includesOpen = includesOpen
    self.batch = batch
    isCaughtUp = after == nil
    series = symbols.sorted().map { symbol in
      let key = SeriesKey(symbol: symbol, interval: interval)
      let newest = context.market.candles(key, limit: 1).last?.openTime
      return Series(key: key, lastOpenTime: after ?? newest ?? Timestamp(nanoseconds: .min))
    }
    super.init(stream: stream, heartbeat: heartbeat)
  }

  override func writable() { look() }

  override func tick(_ now: NIODeadline) {
    look()
    super.tick(now)
  }

  private func look() {
    guard isOpen else { return }
    // Series by series and batch by batch, only while the reader takes more: it goes on in `writable`.
    for index in series.indices {
      while stream.isWritable {
        var found = closedCandles(&series[index])
        if found.isEmpty, let open = openCandle(&series[index]) { found = [open] }
        if found.isEmpty { break }
        for place in found.indices {
          found[place].previousSequence = sequence
          sequence += 1
          found[place].sequence = sequence
        }
        guard send((try? V1.SubscribeCandlesResponse(candles: found).encode()) ?? []) else { return }
      }
      guard isOpen, stream.isWritable else { return }
    }
    guard !isCaughtUp else { return }
    isCaughtUp = true
    let marker = V1.CaughtUp(sequence: sequence, serverTimeNs: WallClock.now().nanoseconds)
    send((try? V1.SubscribeCandlesResponse(caughtUp: marker).encode()) ?? [])
  }

  /// The next closed candles that were not sent, at most a batch.
  private func closedCandles(_ series: inout Series) -> [V1.Candle] {
    guard let newest = context.market.candles(series.key, limit: 1).last, newest.openTime > series.lastOpenTime else { return [] }
    let sent = series.lastOpenTime
    let candles = context.market.candles(series.key, limit: context.market.capacity).drop { $0.openTime <= sent }.prefix(max(1, batch))
    if let last = candles.last { series.lastOpenTime = last.openTime }
    return candles.map { V1.Candle($0, series.key, isClosed: true, isNamed: true) }
  }

  private func openCandle(_ series: inout Series) -> V1.Candle? {
    guard includesOpen, let current = context.market.current(series.key), current != series.lastOpen,
      current.openTime > series.lastOpenTime
    else { return nil }
    series.lastOpen = current
    return V1.Candle(current, series.key, isClosed: false, isNamed: true)
  }

  override func heartbeatMessage() -> [UInt8] {
    let beat = V1.Heartbeat(lastSequence: sequence, serverTimeNs: WallClock.now().nanoseconds)
    return (try? V1.SubscribeCandlesResponse(heartbeat: beat).encode()) ?? []
  }

  override func drainingMessage() -> [UInt8] {
    (try? V1.SubscribeCandlesResponse(draining: V1.Draining(lastSequence: sequence, reason: Self.drainingReason)).encode()) ?? []
  }
}
