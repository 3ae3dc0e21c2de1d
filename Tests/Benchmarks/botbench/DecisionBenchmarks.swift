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

  private static let warmUp = 50
  private static let count = 2_000

  /// Closes that swing, so that a two-candle RSI trades on every one once it is warm.
  private static let frames: [[UInt8]] = (0..<warmUp + count).map { index in
    let price = FixedDecimal(index % 2 == 0 ? 60_000 : 61_000).text(fractionDigitsMinimum: 8)
    return FrameBenchmarks.kline(symbol: "BTCUSDT", openTime: 1_733_007_600_000 + index * 60_000, close: price, isClosed: true)
  }

  private static func benchmark(_ name: String, _ share: Double) -> Benchmark {
    Benchmark(
      name: name, title: "kline bytes to order intent", unit: "ns",
      contestants: [
        Contestant(name: "ours") { try isEqual ? quantile(ours().map(\.nanoseconds), share) : nil },
        Contestant(name: "C") { try isEqual ? quantile(plain().map(\.nanoseconds), share) : nil },
      ], digits: 0)
  }

  /// Whether ours and the plain loop decide the same on every candle, an order each; looked at once, when first asked.
  private static let isEqual: Bool = {
    guard let ours = try? ours() else { return false }
    let theirs = plain()
    let isEqual = ours.count == count && ours.map(\.candle) == theirs.map(\.candle) && ours.map(\.side) == theirs.map(\.side)
    let buys = ours.filter { $0.side == .buy }.count
    BacktestBenchmarks.note(
      "decision: \(buys) buys and \(ours.count - buys) sells in \(count) candles, "
        + (isEqual ? "equal to C's" : "UNEQUAL: C made \(theirs.count) orders; there must be one each candle"))
    return isEqual
  }()

  private static func ours() throws -> [Decision] {
    var run = try DecisionRun(warmUp: frames.prefix(warmUp))
    return try run.decisions(frames.dropFirst(warmUp))
  }

  private static func plain() -> [Decision] {
    // Nothing is below zero: it only listens to the first candles.
    var bot = bound_bot(gain: 500, loss: 500, previous: 60_500, oversold: 0, overbought: 55, held: 0)
    var order = [CChar](repeating: 0, count: 512)
    var decisions: [Decision] = []
    for (candle, frame) in frames.enumerated() {
      if candle == warmUp { bot.oversold = 45 }
      var written = 0
      let time = nanoseconds {
        written = frame.withUnsafeBytes { bound_decide($0.bindMemory(to: CChar.self).baseAddress, $0.count, &bot, 2, &order, 512) }
      }
      if written > 0 { decisions.append(Decision(candle: candle, side: bot.held != 0 ? .buy : .sell, nanoseconds: time)) }
    }
    return decisions
  }
}

/// An order that a candle led to.
private struct Decision {
  /// The frame's index, the warm-up's included.
  var candle: Int
  var side: Side
  var nanoseconds: Double
}

/// One bot that trades every candle; each order is filled at once.
private struct DecisionRun {
  private var core = TradingCore(configuration: CoreConfiguration(mode: .paper))
  private var effects: [Effect] = []
  private var tradeID: Int64 = 0
  private let box: DecoderBox
  /// 0.00001, of BTCUSDT.
  private static let lot = FixedDecimal(raw: 1_000)

  /// A running bot that has heard the candles of these frames.
  init(warmUp frames: ArraySlice<[UInt8]>) throws {
    guard let symbol = Symbol("BTCUSDT"), let id = BotID("bench") else { throw Unavailable() }
    box = DecoderBox(MarketFrameDecoder(symbols: SymbolTable([symbol])))
    let start = Timestamp(milliseconds: 1_733_007_600_000)
    core.open(JournalIdentity(id: "benchmrk", mode: .paper), at: start, effects: &effects)
    core.step(
      .rules([TradingRules(symbol: symbol, baseAsset: "BTC", quoteAsset: "USDT", stepSize: Self.lot)]), at: start, effects: &effects)
    core.step(.feed(nil, .live), at: start, effects: &effects)
    let configuration = BotConfiguration(
      id: id, symbol: symbol, parameters: ["period": "2", "oversold": "45", "overbought": "55"], capital: FixedDecimal(1_000_000),
      stopLoss: .zero, takeProfit: .zero)
    core.step(
      .command(CommandEnvelope(id: 1, requestID: "", fingerprint: 0, command: .createBot(configuration, start: true))), at: start,
      effects: &effects)
    let candles = frames.compactMap { frame in frame.withUnsafeBufferPointer { box.candle($0)?.candle } }
    guard core.botCount == 1, candles.count == frames.count else { throw Unavailable() }
    core.step(.history(SeriesKey(symbol: symbol, interval: .oneMinute), candles), at: start, effects: &effects)
  }

  struct Unavailable: Error {}

  /// What every candle that led to an order led to.
  mutating func decisions(_ frames: ArraySlice<[UInt8]>) throws -> [Decision] {
    var decisions: [Decision] = []
    for (candle, frame) in zip(frames.indices, frames) {
      effects.removeAll(keepingCapacity: true)
      let start = bound_now()
      guard let update = frame.withUnsafeBufferPointer({ box.candle($0) }) else { throw Unavailable() }
      let at = update.eventTime
      core.step(.market(.candle(update)), at: at, effects: &effects)
      let time = Double(bound_now() - start)
      for effect in effects {
        guard case .submit(let order, _) = effect else { continue }
        decisions.append(Decision(candle: candle, side: order.request.side, nanoseconds: time))
        // A paper core learns no price from candles: the order is filled at the one that it was decided at.
        fill(order.request, price: order.decisionPrice, at: at)
        break
      }
    }
    return decisions
  }

  private mutating func fill(_ request: OrderRequest, price: Price, at time: Timestamp) {
    tradeID += 1
    let quantity = request.isByAmount ? (request.quoteQuantity / price).roundedDown(toMultipleOf: Self.lot) : request.quantity
    let quote = price * quantity
    let fill = Fill(
      symbol: request.symbol, tradeID: TradeID(tradeID), venueOrderID: VenueOrderID(tradeID), price: price, quantity: quantity,
      quoteQuantity: quote, commission: .zero, commissionAsset: "USDT", isMaker: false, time: time)
    let report = ExecutionReport(
      clientOrderID: request.clientOrderID, venueOrderID: VenueOrderID(tradeID), symbol: request.symbol, side: request.side,
      type: request.type, quantity: quantity, status: .filled, executedQuantity: quantity, cumulativeQuote: quote,
      fill: fill,
      time: time, source: .simulated)
    core.step(.submitted(request.clientOrderID, .accepted([report])), at: time, effects: &effects)
  }
}
