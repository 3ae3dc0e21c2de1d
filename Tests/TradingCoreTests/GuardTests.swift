import Testing
import Time
import TradingCore
import TradingModel
import Venue

/// Guards lock entries of their scope for a while after trades that went badly; exits and stops go on.
@Suite struct GuardTests {
  private static func d(_ text: String) -> FixedDecimal { Samples.decimal(text) }

  private static func guards(_ text: String, allowsCandles: Bool = true) throws -> [TradeGuard] {
    let (guards, problems) = TradeGuardText.read(text, allowsCandles: allowsCandles)
    try #require(problems.isEmpty, "\(problems)")
    return guards
  }

  private static func guarded(_ text: String, _ id: String = "one", symbol: String = "BTCUSDT") throws -> BotConfiguration {
    var configuration = Samples.configuration(id, symbol: symbol)
    configuration.guards = try guards(text)
    return configuration
  }

  private static func locks(_ driver: PaperBench) -> [EntryLock] {
    driver.journal.compactMap { if case .entriesLocked(let lock) = $0.record { lock } else { nil } }
  }

  private static func ends(_ driver: PaperBench) -> [LockEnd] {
    driver.journal.compactMap { if case .entriesUnlocked(let end) = $0.record { end } else { nil } }
  }

  /// Falls through the stop of what is held, and on, minute by minute, so that every bot without a lock buys again.
  private static func fall(_ driver: inout PaperBench, from price: Int, minutes: Int, symbol: String = "BTCUSDT") {
    for step in 0..<minutes { driver.minute(d("\(price - price * step / 400)"), symbol: symbol) }
  }

  @Test func aTradeThatClosedCoolsTheBotDown() throws {
    var driver = TradingTests.holding(try Self.guarded("cooldown stop=5c"))
    driver.trade(Self.d("57000"))
    let exit = try #require(driver.fills().last)
    #expect(exit.purpose == .stopLoss && exit.closesPosition)
    let lock = try #require(Self.locks(driver).first)
    let until = Interval.oneMinute.openTime(containing: exit.fill.time).advanced(byMilliseconds: 6 * 60_000)
    #expect(lock.scope == .bot(Samples.bot("one")) && lock.cause == .cooldownGuard && lock.until == until)
    Self.fall(&driver, from: 57_000, minutes: 4)
    // Five closes pass without an entry, whatever the strategy wants.
    #expect(driver.core.time < until && driver.fills().count == 2)
    #expect(!driver.denials.isEmpty && driver.denials.allSatisfy { $0.code == .entriesLocked })
    #expect(driver.denials[0].message.contains("by the cooldown guard"))
    Self.fall(&driver, from: 56_000, minutes: 3)
    #expect(driver.fills().count == 3)
    let entry = try #require(
      driver.journal.last { if case .orderIntent(let intent) = $0.record { intent.purpose == .entry } else { false } })
    #expect(entry.time == until, "the first close that may enter")
  }

  @Test func exitsGoOnWhileEntriesAreLocked() throws {
    var driver = TradingTests.holding(try Self.guarded("cooldown stop=1d"))
    driver.command(.lockEntries(.account, forMilliseconds: 3_600_000, reason: "news"))
    #expect(driver.core.locks.strictest(bot: Samples.bot("one"), symbol: Samples.symbol("BTCUSDT"), at: driver.core.time) != nil)
    driver.trade(Self.d("57000"))
    #expect(driver.fills().last?.purpose == .stopLoss)
  }

  @Test func soManyStopLossesLock() throws {
    var driver = TradingTests.holding(try Self.guarded("stoploss trades=2 lookback=1h stop=2h"))
    driver.trade(Self.d("57000"))
    #expect(Self.locks(driver).isEmpty, "one is not two")
    Self.fall(&driver, from: 57_000, minutes: 5)
    #expect(driver.snapshot()?.position.isOpen == true)
    driver.trade(Self.d("54000"))
    let lock = try #require(Self.locks(driver).first)
    let exit = try #require(driver.fills().last)
    #expect(lock.cause == .stopLossGuard && lock.until == exit.fill.time.advanced(byMilliseconds: 2 * 3_600_000))
    #expect(lock.reason.contains("2 trades were stopped out"))
  }

  @Test func aStopLossThatMadeEnoughDoesNotCount() throws {
    // Every loss is above -1000 %: nothing counts.
    var driver = TradingTests.holding(try Self.guarded("stoploss trades=1 lookback=1h stop=2h profit=-10"))
    driver.trade(Self.d("57000"))
    #expect(driver.fills().last?.purpose == .stopLoss && Self.locks(driver).isEmpty)
  }

  @Test func whatLiesBehindTheLookbackIsForgotten() throws {
    var driver = TradingTests.holding(try Self.guarded("stoploss trades=2 lookback=3m stop=2h"))
    driver.trade(Self.d("57000"))
    Self.fall(&driver, from: 57_000, minutes: 8)
    driver.trade(Self.d("52000"))
    #expect(driver.fills().filter { $0.purpose == .stopLoss }.count == 2)
    #expect(Self.locks(driver).isEmpty)
  }

  @Test func lowProfitAndDrawdownNameTheirFigures() throws {
    var driver = TradingTests.holding(
      try Self.guarded("low-profit profit=-0.01 lookback=1h stop=30m; drawdown max=0.001 lookback=1h stop=90m"))
    driver.trade(Self.d("57000"))
    let locks = Self.locks(driver)
    #expect(locks.map(\.cause) == [.lowProfitGuard, .drawdownGuard])
    let result = try #require(driver.snapshot()?.results)
    let fraction = result.lastTradePnL.divided(by: result.lastTradeCost, rounding: .nearest)
    #expect(locks[0].reason == "1 trades made \(fraction) of profit within 1h, less than -0.01")
    let fall = (.zero - result.realizedPnL).divided(by: Self.d("10000"), rounding: .nearest)
    #expect(locks[1].reason == "equity fell by \(fall) of its highest in 1 trades within 1h, more than 0.001")
    // The one that ends last is shown.
    #expect(driver.core.locks.strictest(bot: Samples.bot("one"), symbol: Samples.symbol("BTCUSDT"), at: driver.core.time)?.lock == locks[1])
  }

  /// Three bots, two of them on one symbol; the first alone holds something, and loses it.
  private static func three(_ limits: RiskLimits) -> PaperBench {
    var driver = PaperBench(symbols: ["BTCUSDT", "ETHUSDT"])
    driver.command(.setRiskLimits(limits, only: nil))
    driver.trade(d("60000"))
    driver.trade(d("3000"), symbol: "ETHUSDT")
    driver.command(.createBot(Samples.configuration("one"), start: true))
    fall(&driver, from: 60_000, minutes: 5)
    driver.command(.createBot(Samples.configuration("two"), start: true))
    driver.command(.createBot(Samples.configuration("three", symbol: "ETHUSDT"), start: true))
    driver.trade(d("57000"))
    return driver
  }

  @Test func aSymbolsGuardLocksItsBotsOnly() throws {
    var driver = Self.three(RiskLimits(symbolGuards: try Self.guards("cooldown stop=1h")))
    #expect(Self.locks(driver).map(\.scope) == [.symbol(Samples.symbol("BTCUSDT"))])
    Self.fall(&driver, from: 57_000, minutes: 6)
    Self.fall(&driver, from: 3_000, minutes: 6, symbol: "ETHUSDT")
    #expect(Set(driver.denials.filter { $0.code == .entriesLocked }.map(\.botID.text)) == ["one", "two"])
    #expect(driver.snapshot("three")?.position.isOpen == true && driver.snapshot("two")?.position.isOpen == false)
  }

  @Test func theAccountsGuardLocksAll() throws {
    var driver = Self.three(RiskLimits(accountGuards: try Self.guards("stoploss trades=1 lookback=1d stop=1h")))
    #expect(Self.locks(driver).map(\.scope) == [.account])
    Self.fall(&driver, from: 57_000, minutes: 6)
    Self.fall(&driver, from: 3_000, minutes: 6, symbol: "ETHUSDT")
    #expect(Set(driver.denials.filter { $0.code == .entriesLocked }.map(\.botID.text)) == ["one", "two", "three"])
  }

  @Test func aLockSurvivesARestartAndItsEndIsTold() throws {
    var driver = TradingTests.holding(try Self.guarded("cooldown stop=10m"))
    driver.trade(Self.d("57000"))
    let standing = try #require(driver.core.locks.standing(at: driver.core.time).first)
    var again = try driver.folded()
    #expect(again.locks.standing(at: driver.core.time) == [standing])
    driver.step(.clock, at: standing.lock.until.advanced(byMilliseconds: -1))
    #expect(Self.ends(driver).isEmpty)
    driver.step(.clock, at: standing.lock.until)
    #expect(Self.ends(driver) == [LockEnd(lock: standing.sequence, scope: standing.lock.scope, cause: .expired)])
    #expect(try driver.core.locks.isEmpty && driver.folded().locks.isEmpty)
    // Of the restarted one as well, once.
    var effects: [Effect] = []
    again.step(.clock, at: standing.lock.until, effects: &effects)
    again.step(.clock, at: standing.lock.until.advanced(byMilliseconds: 1_000), effects: &effects)
    #expect(effects.count { if case .append(let entry) = $0 { entry.record.kind == .entriesUnlocked } else { false } } == 1)
  }

  @Test func tradesOfBeforeARestartCount() throws {
    var driver = TradingTests.holding(try Self.guarded("stoploss trades=2 lookback=1h stop=2h"))
    driver.trade(Self.d("57000"))
    Self.fall(&driver, from: 57_000, minutes: 5)
    var folded = try driver.folded()
    var effects: [Effect] = []
    folded.step(.rules([Samples.rules()]), at: driver.core.time, effects: &effects)
    driver.core = folded
    driver.step(.feed(nil, .live))
    driver.resume()
    driver.trade(Self.d("54000"))
    #expect(driver.fills().filter { $0.purpose == .stopLoss }.count == 2)
    #expect(Self.locks(driver).map(\.cause) == [.stopLossGuard])
  }

  @Test func aPersonLocksAndUnlocks() throws {
    var driver = TradingTests.holding()
    let bot = LockScope.bot(Samples.bot("one"))
    func lock() -> Command { .lockEntries(bot, forMilliseconds: 3_600_000, reason: "look first") }
    driver.command(lock(), requestID: "a", fingerprint: 1)
    // The same again is one lock.
    driver.command(lock(), requestID: "a", fingerprint: 1)
    let first = try #require(Self.locks(driver).first)
    #expect(Self.locks(driver).count == 1 && first.cause == .person && first.reason == "look first")
    #expect(first.until == driver.core.time.advanced(byMilliseconds: 3_600_000))
    // Another replaces it.
    driver.command(.lockEntries(bot, forMilliseconds: 60_000, reason: ""))
    let standing = driver.core.locks.standing(at: driver.core.time)
    #expect(standing.count == 1)
    driver.command(.unlockEntries(standing[0].sequence, reason: "seen"))
    #expect(driver.core.locks.isEmpty && Self.ends(driver).map(\.cause) == [.person])
    guard case .failed(let error) = driver.command(.unlockEntries(standing[0].sequence, reason: "")) else {
      Issue.record("a lock that is over was ended")
      return
    }
    #expect(error.code == .notFound && error.violations[0].reason == "LOCK_NOT_FOUND")
  }

  @Test(arguments: [
    (Command.lockEntries(.bot(Samples.bot("nobody")), forMilliseconds: 1_000, reason: ""), "BOT_NOT_FOUND"),
    (.lockEntries(.symbol(Samples.symbol("NOPEUSDT")), forMilliseconds: 1_000, reason: ""), "SYMBOL_UNKNOWN"),
    (.lockEntries(.account, forMilliseconds: 0, reason: ""), "OUT_OF_RANGE"),
    (.lockEntries(.account, forMilliseconds: .max, reason: ""), "OUT_OF_RANGE"),
  ])
  func wrongLocksAreRefused(_ command: Command, _ reason: String) throws {
    var driver = TradingTests.holding()
    guard case .failed(let error) = driver.command(command) else {
      Issue.record("taken")
      return
    }
    #expect(error.violations.map(\.reason) == [reason] && driver.core.locks.isEmpty)
  }

  @Test func aRemovedBotsLocksGoWithIt() throws {
    var driver = TradingTests.holding(try Self.guarded("cooldown stop=1d"))
    driver.trade(Self.d("57000"))
    #expect(!driver.core.locks.isEmpty)
    driver.command(.stopBot(Samples.bot("one")))
    driver.command(.removeBot(Samples.bot("one")))
    #expect(try driver.core.locks.isEmpty && driver.folded().locks.isEmpty)
  }

  // MARK: Settings

  @Test(arguments: [
    "stoploss trades=3 lookback=24c stop=4h profit=0", "drawdown trades=2 lookback=2d stop=12h max=0.1",
    "low-profit trades=1 lookback=90m stop=5c profit=-0.01", "cooldown stop=30m",
    "cooldown stop=30m; stoploss trades=1 lookback=1d stop=1d profit=0.02",
  ])
  func whatIsWrittenIsRead(_ text: String) throws {
    #expect(try TradeGuard.text(Self.guards(text)) == text)
  }

  @Test(arguments: [
    ("stoplos trades=3", "there is no guard \"stoplos\""), ("stoploss lookback=1h stop=4h", "trades is missing"),
    ("stoploss trades=3 stop=4h", "lookback is missing"), ("cooldown", "stop is missing"), ("cooldown stop=4", "no span"),
    ("cooldown stop=0m", "must be from 1"), ("cooldown stop=9999999h", "must be from 1"), ("cooldown stop=-5m", "no span"),
    ("cooldown stop=5m trades=2", "no setting \"trades\""), ("cooldown stop=5m stop=6m", "given twice"),
    ("drawdown lookback=1h stop=1h", "max is missing"), ("drawdown max=1 lookback=1h stop=1h", "below 1"),
    ("low-profit profit=101 lookback=1h stop=1h", "profit must be from"), ("low-profit profit=x lookback=1h stop=1h", "no decimal"),
    ("stoploss trades=0 lookback=1h stop=1h", "trades must be from 1"), ("cooldown 5m", "not of the form"),
    (String(repeating: "cooldown stop=5m;", count: 17), "16 guards at most"),
  ])
  func whatIsWrongIsNamed(_ text: String, _ part: String) {
    let (_, problems) = TradeGuardText.read(text, allowsCandles: true)
    #expect(problems.contains { $0.contains(part) }, "\(problems)")
  }

  @Test func candlesAreABotsOwn() {
    #expect(TradeGuardText.read("cooldown stop=5c", allowsCandles: true).problems.isEmpty)
    #expect(TradeGuardText.read("cooldown stop=5c", allowsCandles: false).problems.first?.contains("no candles of their own") == true)
    #expect(
      RiskLimits(symbolGuards: [TradeGuard(kind: .cooldown, duration: .candles(5))]).violations.map(\.field) == ["limits.symbol_guards"])
    var text = RiskLimitsText()
    text[.accountGuards] = "cooldown stop=5c"
    #expect(text.judged().violations.map(\.field) == ["limits.account_guards"])
    text[.accountGuards] = "none"
    #expect(text.judged().violations.isEmpty && text.judged().limits.accountGuards.isEmpty)
  }

  @Test func anUpdateKeepsReplacesAndRemovesGuards() throws {
    let base = try Self.guarded("cooldown stop=5c")
    var text = BotSettingsText()
    #expect(text.configuration(id: base.id, base: base).configuration.guards == base.guards)
    text.guards = "cooldown stop=7c"
    #expect(try text.configuration(id: base.id, base: base).configuration.guards == Self.guards("cooldown stop=7c"))
    text.guards = "none"
    #expect(text.configuration(id: base.id, base: base).configuration.guards.isEmpty)
    text.guards = "cooldown"
    #expect(text.configuration(id: base.id, base: base).violations.map(\.field) == ["guards"])
    var wrong = base
    wrong.guards = [TradeGuard(kind: .drawdown, lookback: .minutes(5), duration: .minutes(5))]
    #expect(wrong.violations(.unasked).map(\.field) == ["guards"])
  }
}
