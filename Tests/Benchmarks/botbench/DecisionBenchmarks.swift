import Time
import CBounds
import BinanceJSON
import Strategies
import TradingCore
import TradingModel
import Venue

/// From the bytes of a closed kline to the order intent, through decoder, strategy, sizing, risk and journal entry.
enum DecisionBenchmarks {
  static var all: [Benchmark] { [benchmark("decision.p50", 0.5), benchmark("decision.p99", 0.99)] }

  private static let count = 2_000

  /// Closes that swing, so that a two-candle RSI trades on nearly every one.
  private static let frames: [[UInt8]] = (0..<count).map { index in
    let price = FixedDecimal(index % 2 == 0 ? 60_000 : 61_000).text(fractionDigitsMinimum: 8)
    return FrameBenchmarks.kline(symbol: "BTCUSDT", openTime: 1_733_007_600_000 + index * 60_000, close: price, isClosed: true)
  }

  private static func benchmark(_ name: String, _ share: Double) -> Benchmark {
    Benchmark(
      name: name, title: "kline bytes to order intent", unit: "ns",
      contestants: [
        Contestant(name: "ours") {
          var run = try DecisionRun()
          return run.times(frames).flatMap { quantile($0, share) }
        },
        Contestant(name: "C") { quantile(plainTimes(), share) },
      ], digits: 0)
  }

  private static func plainTimes() -> [Double] {
    var bot = bound_bot(gain: 500, loss: 500, previous: 60_500, oversold: 45, overbought: 55, held: 0)
    var order = [CChar](repeating: 0, count: 512)
    var times: [Double] = []
    for frame in frames {
      var written = 0
      let time = nanoseconds {
        written = frame.withUnsafeBytes { bound_decide($0.bindMemory(to: CChar.self).baseAddress, $0.count, &bot, 2, &order, 512) }
      }
      if written > 0 { times.append(time) }
    }
    return times
  }
}

/// One bot that trades every candle; each order is filled at once.
private struct DecisionRun {
  private var core = TradingCore(configuration: CoreConfiguration(mode: .paper))
  private var effects: [Effect] = []
  private var tradeID: Int64 = 0
  private let box: DecoderBox

  init() throws {
    guard let symbol = Symbol("BTCUSDT"), let id = BotID("bench"), let step = FixedDecimal(text: "0.00001") else { throw Unavailable() }
    box = DecoderBox(MarketFrameDecoder(symbols: SymbolTable([symbol])))
    let start = Timestamp(milliseconds: 1_733_007_600_000)
    core.open(JournalIdentity(id: "benchmrk", mode: .paper), at: start, effects: &effects)
    core.step(.rules([TradingRules(symbol: symbol, baseAsset: "BTC", quoteAsset: "USDT", stepSize: step)]), at: start, effects: &effects)
    core.step(.feed(nil, .live), at: start, effects: &effects)
    let configuration = BotConfiguration(
      id: id, symbol: symbol, parameters: ["period": "2", "oversold": "45", "overbought": "55"], capital: FixedDecimal(1_000_000),
      stopLoss: .zero, takeProfit: .zero)
    core.step(
      .command(CommandEnvelope(id: 1, requestID: "", fingerprint: 0, command: .createBot(configuration, start: true))), at: start,
      effects: &effects)
  }

  struct Unavailable: Error {}

  /// Nanoseconds of every candle that led to an order; `nil` when fewer than half did.
  mutating func times(_ frames: [[UInt8]]) -> [Double]? {
    var times: [Double] = []
    for frame in frames {
      effects.removeAll(keepingCapacity: true)
      let start = bound_now()
      guard let update = frame.withUnsafeBufferPointer({ box.candle($0) }) else { return nil }
      let at = update.eventTime
      core.step(.market(.candle(update)), at: at, effects: &effects)
      let time = Double(bound_now() - start)
      for effect in effects {
        guard case .submit(let order, _) = effect else { continue }
        times.append(time)
        let price = core.lastPrice(of: order.request.symbol)
        fill(order.request, price: price, at: at)
        break
      }
    }
    return times.count * 2 >= frames.count ? times : nil
  }

  private mutating func fill(_ request: OrderRequest, price: Price, at time: Timestamp) {
    tradeID += 1
    let quote = price * request.quantity
    let fill = Fill(
      symbol: request.symbol, tradeID: TradeID(tradeID), venueOrderID: VenueOrderID(tradeID), price: price, quantity: request.quantity,
      quoteQuantity: quote, commission: .zero, commissionAsset: "USDT", isMaker: false, time: time)
    let report = ExecutionReport(
      clientOrderID: request.clientOrderID, venueOrderID: VenueOrderID(tradeID), symbol: request.symbol, side: request.side,
      type: request.type, quantity: request.quantity, status: .filled, executedQuantity: request.quantity, cumulativeQuote: quote,
      fill: fill,
      time: time, source: .simulated)
    core.step(.submitted(request.clientOrderID, .accepted([report])), at: time, effects: &effects)
  }
}
