import Accounting
import Backtest
import ExchangeSimulation
import Statistics
import Strategies
import Testing
import Time
import TradingCore
import TradingModel
import Venue

/// Books of whole runs: real entries of a core that trades.
@Suite struct BookFoldTests {
  private static let names = ["BTCUSDT", "ETHUSDT"]

  /// The journal of a backtest of two bots, and what the core says of them.
  private static func run() throws -> (entries: [JournalEntry], outcome: BacktestOutcome) {
    var markets: [BacktestMarket] = []
    var bots: [BotConfiguration] = []
    for (index, name) in names.enumerated() {
      let symbol = JournalSample.symbol(name)
      let instrument = try #require(SimulatedInstrument(symbol: symbol))
      markets.append(BacktestMarket(rules: instrument.rules, interval: .oneHour, candles: candles(seed: UInt64(index + 5))))
      bots.append(
        BotConfiguration(
          id: JournalSample.bot(name.lowercased()), symbol: symbol, interval: .oneHour, strategyName: "rsi",
          parameters: ["period": "3", "oversold": "40", "overbought": "65"], capital: FixedDecimal(10_000)))
    }
    var backtest = try Backtest(BacktestSettings(bots: bots), markets: markets, keepsJournal: true)
    let outcome = try backtest.run()
    return (backtest.journal, outcome)
  }

  private static func candles(seed: UInt64) -> [Candle] {
    var state = seed
    func next(_ bound: UInt64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64((state >> 33) % bound)
    }
    var last: Int64 = 6_000_000
    return (0..<2_000).map { index in
      let open = last
      let close = max(open + next(120_001) - 60_000, 100_000)
      last = close
      func cents(_ value: Int64) -> FixedDecimal { FixedDecimal(raw: Int128(value) * 1_000_000) }
      return Candle(
        openTime: JournalSample.time(0, index), open: cents(open), high: cents(max(open, close) + next(20_000)),
        low: cents(min(open, close) - next(20_000)), close: cents(close), volume: .one)
    }
  }

  @Test func theCoreAndTheBookAgreeOnMoney() throws {
    let (entries, outcome) = try Self.run()
    let book = entries.reduce(into: Book()) { $0.apply($1) }
    #expect(outcome.fills.count > 100)
    for bot in outcome.bots {
      let account = try #require(book.account(of: bot.configuration.id))
      #expect(account.realized == bot.results.realizedPnL)
      #expect(account.position.quantity == bot.position.quantity && account.position.cost == bot.position.cost)
      #expect(account.activity.fills == bot.results.fillCount && account.trades.count == bot.results.tradeCount)
    }
    #expect(book.portfolios[0].realized == outcome.realized)
  }

  @Test func entryByEntryAndFromScratchAreTheSame() throws {
    let (entries, _) = try Self.run()
    var book = Book()
    for (index, entry) in entries.enumerated() {
      book.apply(entry)
      if case .fill(let record) = entry.record {
        book.mark(record.fill.symbol, interval: .oneHour, price: record.fill.price * FixedDecimal(raw: 101_000_000), at: entry.time)
      }
      // Asking for figures changes nothing.
      if index % 50 == 0 { _ = book.figures(ofPortfolio: 0, at: entry.time.advanced(byMilliseconds: 864_000_000)) }
    }
    var again = Book()
    for entry in entries {
      again.apply(entry)
      if case .fill(let record) = entry.record {
        again.mark(record.fill.symbol, interval: .oneHour, price: record.fill.price * FixedDecimal(raw: 101_000_000), at: entry.time) { _ in
        }
      }
    }
    #expect(book == again)
    #expect(book.accounts.count == 2 && book.accounts.allSatisfy { $0.trades.count > 10 })
  }
}
