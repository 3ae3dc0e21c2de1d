import PaperTrading
import Strategies
import Testing
import TradingCore
import TradingModel
import Venue

/// One judge of a bot's settings, and what becomes of settings that it no longer takes.
struct SettingsTests {
  private static let one = Samples.bot("one")
  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  // MARK: What can never trade

  @Test func aBotThatCanNeverTradeIsRefusedWithTheSmallestCapitalThatCould() throws {
    var driver = PaperBench()
    driver.trade(Self.d("60000"))
    // A tenth of 40 is 4, below the smallest notional of 5.
    let refused = driver.command(.createBot(Samples.configuration(capital: "40"), start: true))
    #expect(refused.code == .invalidArgument && refused.reasons == ["CAPITAL_TOO_SMALL"])
    guard case .failed(let error) = refused, let message = error.violations.first?.message else { return }
    #expect(error.violations.first?.field == "capital" && message.contains("could never trade"))
    let words = try #require(message.components(after: "settings is "))
    let smallest = try #require(FixedDecimal(text: String(words.prefix { $0.isNumber || $0 == "." })))
    #expect(smallest > Self.d("40") && smallest < Self.d("70"))
    let enough = driver.command(.createBot(Samples.configuration(capital: smallest.description), start: true))
    #expect(enough.bots == ["one"], "\(smallest): \(enough)")
    let tooLittle = smallest - Self.d("1")
    #expect(
      driver.command(.createBot(Samples.configuration("two", capital: tooLittle.description), start: true)).reasons == ["CAPITAL_TOO_SMALL"]
    )
  }

  @Test func theNotionalIsJudgedAtTheStop() {
    var driver = PaperBench()
    driver.trade(Self.d("60000"))
    // 10 % of 90 is 9, enough to buy; what is left at a stop 50 % below is not enough to sell.
    let configuration = Samples.configuration(capital: "90", stopLoss: "0.5", risk: "1")
    let refused = driver.command(.createBot(configuration, start: true))
    #expect(refused.reasons == ["CAPITAL_TOO_SMALL"])
    guard case .failed(let error) = refused else { return }
    #expect(error.violations.first?.message.contains("at the stop") == true)
  }

  @Test func theSizeOfTheRiskIsJudgedToo() {
    var driver = PaperBench()
    driver.trade(Self.d("60000"))
    // 0.1 % of 1000 at risk to a stop 50 % below: an entry of 2.
    let configuration = Samples.configuration(capital: "1000", stopLoss: "0.5", risk: "0.001")
    #expect(driver.command(.createBot(configuration, start: true)).reasons == ["CAPITAL_TOO_SMALL"])
  }

  // MARK: Texts

  @Test func everyTextThatCannotBeReadIsNamedAtOnce() {
    var text = BotSettingsText()
    text.symbol = "BTC USDT"
    text.interval = "7m"
    text.capital = "1e3"
    text.stopLoss = "2%"
    text.sizing = "kelly"
    text.riskPerTrade = "0"
    text.timeStopCandles = -3
    let (_, violations) = text.judged(id: nil, base: nil) { _ in .unasked }
    #expect(
      violations.map(\.field) == [
        "symbol", "interval", "strategy", "capital", "stop_loss", "sizing", "risk_per_trade", "time_stop_candles",
      ])
    #expect(Set(violations.map(\.message)).count == violations.count && violations.allSatisfy { !$0.message.isEmpty })
  }

  @Test func anUpdateKeepsWhatItDoesNotName() throws {
    var base = Samples.configuration()
    base.timeStopCandles = 7
    base.cooldownCandles = 3
    base.autoStart = true
    var text = BotSettingsText()
    #expect(text.configuration(id: base.id, base: base).configuration == base)
    text.timeStopCandles = 0
    text.parameters = [.init(name: "period", value: "5"), .init(name: "overbought", value: "")]
    let (changed, violations) = text.judged(id: base.id, base: base) { _ in .unasked }
    #expect(violations.isEmpty)
    #expect(changed.timeStopCandles == 0 && changed.cooldownCandles == 3 && changed.autoStart)
    #expect(changed.parameters["period"] == "5" && changed.parameters["oversold"] == "45" && changed.parameters["overbought"] == nil)
    text.strategy = "macd"
    text.parameters = []
    #expect(text.configuration(id: base.id, base: base).configuration.parameters.entries.isEmpty)
  }

  // MARK: Starting with the daemon

  @Test func aBotStartsWithTheDaemonUnlessAPersonStoppedIt() throws {
    for stops in [false, true] {
      var driver = PaperBench()
      var configuration = Samples.configuration()
      configuration.autoStart = true
      driver.command(.createBot(configuration, start: false))
      #expect(driver.snapshot()?.state == .stopped)
      if stops {
        driver.command(.startBot(Self.one))
        driver.command(.stopBot(Self.one))
      }
      driver.core = try driver.folded()
      driver.resume()
      #expect(driver.snapshot()?.state == (stops ? .stopped : .running))
      #expect(driver.snapshot()?.stateCause == (stops ? .request : .daemonStart))
    }
  }

  @Test func aBotThatNeverRanAndWasStoppedDoesNotStartWithTheDaemon() throws {
    var driver = PaperBench()
    var configuration = Samples.configuration()
    configuration.autoStart = true
    driver.command(.createBot(configuration, start: false))
    driver.command(.stopBot(Self.one))
    let count = driver.journal.count
    driver.command(.stopBot(Self.one))
    #expect(driver.journal.count == count)
    driver.core = try driver.folded()
    driver.resume()
    #expect(driver.snapshot()?.state == .stopped)
  }

  @Test func aBotThatIsNotToStartWithTheDaemonStaysAsItWas() throws {
    var driver = PaperBench()
    driver.command(.createBot(Samples.configuration(), start: false))
    driver.core = try driver.folded()
    driver.resume()
    #expect(driver.snapshot()?.state == .stopped && driver.snapshot()?.stateCause == nil)
  }

  // MARK: Settings of another build

  /// A journal in which the settings of a bot were changed by a build that knew another strategy.
  private func foreign(_ driver: PaperBench, _ change: (inout BotConfiguration) -> Void) throws -> PaperBench {
    var driver = driver
    var configuration = try #require(driver.snapshot()?.configuration)
    change(&configuration)
    var core = try driver.folded()
    let entry = JournalEntry(sequence: core.nextSequence, time: core.time, record: .botUpdated(configuration))
    driver.journal.append(entry)
    try core.recover(entry)
    driver.core = core
    driver.step(.rules([Samples.rules()]))
    driver.step(.feed(nil, .live))
    return driver
  }

  @Test(arguments: ["strategy", "parameter", "stop"])
  func aLivingBotWithSettingsOfAnotherBuildIsHaltedAndStaysProtected(kind: String) throws {
    var driver = try foreign(TradingTests.holding()) { configuration in
      switch kind {
      case "strategy": configuration.strategyName = "oracle"
      case "parameter": configuration.parameters = ["colour": "red"]
      default: configuration.trailingStop = .one
      }
    }
    driver.resume()
    let snapshot = try #require(driver.snapshot())
    #expect(snapshot.state == .halted && snapshot.stateCause == .settingsInvalid && !snapshot.stateReason.isEmpty)
    #expect(snapshot.position.isOpen && driver.venue.openOrders.count == 2)
    let alerts = driver.journal.compactMap { if case .alert(let alert) = $0.record { alert } else { nil } }
    #expect(alerts.contains { $0.code == .botHalted && $0.severity == .critical })
    #expect(driver.command(.startBot(Self.one)).reasons == ["SETTINGS_INVALID"])
    // The stop still works, and a person can mend the settings.
    driver.trade(Self.d("50000"))
    #expect(driver.snapshot()?.position.isOpen == false)
    #expect(driver.command(.updateBot(Samples.configuration())).bots == ["one"])
    #expect(driver.command(.startBot(Self.one)).bots == ["one"])
  }

  @Test func aStrategyThatOnlyRemovedBotsUsedBlocksNothing() throws {
    let old = PaperBench()
    var core = TradingCore(configuration: old.core.configuration)
    var configuration = Samples.configuration()
    configuration.strategyName = "oracle"
    let records: [Record] = [.botCreated(configuration), .botRemoved(Self.one), .botCreated(Samples.configuration("two"))]
    for entry in old.journal { try core.recover(entry) }
    for record in records { try core.recover(JournalEntry(sequence: core.nextSequence, time: Samples.start, record: record)) }
    #expect(core.botCount == 1 && core.snapshot(of: Samples.bot("two")) != nil)
    var effects: [Effect] = []
    core.resume(at: Samples.start, effects: &effects)
    #expect(!effects.contains { if case .append = $0 { true } else { false } })
  }

  // MARK: Marks

  @Test func theCloseOfEachCandleAtWhichSomethingIsHeldIsJournaled() throws {
    var driver = TradingTests.holding()
    let before = driver.journal.count
    driver.minute(Self.d("59200"), Self.d("59100"), Self.d("59150"))
    let marks = driver.journal[before...].compactMap { if case .marked(let mark) = $0.record { mark } else { nil } }
    #expect(marks.map(\.close) == [Self.d("59150")] && marks.map(\.low) == [Self.d("59100")] && marks.map(\.high) == [Self.d("59200")])
    driver.command(.stopBot(Self.one))
    driver.command(.closePosition(Self.one))
    let flat = driver.journal.count
    driver.minute(Self.d("59000"))
    #expect(!driver.journal[flat...].contains { $0.record.kind == .marked })
  }

  @Test func theAssetsOfASymbolAreNamedOnceBeforeItsFirstBot() throws {
    var driver = PaperBench()
    driver.command(.createBot(Samples.configuration(), start: false))
    driver.command(.createBot(Samples.configuration("two"), start: false))
    driver.step(.rules([Samples.rules()]))
    let named = driver.journal.compactMap { if case .symbolAssets(let assets) = $0.record { assets } else { nil } }
    #expect(named == [SymbolAssets(symbol: Samples.symbol, base: "BTC", quote: "USDT")])
    let kinds = driver.journal.map(\.record.kind)
    #expect(try #require(kinds.firstIndex(of: .symbolAssets)) < #require(kinds.firstIndex(of: .botCreated)))
  }
}

extension String {
  /// What follows the first occurrence of `mark`.
  fileprivate func components(after mark: String) -> String? {
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(mark) { return String(rest.dropFirst(mark.count)) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
