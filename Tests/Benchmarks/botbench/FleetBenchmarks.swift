import Time
import CBounds
import Strategies
import TradingCore
import TradingModel
import Venue

/// Nanoseconds a bot for one closed candle and 10,000 bots on 100 symbols.
enum FleetBenchmarks {
  private static let botCount = 10_000
  private static let symbolCount = 100

  static var all: [Benchmark] { [strategies, core] }

  /// Bounds so wide that nobody signals: what is measured is deciding.
  private static let parameters: StrategyParameters = ["oversold": "1", "overbought": "99"]

  private static var cContestant: Contestant {
    let closes = MarketWalk.closes(300)
    var bots = [bound_bot](
      repeating: bound_bot(gain: 1, loss: 1, previous: 60_000, oversold: 1, overbought: 99, held: 0), count: botCount)
    return Contestant(name: "C") {
      nanoseconds {
        for close in closes.prefix(100) {
          unsafe consume(bots.withUnsafeMutableBufferPointer { unsafe bound_fleet($0.baseAddress, $0.count, close, 14) })
        }
      } / Double(100 * botCount)
    }
  }

  private static var strategies: Benchmark {
    var fleet = (0..<botCount).compactMap { _ in try? StrategyCatalogue.make(name: "rsi", parameters: parameters) }
    let candles = MarketWalk.candles(300)
    for candle in candles.prefix(50) { for index in fleet.indices { _ = fleet[index].onCandle(candle, position: .flat) } }
    let ours = Contestant(name: "ours") {
      guard fleet.count == botCount else { return nil }
      return nanoseconds {
        for candle in candles.suffix(100) { for index in fleet.indices { consume(fleet[index].onCandle(candle, position: .flat).action) } }
      } / Double(100 * fleet.count)
    }
    return Benchmark(
      name: "fleet.strategies", title: "10,000 RSI strategies, one closed candle", unit: "ns a bot", contestants: [ours, cContestant],
      figureToHold: 100)
  }

  private static var core: Benchmark {
    var core = TradingCore(configuration: CoreConfiguration(mode: .paper))
    var effects: [Effect] = []
    let start = MarketWalk.candles(1)[0].openTime
    core.open(JournalIdentity(id: "benchmark", mode: .paper), at: start, effects: &effects)
    let symbols = (0..<symbolCount).compactMap { Symbol("S\($0)USDT") }
    core.step(.rules(symbols.map { TradingRules(symbol: $0, baseAsset: "S", quoteAsset: "USDT") }), at: start, effects: &effects)
    for number in 0..<botCount {
      guard let id = BotID("bot-\(number)") else { continue }
      let configuration = BotConfiguration(
        id: id, symbol: symbols[number % symbols.count], parameters: parameters, capital: FixedDecimal(1_000))
      core.step(
        .command(CommandEnvelope(id: UInt64(number), requestID: "", fingerprint: 0, command: .createBot(configuration, start: true))),
        at: start, effects: &effects)
    }
    core.step(.feed(nil, .live), at: start, effects: &effects)
    var walk = MarketWalk(seed: 11)
    var openTime = start
    // Closes one candle on every symbol; answers nothing, since nobody signals.
    func closeAll() {
      let price = FixedDecimal(nearestTo: walk.close()) ?? .one
      let candle = Candle(openTime: openTime, open: price, high: price, low: price, close: price, volume: .one)
      let close = openTime.advanced(byMilliseconds: 60_000)
      for symbol in symbols {
        let update = CandleUpdate(symbol: symbol, interval: .oneMinute, candle: candle, isClosed: true, eventTime: close)
        core.step(.market(.candle(update)), at: close, effects: &effects)
      }
      openTime = close
    }
    for _ in 0..<50 { closeAll() }
    effects.removeAll(keepingCapacity: true)
    let ours = Contestant(name: "ours") {
      let time = nanoseconds { for _ in 0..<20 { closeAll() } } / Double(20 * botCount)
      guard effects.isEmpty, core.botCount == botCount else { return nil }
      return time
    }
    return Benchmark(
      name: "fleet.core", title: "10,000 bots on 100 symbols through the core, one closed candle", unit: "ns a bot",
      contestants: [ours, cContestant], figureToHold: 100)
  }
}
