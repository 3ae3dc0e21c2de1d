import ControlPlane
import Indicators
import MarketData
import ServiceRuntime
import Strategies
import TradingModel
import Venue
import VenueSimulated

/// The daemon's own checks behind `RunSelfTest` and `botctl doctor`. They touch no bot, no order and no money.
struct SelfTest {
  let daemon: Daemon

  func run(symbol: Symbol?, interval: Interval, completion: @escaping @Sendable ([SelfTestCheck]) -> Void) {
    let symbol = symbol ?? daemon.marketData.allSeries().first?.symbol ?? Symbol("BTCUSDT")
    guard let symbol else { return completion([]) }
    let key = daemon.marketData.allSeries().first { $0.symbol == symbol && $0.interval == interval }
      ?? daemon.marketData.allSeries().first { $0.symbol == symbol }
    let candles = key.map { daemon.marketData.candles($0, limit: 500) } ?? []
    let rules = daemon.board.rules(for: symbol)
    completion([
      timed { indicator(symbol, candles) },
      timed { signal(symbol, candles) },
      timed { paperOrder(symbol, rules, candles) },
    ])
  }

  private func timed(_ body: () -> SelfTestCheck) -> SelfTestCheck {
    let start = MonotonicClock.nanoseconds()
    var check = body()
    check.elapsedNanoseconds = MonotonicClock.nanoseconds() - start
    return check
  }

  /// The incremental RSI against Wilder's definition, written out over the whole window.
  private func indicator(_ symbol: Symbol, _ candles: [Candle]) -> SelfTestCheck {
    let period = 14
    let closes = candles.map { $0.close.statisticValue }
    guard closes.count > period + 1 else {
      return SelfTestCheck(
        name: "indicator", status: .degraded, message: "\(closes.count) closed candles of \(symbol), RSI(\(period)) needs \(period + 2)",
        remedy: "wait until the feed has delivered more candles, or create a bot on \(symbol): botctl create")
    }
    var rsi = RelativeStrengthIndex(period: period)
    var value: Double?
    for close in closes { value = rsi.update(close) }
    var gain = 0.0
    var loss = 0.0
    for index in 1...period {
      let change = closes[index] - closes[index - 1]
      gain += max(change, 0) / Double(period)
      loss += max(-change, 0) / Double(period)
    }
    for index in (period + 1)..<closes.count {
      let change = closes[index] - closes[index - 1]
      gain = (gain * Double(period - 1) + max(change, 0)) / Double(period)
      loss = (loss * Double(period - 1) + max(-change, 0)) / Double(period)
    }
    let defined = gain + loss > 0 ? 100 * gain / (gain + loss) : 0
    guard let value, (value - defined).magnitude <= 1e-9 * max(1, defined) else {
      return SelfTestCheck(
        name: "indicator", status: .down, message: "RSI(\(period)) of \(symbol) is \(value ?? .nan), its definition gives \(defined)",
        remedy: "this is a defect of botd; please report it")
    }
    let rounded = (value * 100).rounded() / 100
    return SelfTestCheck(name: "indicator", status: .ok, message: "RSI(\(period)) of \(symbol) is \(rounded) over \(closes.count) candles")
  }

  /// The strategy on the daemon's candles.
  private func signal(_ symbol: Symbol, _ candles: [Candle]) -> SelfTestCheck {
    guard var strategy = try? StrategyCatalogue.make(name: "rsi", parameters: StrategyParameters()) else {
      return SelfTestCheck(name: "signal", status: .down, message: "the rsi strategy cannot be made", remedy: "please report it")
    }
    guard candles.count > strategy.warmUp else {
      return SelfTestCheck(
        name: "signal", status: .degraded, message: "\(candles.count) candles, the rsi strategy needs \(strategy.warmUp + 1)",
        remedy: "wait until the feed has delivered more candles")
    }
    var last = Signal.hold
    var count = 0
    for candle in candles {
      last = strategy.onCandle(candle, position: .flat)
      if last.action != .hold { count += 1 }
    }
    return SelfTestCheck(
      name: "signal", status: .ok, message: "rsi says \(last.action) on the last candle of \(symbol); \(count) buy signals in \(candles.count)")
  }

  /// A buy and a sell on a simulated venue of its own.
  private func paperOrder(_ symbol: Symbol, _ rules: TradingRules?, _ candles: [Candle]) -> SelfTestCheck {
    let name = "paper order"
    guard let rules else {
      return SelfTestCheck(
        name: name, status: .down, message: "no trading rules for \(symbol)",
        remedy: "the exchange's exchangeInfo was not loaded: check the venue in botctl health")
    }
    guard let candle = candles.last, let buyID = ClientOrderID("selftest-1"), let sellID = ClientOrderID("selftest-2") else {
      return SelfTestCheck(name: name, status: .degraded, message: "no price of \(symbol) yet", remedy: "wait until the feed is live")
    }
    var venue = PaperVenue()
    var reports: [ExecutionReport] = []
    venue.onMarket(
      .candle(CandleUpdate(symbol: symbol, interval: .oneMinute, candle: candle, isClosed: true, eventTime: candle.openTime)),
      reports: &reports)
    let budget = max(rules.notionalMinimum + rules.notionalMinimum, FixedDecimal(20))
    let quantity = (budget / candle.close).roundedUp(toMultipleOf: max(rules.stepSize, rules.marketStepSize))
    for (id, side) in [(buyID, Side.buy), (sellID, .sell)] {
      venue.submit(
        OrderRequest(clientOrderID: id, symbol: symbol, side: side, type: .market, quantity: quantity), rules: rules, at: candle.openTime,
        reports: &reports)
    }
    let fills = reports.compactMap(\.fill)
    guard fills.count == 2 else {
      let reason = reports.last { !$0.reason.isEmpty }?.reason ?? "no answer"
      return SelfTestCheck(name: name, status: .down, message: "the simulated venue refused \(quantity) \(symbol): \(reason)", remedy: "please report it")
    }
    return SelfTestCheck(
      name: name, status: .ok, message: "bought and sold \(quantity) \(rules.baseAsset) at \(fills[0].price) and \(fills[1].price) on paper")
  }
}
