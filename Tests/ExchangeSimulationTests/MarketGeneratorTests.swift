import Time
import Testing
import TradingModel
import Venue
import ExchangeSimulation
import MarketModel

@Suite struct MarketGeneratorTests {
  private func instruments(_ names: String...) throws -> [SimulatedInstrument] {
    try names.map { name in
      let symbol = try #require(Symbol(name))
      return try #require(SimulatedInstrument(symbol: symbol))
    }
  }

  private func events(seed: UInt64, _ instruments: [SimulatedInstrument], steps: Int) -> [MarketEvent] {
    var generator = MarketGenerator(seed: seed, instruments: instruments, start: Timestamp(milliseconds: 1_700_000_000_123))
    var events: [MarketEvent] = []
    for _ in 0..<steps { generator.step(&events) }
    return events
  }

  @Test func aSeedGivesOneMarket() throws {
    let two = try instruments("BTCUSDT", "ETHUSDT")
    #expect(events(seed: 3, two, steps: 500) == events(seed: 3, two, steps: 500))
    #expect(events(seed: 3, two, steps: 500) != events(seed: 4, two, steps: 500))
  }

  @Test func thePastLeadsToTheStartAndChangesNothing() throws {
    let two = try instruments("BTCUSDT", "ETHUSDT")
    let start = Timestamp(milliseconds: 1_700_000_000_000)
    var generator = MarketGenerator(seed: 5, instruments: two, start: start)
    let past = generator.past(of: two[1].rules.symbol, seconds: 3_600)
    #expect(past == generator.past(of: two[1].rules.symbol, seconds: 3_600))
    #expect((1_800...3_200).contains(past.count))
    #expect(zip(past, past.dropFirst()).allSatisfy { $0.time < $1.time })
    let (oldest, newest) = (try #require(past.first), try #require(past.last))
    #expect(newest.time < start && oldest.time >= start.advanced(byMilliseconds: -3_600_000))
    var later: [MarketEvent] = []
    generator.step(&later)
    var alone = MarketGenerator(seed: 5, instruments: two, start: start)
    var fresh: [MarketEvent] = []
    alone.step(&fresh)
    #expect(later == fresh)
    // No jump where past and present meet: within half a percent over the first seconds.
    while generator.nextTime <= start.advanced(byMilliseconds: 3_000) { generator.step(&later) }
    let first = try #require(
      later.compactMap { event -> Price? in
        if case .trade(let trade) = event, trade.symbol == two[1].rules.symbol { trade.price } else { nil }
      }.first)
    #expect(abs(first.statisticValue / newest.price.statisticValue - 1) < 0.005)
  }

  @Test func aSymbolsPathDoesNotDependOnTheOthers() throws {
    let alone = events(seed: 3, try instruments("ETHUSDT"), steps: 500)
    let beside = events(seed: 3, try instruments("BTCUSDT", "ETHUSDT"), steps: 500).filter { event in
      switch event {
      case .trade(let trade): trade.symbol.text == "ETHUSDT"
      case .quote(let quote): quote.symbol.text == "ETHUSDT"
      default: false
      }
    }
    #expect(alone == beside)
  }

  @Test func pricesKeepTheFiltersAndTradesStayAtTheQuote() throws {
    for name in ["BTCUSDT", "DOGEUSDT", "QZXUSDT"] {
      let instrument = try instruments(name)
      let rules = try #require(instrument.first).rules
      var quote: Quote?
      for event in events(seed: 9, instrument, steps: 2_000) {
        switch event {
        case .quote(let new):
          #expect(new.bidPrice < new.askPrice && new.bidPrice.isMultiple(of: rules.tickSize) && new.askPrice.isMultiple(of: rules.tickSize))
          quote = new
        case .trade(let trade):
          let known = try #require(quote)
          #expect(trade.price == (trade.isBuyerMaker ? known.bidPrice : known.askPrice))
          #expect(trade.quantity.isPositive && trade.quantity.isMultiple(of: rules.stepSize))
        default: Issue.record("unexpected event")
        }
      }
    }
  }

  /// On one-second and one-minute candles the RSI(14) leaves 30…70 often, and moves of 2 % happen.
  @Test func theMarketIsLivelyEnoughForAnRSIStrategy() throws {
    for (interval, steps) in [(Interval.oneSecond, 5 * 3_600), (.oneMinute, 5 * 3_600 * 12)] {
      var builder = CandleBuilder(interval: interval)
      var closed: [Candle] = []
      for case .trade(let trade) in events(seed: 1, try instruments("BTCUSDT"), steps: steps) {
        builder.add(price: trade.price, quantity: trade.quantity, at: trade.time, closed: &closed)
      }
      var gain = 0.0
      var loss = 0.0
      var below = 0
      var above = 0
      for index in closed.indices.dropFirst() {
        let change = closed[index].close.statisticValue - closed[index - 1].close.statisticValue
        gain += (max(change, 0) - gain) / 14
        loss += (max(-change, 0) - loss) / 14
        guard index > 28, gain + loss > 0 else { continue }
        let strength = 100 * gain / (gain + loss)
        if strength < 30 { below += 1 } else if strength > 70 { above += 1 }
      }
      #expect(below > 10 && above > 10, "\(interval): \(below) below 30, \(above) above 70 of \(closed.count)")
      let low = closed.map(\.low.statisticValue).min() ?? 0
      let high = closed.map(\.high.statisticValue).max() ?? 0
      #expect(high / low > 1.02)
    }
  }

  @Test func intrabarPointsAddUpToTheirCandle() throws {
    let candle = Candle(
      openTime: Timestamp(milliseconds: 60_000), open: decimal("10"), high: decimal("12"), low: decimal("9"), close: decimal("11"),
      volume: decimal("1.00007"))
    let points = IntrabarPath.points(of: candle, interval: .oneMinute, step: decimal("0.001"))
    #expect(points.map(\.price) == [decimal("10"), decimal("9"), decimal("12"), decimal("11")])
    #expect(points.reduce(Quantity.zero) { $0 + $1.quantity } == candle.volume)
    var builder = CandleBuilder(interval: .oneMinute)
    var closed: [Candle] = []
    for point in points { builder.add(price: point.price, quantity: point.quantity, at: point.time, closed: &closed) }
    let built = try #require(builder.current)
    #expect(
      [built.open, built.high, built.low, built.close, built.volume] == [candle.open, candle.high, candle.low, candle.close, candle.volume])
    #expect(closed.isEmpty)
    #expect(IntrabarPath(candle, rule: .highFirst).second == decimal("12"))
  }
}
