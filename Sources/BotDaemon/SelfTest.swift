import Time
import ControlPlane
import MarketData
import ServiceRuntime
import TradingModel
import Venue
import PaperTrading

/// The daemon's part of `RunSelfTest` (`botctl doctor`): an order on a simulated venue of its own. It touches no bot and no money.
struct SelfTest {
  let daemon: Daemon

  func run(symbol: Symbol?, interval: Interval, completion: @escaping @Sendable ([SelfTestCheck]) -> Void) {
    let symbol = symbol ?? daemon.marketData.allSeries().first?.symbol ?? Symbol("BTCUSDT")
    guard let symbol else { return completion([]) }
    let key =
      daemon.marketData.allSeries().first { $0.symbol == symbol && $0.interval == interval }
      ?? daemon.marketData.allSeries().first { $0.symbol == symbol }
    let candles = key.map { daemon.marketData.candles($0, limit: 500) } ?? []
    let rules = daemon.board.rules(for: symbol)
    completion([
      timed { paperOrder(symbol, rules, candles) }
    ])
  }

  private func timed(_ body: () -> SelfTestCheck) -> SelfTestCheck {
    let start = MonotonicClock.nanoseconds()
    var check = body()
    check.elapsedNanoseconds = MonotonicClock.nanoseconds() - start
    return check
  }

  /// A buy and a sell on a simulated venue of its own.
  private func paperOrder(_ symbol: Symbol, _ rules: TradingRules?, _ candles: [Candle]) -> SelfTestCheck {
    let name = "paper_order"
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
      return SelfTestCheck(
        name: name, status: .down, message: "the simulated venue refused \(quantity) \(symbol): \(reason)", remedy: "please report it")
    }
    return SelfTestCheck(
      name: name, status: .ok, message: "bought and sold \(quantity) \(rules.baseAsset) at \(fills[0].price) and \(fills[1].price) on paper"
    )
  }
}
