import Time
import BotAPI
import NIOCore
import ServiceRuntime
import TTRPC
import TradingModel

/// `SubscribeTickers`: the store is looked at a few times a second, so prices are latest-wins and the feed never waits for a reader.
final class TickerSubscription: Subscription {
  private let context: ControlContext
  private let minimumInterval: TimeAmount
  private var symbols: [(symbol: Symbol, sent: V1.Ticker?, sentAt: NIODeadline)]
  private var sequence: Int64 = 0

  init(stream: RPCServerStream, heartbeat: TimeAmount, symbols: Set<Symbol>, minimumInterval: TimeAmount, context: ControlContext) {
    self.context = context
    self.minimumInterval = minimumInterval
    self.symbols = symbols.sorted().map { ($0, nil, .distantPast) }
    super.init(stream: stream, heartbeat: heartbeat)
  }

  override func tick(_ now: NIODeadline) {
    if isOpen, stream.isWritable {
      var changed: [V1.Ticker] = []
      for index in symbols.indices {
        guard symbols[index].sent == nil || now - symbols[index].sentAt >= minimumInterval else { continue }
        guard let ticker = V1.Ticker(symbols[index].symbol, context.market), ticker != symbols[index].sent else { continue }
        symbols[index].sent = ticker
        symbols[index].sentAt = now
        var numbered = ticker
        numbered.previousSequence = sequence
        sequence += 1
        numbered.sequence = sequence
        changed.append(numbered)
      }
      if !changed.isEmpty { send((try? V1.SubscribeTickersResponse(tickers: changed).encode()) ?? []) }
    }
    super.tick(now)
  }

  override func heartbeatMessage() -> [UInt8] {
    let beat = V1.Heartbeat(lastSequence: sequence, serverTimeNs: WallClock.now().nanoseconds)
    return (try? V1.SubscribeTickersResponse(heartbeat: beat).encode()) ?? []
  }

  override func drainingMessage() -> [UInt8] {
    (try? V1.SubscribeTickersResponse(draining: V1.Draining(lastSequence: sequence, reason: Self.drainingReason)).encode()) ?? []
  }
}
