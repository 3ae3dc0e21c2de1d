import Strategies
import Testing
import TradingCore
import TradingModel
import Venue
import PaperTrading

/// What people may ask of the core, and what they hear.
@Suite struct CommandTests {
  private let one = Samples.bot("one")

  private func driver(start: Bool = false) -> PaperBench {
    var driver = PaperBench(symbols: ["BTCUSDT", "ETHUSDT"])
    driver.trade(Samples.decimal("60000"))
    driver.command(.createBot(Samples.configuration(), start: start))
    return driver
  }

  @Test func createsAndStarts() {
    var driver = PaperBench()
    let result = driver.command(.createBot(Samples.configuration(), start: true))
    #expect(result.bots == ["one"])
    #expect(driver.snapshot()?.state == .running)
    #expect(driver.watched == [Samples.configuration().series])
    guard case .done(_, let sequence) = result else { return }
    #expect(sequence == driver.journal.last?.sequence)
  }

  @Test func refusesASecondBotOfTheSameName() {
    var driver = driver()
    let again = driver.command(.createBot(Samples.configuration(), start: false))
    #expect(again.code == .alreadyExists && again.reasons == ["BOT_EXISTS"])
  }

  @Test func namesEverythingThatIsWrongAtOnce() {
    var driver = PaperBench()
    var configuration = Samples.configuration(
      symbol: "NOPEUSDT", capital: "0", stopLoss: "1", takeProfit: "101", trailing: "2", maximum: "0")
    configuration.parameters = ["period": "zero", "colour": "red"]
    let result = driver.command(.createBot(configuration, start: true))
    #expect(result.code == .invalidArgument)
    #expect(
      Set(result.reasons) == [
        "SYMBOL_UNKNOWN", "CAPITAL_NOT_POSITIVE", "FRACTION_OUT_OF_RANGE", "PARAMETER_INVALID",
      ])
    guard case .failed(let error) = result else { return }
    let fields = error.violations.map(\.field)
    for field in [
      "symbol", "capital", "stop_loss", "take_profit", "trailing_stop", "max_position_fraction", "parameters[period]", "parameters[colour]",
    ] {
      #expect(fields.contains(field), "\(field) is not named")
    }
    #expect(driver.journal.count == 1)
  }

  @Test func unknownStrategyAndSymbolsNotLoaded() {
    var driver = PaperBench(symbols: [])
    var configuration = Samples.configuration()
    #expect(driver.command(.createBot(configuration, start: false)).code == .unavailable)
    driver.step(.rules([Samples.rules()]))
    configuration.strategyName = "oracle"
    let result = driver.command(.createBot(configuration, start: false))
    #expect(result.reasons == ["STRATEGY_UNKNOWN"])
  }

  @Test func unknownBotIsNotFoundByEveryCommand() {
    var driver = PaperBench()
    let commands: [Command] = [
      .startBot(one), .stopBot(one), .pauseBot(one), .resumeBot(one), .removeBot(one), .closePosition(one),
      .updateBot(Samples.configuration()),
    ]
    for command in commands {
      let result = driver.command(command)
      #expect(result.code == .notFound && result.reasons == ["BOT_NOT_FOUND"])
    }
  }

  @Test func statesChangeAsAsked() {
    var driver = driver()
    #expect(driver.command(.pauseBot(one)).reasons == ["BOT_NOT_RUNNING"])
    #expect(driver.command(.resumeBot(one)).reasons == ["BOT_NOT_PAUSED"])
    #expect(driver.command(.startBot(one)).bots == ["one"])
    #expect(driver.command(.pauseBot(one)).bots == ["one"])
    #expect(driver.snapshot()?.state == .paused)
    #expect(driver.command(.resumeBot(one)).bots == ["one"])
    #expect(driver.snapshot()?.state == .running)
    #expect(driver.command(.stopBot(one)).bots == ["one"])
    #expect(driver.snapshot()?.state == .stopped)
    let count = driver.journal.count
    #expect(driver.command(.stopBot(one)).bots == ["one"])
    #expect(driver.journal.count == count)
    #expect(driver.snapshot()?.results.hasStarted == true)
  }

  @Test func startsAndStopsAll() {
    var driver = driver()
    driver.command(.createBot(Samples.configuration("two", symbol: "ETHUSDT"), start: true))
    #expect(driver.command(.startAllBots).bots == ["one"])
    #expect(driver.command(.stopAllBots).bots == ["one", "two"])
    #expect(driver.command(.stopAllBots).bots == [])
  }

  @Test func openPositionStandsInTheWayOfRemovalAndUpdate() throws {
    var driver = TradingTests.holding()
    #expect(driver.command(.removeBot(one)).reasons == ["BOT_RUNNING"])
    #expect(driver.command(.updateBot(Samples.configuration(capital: "5000"))).reasons == ["BOT_RUNNING"])
    driver.command(.stopBot(one))
    #expect(driver.command(.removeBot(one)).reasons == ["POSITION_OPEN"])
    #expect(driver.command(.updateBot(Samples.configuration(capital: "5000"))).reasons == ["POSITION_OPEN"])
    #expect(driver.command(.closePosition(one)).bots == ["one"])
    #expect(driver.fills().last?.purpose == .manual)
    #expect(driver.venue.openOrders.isEmpty)
    #expect(driver.command(.closePosition(one)).reasons == ["NO_POSITION"])
    #expect(driver.command(.updateBot(Samples.configuration(capital: "5000"))).bots == ["one"])
    #expect(driver.snapshot()?.configuration.capital == Samples.decimal("5000"))
    #expect(driver.command(.removeBot(one)).bots == ["one"])
    #expect(driver.snapshot() == nil)
    #expect(driver.unwatched == [Samples.configuration().series])
  }

  @Test func newBotOfAnOldNameInheritsNothing() {
    var driver = TradingTests.holding()
    let first = driver.snapshot()?.key
    for command: Command in [.stopBot(one), .closePosition(one), .removeBot(one)] { #expect(driver.command(command).bots == ["one"]) }
    driver.command(.createBot(Samples.configuration(), start: false))
    #expect(driver.snapshot()?.key.id == first?.id && driver.snapshot()?.key != first)
    let snapshot = driver.snapshot()
    #expect(snapshot?.position == Position())
    #expect(snapshot?.results == BotResults())
    #expect(snapshot?.openOrders == [])
    let changes = driver.core.takeChanges()
    #expect(changes.last?.id == one && changes.last?.isRemoved == false)
    #expect(changes.contains { $0.isRemoved && $0.snapshot.key == first })
  }

  @Test func symbolOfATradedBotCannotChange() {
    var driver = PaperBench(symbols: ["BTCUSDT", "ETHUSDT"])
    driver.trade(Samples.decimal("60000"))
    driver.command(.createBot(Samples.configuration(), start: false))
    #expect(driver.command(.updateBot(Samples.configuration(symbol: "ETHUSDT"))).bots == ["one"])
    #expect(driver.command(.updateBot(Samples.configuration(symbol: "BTCUSDT"))).bots == ["one"])
    driver.command(.startBot(one))
    #expect(driver.unwatched.count == 2 && driver.watched.count == 3)
    for price in ["60000", "59700", "59400", "59100", "58800"] { driver.minute(Samples.decimal(price)) }
    driver.command(.closePosition(one))
    driver.command(.stopBot(one))
    // What is left are crumbs of BTC: as ETH they would be money from nowhere.
    #expect(driver.snapshot()?.position.quantity.isPositive == true)
    #expect(driver.command(.updateBot(Samples.configuration(symbol: "ETHUSDT"))).reasons == ["SYMBOL_CANNOT_CHANGE"])
  }

  @Test func stopCannotBeCanceledByHand() throws {
    var driver = TradingTests.holding()
    let stop = try #require(driver.venue.openOrders.first?.request.clientOrderID)
    #expect(driver.command(.cancelOrder(stop)).reasons == ["ORDER_PROTECTS_POSITION"])
    let unknown = try #require(ClientOrderID("nobody"))
    #expect(driver.command(.cancelOrder(unknown)).reasons == ["ORDER_NOT_FOUND"])
    let entry = try #require(driver.intents.first?.request.clientOrderID)
    #expect(driver.command(.cancelOrder(entry)).reasons == ["ORDER_NOT_OPEN"])
  }

  @Test func requestIDsMakeMutationsIdempotent() throws {
    var driver = PaperBench()
    let first = driver.command(.createBot(Samples.configuration(), start: true), requestID: "r1", fingerprint: 7)
    #expect(first.bots == ["one"])
    let count = driver.journal.count
    #expect(driver.command(.createBot(Samples.configuration(), start: true), requestID: "r1", fingerprint: 7).bots == ["one"])
    #expect(driver.command(.stopBot(one), requestID: "r1", fingerprint: 8).reasons == ["REQUEST_ID_REUSED"])
    #expect(driver.journal.count == count)
    // Also across a restart.
    driver.core = try driver.folded()
    #expect(driver.command(.createBot(Samples.configuration(), start: true), requestID: "r1", fingerprint: 7).bots == ["one"])
    #expect(driver.command(.stopBot(one), requestID: "r1", fingerprint: 8).code == .alreadyExists)
    #expect(driver.journal.count == count)
    // A failed request may be tried again under its id.
    #expect(driver.command(.startBot(Samples.bot("two")), requestID: "r2", fingerprint: 1).code == .notFound)
    driver.step(.rules([Samples.rules()]))
    driver.command(.createBot(Samples.configuration("two"), start: false))
    #expect(driver.command(.startBot(Samples.bot("two")), requestID: "r2", fingerprint: 1).bots == ["two"])
  }

  @Test func startingAllLeavesHaltedBotsToAPerson() throws {
    var driver = driver()
    driver.command(.createBot(Samples.configuration("two"), start: false))
    // What too many refused exits in a row leave behind.
    let halt = BotStateChange(botID: one, state: .halted, cause: .refusals, reason: "refused", referencePrice: .zero)
    let last = try #require(driver.journal.last)
    driver.journal.append(JournalEntry(sequence: last.sequence + 1, time: last.time, record: .botStateChanged(halt)))
    driver.core = try driver.folded()
    #expect(driver.command(.startAllBots).reasons.isEmpty)
    #expect(driver.snapshot("two")?.state == .running)
    #expect(driver.snapshot("one")?.state == .halted)
    driver.command(.startBot(one))
    #expect(driver.snapshot("one")?.state == .running)
  }

  @Test func tradingStateSurvivesARestart() throws {
    var driver = driver()
    driver.command(.setTradingState(.halted, reason: "test"))
    #expect(try driver.folded().tradingState == .halted)
    let count = driver.journal.count
    driver.command(.setTradingState(.halted, reason: "again"))
    #expect(driver.journal.count == count)
  }

  @Test func haltedBlocksStrategyExitsAndWatchedTargetsButNotHands() throws {
    var rules = Samples.rules()
    rules.takesPairs = false
    var driver = TradingTests.holding(rules: rules)
    driver.command(.setTradingState(.halted, reason: "test"))
    driver.minute(Samples.decimal("59300"))
    driver.minute(Samples.decimal("59800"))
    driver.trade(Samples.decimal("65000"))
    #expect(driver.fills().count == 1)
    #expect(driver.venue.openOrders.count == 1)
    driver.command(.closePosition(one))
    #expect(driver.fills().last?.purpose == .manual)
  }

  /// What rests on the exchange stays there, the target beside its stop as well.
  @Test func haltedLeavesWhatRests() throws {
    var driver = TradingTests.holding()
    driver.command(.setTradingState(.halted, reason: "test"))
    #expect(driver.venue.openOrders.count == 2)
    driver.trade(Samples.decimal("65000"))
    #expect(driver.fills().last?.purpose == .takeProfit && driver.venue.openOrders.isEmpty)
  }

  @Test func reducingBlocksOnlyEntries() {
    var driver = TradingTests.holding()
    driver.command(.setTradingState(.reducing, reason: "test"))
    driver.minute(Samples.decimal("59300"))
    driver.minute(Samples.decimal("59800"))
    #expect(driver.fills().last?.purpose == .exit)
  }

  @Test func failedJournalRefusesCommands() {
    var driver = driver()
    driver.step(.journalFailed("disk full"))
    #expect(driver.command(.startBot(one)).reasons == ["JOURNAL_UNAVAILABLE"])
  }

  @Test func botLimitHolds() {
    var configuration = CoreConfiguration(mode: .simulated)
    configuration.botsMaximum = 2
    var driver = PaperBench()
    var core = TradingCore(configuration: configuration)
    var effects: [Effect] = []
    core.open(JournalIdentity(id: "abcd1234", mode: .simulated), at: Samples.start, effects: &effects)
    driver.core = core
    driver.step(.rules([Samples.rules()]))
    #expect(driver.command(.createBot(Samples.configuration("a"), start: false)).bots == ["a"])
    #expect(driver.command(.createBot(Samples.configuration("b"), start: false)).bots == ["b"])
    #expect(driver.command(.createBot(Samples.configuration("c"), start: false)).reasons == ["TOO_MANY_BOTS"])
  }
}
