import Statistics
import Accounting
import Time
import Testing
import TradingCore
import TradingModel
import Venue

/// Each reason for which risk refuses an entry, by the state that causes it.
@Suite struct DenialTests {
  /// Runs a falling market after a preparation, and answers the codes of the denials.
  private func denials(
    _ configuration: BotConfiguration = Samples.configuration(), rules change: (inout TradingRules) -> Void = { _ in },
    _ prepare: (inout PaperBench) -> Void
  ) -> PaperBench {
    var driver = PaperBench()
    driver.trade(Samples.decimal("60000"))
    driver.command(.createBot(configuration, start: true))
    var rules = Samples.rules()
    change(&rules)
    driver.step(.rules([rules]))
    prepare(&driver)
    for price in ["60000", "59700", "59400", "59100", "58800"] { driver.minute(Samples.decimal(price)) }
    return driver
  }

  private func expect(_ driver: PaperBench, _ code: DenialCode, _ words: String) {
    #expect(driver.submitted.isEmpty)
    let denials = driver.denials
    #expect(!denials.isEmpty)
    #expect(denials.allSatisfy { $0.code == code && $0.message.contains(words) && $0.side == .buy })
    #expect(denials.allSatisfy { $0.signalReason.contains("RSI") && $0.decisionPrice.isPositive })
    let counted = driver.book.account(of: Samples.bot("one"))?.activity.denials ?? []
    #expect(counted.map(\.name) == [code.description] && counted.first?.count == denials.count)
  }

  @Test func staleFeed() {
    expect(denials { $0.step(.feed(Samples.symbol, .stale)) }, .feedStale, "not live")
  }

  @Test func reportsDown() {
    expect(denials { $0.step(.executionStream(isLive: false)) }, .executionStreamDown, "user data stream")
  }

  /// The stream is up, and what the exchange knows of our orders and trades is not read yet.
  @Test func notReconciled() {
    expect(denials { $0.step(.reconciled(false)) }, .notReconciled, "not read from the exchange yet")
  }

  @Test func halted() {
    expect(denials { $0.command(.setTradingState(.halted, reason: "test")) }, .tradingStateHalted, "halted")
  }

  @Test func reducing() {
    expect(denials { $0.command(.setTradingState(.reducing, reason: "test")) }, .tradingStateReducing, "reducing")
  }

  @Test func paused() {
    expect(denials { $0.command(.pauseBot(Samples.bot("one"))) }, .botPaused, "paused")
  }

  @Test func symbolNotTrading() {
    expect(denials(rules: { $0.status = .halt }) { _ in }, .symbolNotTrading, "not trading")
  }

  @Test func quantityBelowMinimum() {
    expect(denials(rules: { $0.quantityMinimum = Samples.decimal("1") }) { _ in }, .quantityBelowMinimum, "LOT_SIZE")
  }

  @Test func marketQuantityBelowMinimum() {
    expect(denials(rules: { $0.marketQuantityMinimum = Samples.decimal("1") }) { _ in }, .quantityBelowMinimum, "MARKET_LOT_SIZE")
  }

  @Test func notionalBelowMinimum() {
    let driver = denials(rules: { $0.notionalMinimum = Samples.decimal("2000") }) { _ in }
    expect(driver, .notionalBelowMinimum, "below the minimum of 2000")
  }

  @Test func anyOtherFilter() {
    let driver = denials(rules: {
      $0.notionalMaximum = Samples.decimal("100")
      $0.notionalMaximumAppliesToMarket = true
    }) { _ in }
    expect(driver, .filterViolation, "above the maximum")
  }

  @Test func noCapitalLeft() {
    // A stop far below a leap: the loss takes everything the bot had.
    var driver = PaperBench()
    driver.trade(Samples.decimal("60000"))
    driver.command(.createBot(Samples.configuration(stopLoss: "0.9", takeProfit: "0", maximum: "1", risk: "1"), start: true))
    for price in ["60000", "59700", "59400", "59100", "58800"] { driver.minute(Samples.decimal(price)) }
    #expect(driver.fills().count == 1)
    var update = Samples.configuration(capital: "6", stopLoss: "0", maximum: "1")
    driver.trade(Samples.decimal("40"))
    #expect(driver.snapshot()?.position.isOpen == false)
    update.id = Samples.bot("one")
    driver.command(.stopBot(update.id))
    #expect(driver.command(.updateBot(update)).bots == ["one"])
    driver.command(.startBot(update.id))
    for price in ["60", "55", "50", "45"] { driver.minute(Samples.decimal(price)) }
    #expect(driver.denials.last?.code == .insufficientCapital)
  }

  @Test func earlierOrderOutstanding() {
    // The venue never answers the first entry.
    var core = TradingCore(configuration: CoreConfiguration(mode: .testnet))
    var effects: [Effect] = []
    core.open(JournalIdentity(id: "abcd1234", mode: .testnet), at: Samples.start, effects: &effects)
    core.step(.rules([Samples.rules()]), at: Samples.start, effects: &effects)
    core.step(.feed(nil, .live), at: Samples.start, effects: &effects)
    core.step(.executionStream(isLive: true), at: Samples.start, effects: &effects)
    core.step(
      .command(CommandEnvelope(id: 1, requestID: "", fingerprint: 0, command: .createBot(Samples.configuration(), start: true))),
      at: Samples.start, effects: &effects)
    for (index, price) in ["60000", "59700", "59400", "59100", "58800", "58500"].enumerated() {
      let open = Samples.start.advanced(byMilliseconds: Int64(index) * 60_000)
      let close = open.advanced(byMilliseconds: 60_000)
      let update = CandleUpdate(
        symbol: Samples.symbol, interval: .oneMinute, candle: Samples.candle(open, [Samples.decimal(price)]), isClosed: true,
        eventTime: close)
      core.step(.market(.candle(update)), at: close, effects: &effects)
    }
    let submits = effects.filter { if case .submit = $0 { true } else { false } }
    #expect(submits.count == 1)
    let codes = effects.compactMap { effect -> DenialCode? in
      guard case .append(let entry) = effect, case .orderDenied(let denial) = entry.record else { return nil }
      return denial.code
    }
    #expect(!codes.isEmpty && codes.allSatisfy { $0 == .orderOutstanding })
  }

  @Test func journalFailed() {
    expect(denials { $0.step(.journalFailed("disk full")) }, .journalUnavailable, "journal")
  }

  @Test func rulesMissingAfterARestart() throws {
    var driver = PaperBench()
    driver.trade(Samples.decimal("60000"))
    driver.command(.createBot(Samples.configuration(), start: true))
    driver.core = try driver.folded()
    driver.step(.feed(nil, .live))
    driver.step(.executionStream(isLive: true))
    for price in ["60000", "59700", "59400", "59100", "58800"] { driver.minute(Samples.decimal(price)) }
    #expect(driver.denials.first?.code == .noTradingRules)
    #expect(driver.submitted.isEmpty)
  }

  @Test func everyCodeHasItsOwnName() {
    #expect(Set(DenialCode.allCases.map(\.description)).count == DenialCode.allCases.count)
  }
}
