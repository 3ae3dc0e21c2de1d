import Accounting
import Statistics
import Strategies
import Testing
import Time
import TradingCore
import TradingModel

@Suite struct BookTests {
  private func amount(_ text: String) -> Amount { JournalSample.amount(text) }
  private func time(_ day: Int, _ hour: Int = 0) -> Timestamp { JournalSample.time(day, hour) }
  private let bitcoin = JournalSample.symbol("BTCUSDT")

  @Test func aTradeByHand() throws {
    var journal = JournalSample()
    journal.create("a", capital: "1000", at: time(0))
    journal.start("a", price: "100", at: time(0, 1))
    journal.buy("a", "2", at: "101", decided: "100", fee: "0.2", time: time(0, 2))
    var book = journal.book
    book.mark(bitcoin, interval: .oneMinute, price: amount("90"), at: time(0, 3))
    let held = book.figures(ofBot: 0, at: time(0, 3))
    #expect(held.unrealized == amount("-22.2") && held.positionValue == amount("180") && held.equity.equity == amount("977.8"))
    #expect(held.exposure == 180 / 977.8 && held.openPositions == 1)
    #expect(held.marketChange == 90.0 / 100 - 1)
    journal.sell("a", "2", at: "110", realized: "17.58", fee: "0.22", time: time(0, 5))
    for entry in journal.entries.suffix(2) { book.apply(entry) }
    let figures = book.figures(ofBot: 0, at: time(0, 6))
    #expect(figures.realized == amount("17.58") && figures.unrealized.isZero && figures.positionValue.isZero)
    #expect(figures.trades.count == 1 && figures.trades.wins == 1 && figures.trades.averageSeconds == 3 * 3_600)
    #expect(figures.activity.fills == 2 && figures.activity.turnover == amount("422") && figures.activity.feesInQuote == amount("0.42"))
    #expect(figures.activity.slippage == amount("2") && figures.activity.signals == 1)
    #expect(figures.equity.drawdown?.lost == amount("22.2") && abs((figures.equity.drawdown?.fraction ?? 0) - 0.0222) < 1e-15)
    #expect(figures.equity.drawdown?.recovery == time(0, 5))
    #expect(figures.timeInMarket == 3.0 / 5 && figures.breakEvenCost == 18.0 / 422)
    // One bot is the whole portfolio.
    let portfolio = book.figures(ofPortfolio: 0, at: time(0, 6))
    #expect(portfolio.quoteAsset == "USDT" && portfolio.equity == figures.equity && portfolio.trades == figures.trades)
    #expect(portfolio.activity == figures.activity && portfolio.timeInMarket == 0.6 && portfolio.meanTimeInMarket == 0.6)
  }

  /// A journal is opened before anything is known of the market's time, which may be years behind the machine's (a replay).
  @Test func theTimeIsTheMarkets() {
    var journal = JournalSample()
    journal.add(.opened(JournalIdentity(id: "k3v9x2mq", mode: .paper)), at: time(900))
    #expect(journal.book.time == .zero)
    journal.create("a", at: time(0))
    #expect(journal.book.time == time(0))
  }

  @Test func aBotCreatedAgainInheritsNothing() throws {
    var journal = JournalSample()
    let first = journal.create("a", at: time(0))
    journal.start("a", price: "100", at: time(0))
    journal.buy("a", "1", at: "100", time: time(0, 1))
    journal.sell("a", "1", at: "90", realized: "-10", time: time(0, 2))
    journal.remove("a", at: time(0, 3))
    let second = journal.create("a", capital: "500", at: time(0, 4))
    journal.start("a", price: "50", at: time(0, 4))
    let book = journal.book
    #expect(book.accounts.count == 2)
    let old = try #require(book.number(of: BotKey(JournalSample.bot("a"), createdSequence: first)))
    let new = try #require(book.number(of: BotKey(JournalSample.bot("a"), createdSequence: second)))
    #expect(old == 0 && new == 1 && book.number(of: JournalSample.bot("a")) == 1)
    let fresh = book.figures(ofBot: new, at: time(1))
    #expect(fresh.netProfit.isZero && fresh.trades == TradeFigures() && fresh.activity == ActivityStatistics())
    #expect(fresh.equity.equity == amount("500") && fresh.equity.drawdown == nil && fresh.equity.start == time(0, 4))
    let gone = book.figures(ofBot: old, at: time(9))
    #expect(gone.netProfit == amount("-10") && gone.equity.end == time(0, 3) && gone.trades.losses == 1)
    // The portfolio has both.
    let whole = book.figures(ofPortfolio: 0, at: time(1))
    #expect(whole.netProfit == amount("-10") && whole.equity.equity == amount("500") && whole.trades.count == 1)
  }

  @Test func botsThatComeGrowAndGoAreNeitherProfitNorDrawdown() {
    var journal = JournalSample()
    journal.create("a", capital: "1000", at: time(0))
    journal.start("a", price: "100", at: time(0))
    journal.buy("a", "5", at: "100", time: time(0, 1))
    journal.sell("a", "5", at: "110", realized: "50", time: time(0, 2))
    let before = journal.book.figures(ofPortfolio: 0, at: time(0, 2))
    journal.create("b", "ETHUSDT", capital: "9000", at: time(0, 3))
    journal.start("b", price: "10", at: time(0, 3))
    journal.resize("b", to: "100", at: time(0, 4))
    journal.resize("a", to: "5000", at: time(0, 5))
    journal.remove("b", at: time(0, 6))
    journal.resize("a", to: "10", at: time(0, 7))
    journal.remove("a", at: time(0, 8))
    journal.create("a", capital: "300", at: time(0, 9))
    let after = journal.book.figures(ofPortfolio: 0, at: time(0, 10))
    #expect(after.equity.drawdown == nil && after.equity.largestFall.isZero && after.equity.longestUnderwater == 0)
    #expect(abs((before.equity.chainedReturn ?? 0) - 0.05) < 1e-15 && abs((after.equity.chainedReturn ?? 0) - 0.05) < 1e-15)
    #expect(after.netProfit == amount("50") && after.equity.equity == amount("300") && after.equity.capital == amount("300"))
  }

  @Test func whatARemovedBotHeldLeavesAtItsLastPrice() {
    var journal = JournalSample()
    journal.create("a", capital: "1000", at: time(0))
    journal.create("b", capital: "1000", at: time(0))
    journal.start("a", price: "100", at: time(0))
    journal.buy("a", "1", at: "100", time: time(0, 1))
    var book = journal.book
    book.mark(bitcoin, interval: .oneMinute, price: amount("120"), at: time(0, 2))
    var points: [BookPoint] = []
    journal.remove("a", at: time(0, 3))
    if let entry = journal.entries.last { book.apply(entry) { points.append($0) } }
    #expect(points.last?.flow == amount("-1020") && points.last?.equity == amount("1000") && points.last?.netProfit == amount("20"))
    // Later prices are not its own any more.
    book.mark(bitcoin, interval: .oneMinute, price: amount("10"), at: time(0, 4))
    let figures = book.figures(ofPortfolio: 0, at: time(0, 5))
    #expect(figures.netProfit == amount("20") && figures.equity.drawdown == nil && figures.openPositions == 0)
    #expect(book.figures(ofBot: 0, at: time(0, 5)).realized == amount("20"))
  }

  @Test func aPriceMovesAllHoldersAndIsObservedByThoseOfTheSeries() {
    var journal = JournalSample()
    journal.create("fast", at: time(0))
    journal.create("slow", interval: .oneHour, at: time(0))
    for name in ["fast", "slow"] { journal.start(name, price: "100", at: time(0)) }
    for name in ["fast", "slow"] { journal.buy(name, "1", at: "100", time: time(0, 1)) }
    var book = journal.book
    var points: [BookPoint] = []
    book.mark(bitcoin, interval: .oneMinute, price: amount("60"), at: time(0, 2)) { points.append($0) }
    #expect(points.map(\.owner) == [.bot(0), .portfolio(0)])
    #expect(book.accounts.map(\.unrealized) == [amount("-40"), amount("-40")])
    book.mark(bitcoin, interval: .oneMinute, price: amount("100"), at: time(0, 3))
    book.mark(bitcoin, interval: .oneHour, price: amount("100"), at: time(0, 3))
    #expect(book.figures(ofBot: 0, at: time(0, 4)).equity.drawdown?.fraction == 0.04)
    #expect(book.figures(ofBot: 1, at: time(0, 4)).equity.drawdown == nil)
    #expect(book.figures(ofPortfolio: 0, at: time(0, 4)).equity.drawdown?.fraction == 0.04)
  }

  @Test func refusalsAndSignalsAreCounted() {
    var journal = JournalSample()
    journal.create("a", at: time(0))
    let denial = OrderDenial(
      botID: JournalSample.bot("a"), side: .buy, code: .coolingDown, message: "", signalReason: "", decisionPrice: amount("1"))
    for _ in 0..<3 { journal.add(.orderDenied(denial), at: time(0, 1)) }
    let exit = ExitRequest(botID: JournalSample.bot("a"), purpose: .exit, reason: "", decisionPrice: amount("1"))
    journal.add(.exitRequested(exit), at: time(0, 2))
    let activity = journal.book.figures(ofBot: 0, at: time(1)).activity
    #expect(activity.denials == [NamedCount(name: "COOLING_DOWN", count: 3)] && activity.signals == 4)
    #expect(journal.book.figures(ofPortfolio: 0, at: time(1)).activity == activity)
  }

  @Test func theTimeThatAServedStrategyTookIsCounted() {
    var journal = JournalSample()
    journal.create("a", at: time(0))
    func add(_ delay: Int64) {
      let signal = ServedSignal(
        botID: JournalSample.bot("a"), action: .buy, confidence: 1, reason: "", closeTime: time(0, 1), delayNanoseconds: delay)
      journal.add(.signal(signal), at: time(0, 1))
    }
    #expect(journal.book.figures(ofBot: 0, at: time(1)).activity.meanAnswerNanoseconds == nil)
    for delay in [3_000_000, 9_000_000, 0] as [Int64] { add(delay) }
    let activity = journal.book.figures(ofBot: 0, at: time(1)).activity
    #expect(activity.answers == 2, "a position whose time was up while nobody answered is no answer")
    #expect(activity.meanAnswerNanoseconds == 6_000_000 && activity.longestAnswerNanoseconds == 9_000_000)
    #expect(journal.book.figures(ofPortfolio: 0, at: time(1)).activity == activity)
    // A journal from elsewhere says anything.
    for delay in [.max, .max, .min, -1] as [Int64] { add(delay) }
    #expect(journal.book.figures(ofBot: 0, at: time(1)).activity.longestAnswerNanoseconds == .max)
  }

  @Test func feesWithoutARateAreNamed() {
    var journal = JournalSample()
    journal.create("a", at: time(0))
    journal.start("a", at: time(0))
    journal.buy("a", "1", at: "100", fee: "0.001", in: "BNB", time: time(0, 1))
    journal.sell("a", "1", at: "100", realized: "-0.1", fee: "0.1", time: time(0, 2))
    let figures = journal.book.figures(ofBot: 0, at: time(0, 3))
    #expect(figures.activity.feesWithoutRate.map(\.asset) == ["BNB"] && figures.activity.feesInQuote == amount("0.1"))
  }

  @Test func feesInAThirdAssetAreTakenOffAtTheRateOfTheirTime() {
    var journal = JournalSample()
    journal.create("a", at: time(0))
    journal.start("a", at: time(0))
    journal.buy("a", "1", at: "100", fee: "0.001", in: "BNB", rate: "600", time: time(0, 1))
    let book = journal.book
    let figures = book.figures(ofBot: 0, at: time(0, 3))
    #expect(figures.activity.fees == [AssetFee(asset: "BNB", amount: amount("0.001"), inQuote: amount("0.6"))])
    #expect(figures.netProfit == amount("-0.6") && figures.profitBeforeFees.isZero)
  }

  @Test func theMarketOfARemovedBotEndsWithIt() {
    var journal = JournalSample()
    journal.create("a", at: time(0))
    journal.start("a", price: "100", at: time(0))
    journal.buy("a", "1", at: "110", time: time(0, 1))
    journal.sell("a", "1", at: "120", realized: "10", time: time(0, 2))
    journal.remove("a", at: time(0, 3))
    let removed = journal.book.figures(ofBot: 0, at: time(0, 3))
    journal.create("b", at: time(0, 4))
    journal.start("b", price: "300", at: time(0, 4))
    journal.buy("b", "1", at: "300", time: time(0, 5))
    #expect(removed.marketChange == 120.0 / 100 - 1)
    #expect(journal.book.figures(ofBot: 0, at: time(1)) == removed)
    #expect(journal.book.figures(ofBot: 0, at: time(1), price: JournalSample.amount("500")) == removed)
  }

  @Test func marksAndAssetsOfTheJournalAreFolded() {
    var journal = JournalSample()
    journal.add(
      .symbolAssets(SymbolAssets(symbol: JournalSample.symbol("ABCXYZ"), base: "ABC", quote: "XYZ")), at: time(0))
    journal.create("a", "ABCXYZ", at: time(0))
    journal.start("a", price: "100", at: time(0))
    journal.buy("a", "1", at: "100", "ABCXYZ", time: time(0, 1))
    // Heard a second after midnight; it closed at midnight, and belongs to the day that ends there.
    journal.add(
      .marked(
        MarkRecord(
          symbol: JournalSample.symbol("ABCXYZ"), interval: .oneMinute, closeTime: time(1), close: amount("90"), low: amount("80"),
          high: amount("100"))), at: time(1).advanced(byMilliseconds: 1_000))
    let book = journal.book
    #expect(book.portfolios.map(\.quoteAsset) == ["XYZ"])
    let figures = book.figures(ofBot: 0, at: time(1))
    #expect(figures.unrealized == amount("-10") && figures.equity.returns.count == 1)
    #expect(abs(figures.equity.returns.mean + 0.01) < 1e-15)
  }

  @Test func quoteAssetsAreSummedInOneCurrencyOrNamed() {
    var journal = JournalSample()
    journal.create("a", capital: "1000", at: time(0))
    journal.create("b", "ETHBTC", capital: "2", at: time(0))
    journal.create("c", "ETHEUR", capital: "7", at: time(0))
    let book = journal.book
    #expect(book.portfolios.map(\.quoteAsset) == ["USDT", "BTC", "EUR"])
    let total = book.total(in: "USDT") { asset in
      asset == "BTC" ? AccountTotal.Rate(asset: "BTC", price: amount("50000"), time: time(0)) : nil
    }
    #expect(total.equity == amount("101000") && total.withoutRate == ["EUR"] && total.rates.map(\.asset) == ["BTC"])
  }
}
