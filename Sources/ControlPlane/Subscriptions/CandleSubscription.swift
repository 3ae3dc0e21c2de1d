import BotAPI
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
    guard isOpen, stream.isWritable else { return }
    var found: [V1.Candle] = []
    for index in series.indices { collect(&series[index], into: &found) }
    var start = 0
    while start < found.count {
      let end = min(found.count, start + batch)
      var slice = Array(found[start..<end])
      for index in slice.indices {
        slice[index].previousSequence = sequence
        sequence += 1
        slice[index].sequence = sequence
      }
      guard send((try? V1.SubscribeCandlesResponse(candles: slice).encode()) ?? []) else { return }
      start = end
    }
    guard !isCaughtUp else { return }
    isCaughtUp = true
    let marker = V1.CaughtUp(sequence: sequence, serverTimeNs: WallClock.now().nanoseconds)
    send((try? V1.SubscribeCandlesResponse(caughtUp: marker).encode()) ?? [])
  }

  private func collect(_ series: inout Series, into found: inout [V1.Candle]) {
    if let newest = context.market.candles(series.key, limit: 1).last, newest.openTime > series.lastOpenTime {
      for candle in context.market.candles(series.key, limit: context.market.capacity) where candle.openTime > series.lastOpenTime {
        found.append(V1.Candle(candle, series.key, isClosed: true, isNamed: true))
        series.lastOpenTime = candle.openTime
      }
    }
    guard includesOpen, let current = context.market.current(series.key), current != series.lastOpen,
      current.openTime > series.lastOpenTime
    else { return }
    series.lastOpen = current
    found.append(V1.Candle(current, series.key, isClosed: false, isNamed: true))
  }

  override func heartbeatMessage() -> [UInt8] {
    let beat = V1.Heartbeat(lastSequence: sequence, serverTimeNs: WallClock.now().nanoseconds)
    return (try? V1.SubscribeCandlesResponse(heartbeat: beat).encode()) ?? []
  }

  override func drainingMessage() -> [UInt8] {
    (try? V1.SubscribeCandlesResponse(draining: V1.Draining(lastSequence: sequence, reason: Self.drainingReason)).encode()) ?? []
  }
}
