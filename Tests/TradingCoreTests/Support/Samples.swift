import Time
import Strategies
import TradingCore
import TradingModel
import Venue
import ExchangeSimulation

/// Values that every test of the core needs.
enum Samples {
  static let start = Timestamp(milliseconds: 1_764_547_200_000)  // 2025-12-01T00:00:00Z
  static let symbol = symbol("BTCUSDT")

  static func symbol(_ text: String) -> Symbol {
    guard let symbol = Symbol(text) else { preconditionFailure("\(text) is no symbol") }
    return symbol
  }

  static func bot(_ text: String) -> BotID {
    guard let id = BotID(text) else { preconditionFailure("\(text) is no bot id") }
    return id
  }

  static func decimal(_ text: String) -> FixedDecimal {
    guard let value = FixedDecimal(text: text) else { preconditionFailure("\(text) is no decimal") }
    return value
  }

  static func instrument(_ text: String = "BTCUSDT") -> SimulatedInstrument {
    guard let instrument = SimulatedInstrument(symbol: symbol(text)) else { preconditionFailure("no instrument \(text)") }
    return instrument
  }

  static func rules(_ text: String = "BTCUSDT") -> TradingRules { instrument(text).rules }

  /// A bot that buys early and often: RSI over few candles with near bounds.
  static func configuration(
    _ id: String = "one", symbol text: String = "BTCUSDT", capital: String = "10000", stopLoss: String = "0.02",
    takeProfit: String = "0.04",
    trailing: String = "0", maximum: String = "0.1", risk: String = "0.02",
    parameters: StrategyParameters = ["period": "3", "oversold": "45", "overbought": "60"]
  ) -> BotConfiguration {
    BotConfiguration(
      id: bot(id), symbol: symbol(text), interval: .oneMinute, strategyName: "rsi", parameters: parameters, capital: decimal(capital),
      riskPerTrade: decimal(risk), maximumPosition: decimal(maximum), stopLoss: decimal(stopLoss), takeProfit: decimal(takeProfit),
      trailingStop: decimal(trailing))
  }

  static func candle(_ open: Timestamp, _ prices: [FixedDecimal]) -> Candle {
    Candle(
      openTime: open, open: prices[0], high: prices.max() ?? prices[0], low: prices.min() ?? prices[0], close: prices[prices.count - 1],
      volume: .one)
  }

  /// Trades and closed one-minute candles of a generated market, in order; quotes left out.
  static func market(seed: UInt64, symbols: [String] = ["BTCUSDT"], hours: Int, volatility: Double = 1) -> [(Timestamp, MarketEvent)] {
    let instruments = symbols.map { text in
      var instrument = instrument(text)
      instrument.volatility = volatility
      return instrument
    }
    var generator = MarketGenerator(seed: seed, instruments: instruments, start: start, stepNanoseconds: 2_000_000_000)
    var builders = instruments.map { ($0.rules.symbol, CandleBuilder(interval: .oneMinute)) }
    var tape: [(Timestamp, MarketEvent)] = []
    let end = start.advanced(byMilliseconds: Int64(hours) * 3_600_000)
    var events: [MarketEvent] = []
    while generator.nextTime <= end {
      events.removeAll()
      generator.step(&events)
      for index in builders.indices {
        var closed: [Candle] = []
        builders[index].1.advance(to: generator.now, closed: &closed)
        for candle in closed {
          let close = Interval.oneMinute.nextOpenTime(after: candle.openTime)
          tape.append(
            (
              close,
              .candle(CandleUpdate(symbol: builders[index].0, interval: .oneMinute, candle: candle, isClosed: true, eventTime: close))
            ))
        }
      }
      for case .trade(let trade) in events {
        guard let at = builders.firstIndex(where: { $0.0 == trade.symbol }) else { continue }
        var closed: [Candle] = []
        builders[at].1.add(price: trade.price, quantity: trade.quantity, at: trade.time, closed: &closed)
        tape.append((trade.time, .trade(trade)))
      }
    }
    return tape
  }
}

extension BotSnapshot {
  /// Without the three figures that the journal does not carry: candles held, the peak since entry, a signal's confidence.
  var journaled: BotSnapshot {
    var copy = self
    copy.candlesHeld = 0
    copy.position.peakPrice = .zero
    copy.protection = []
    copy.lastSignal?.confidence = 0
    return copy
  }
}
