import BotAPI
import CommandTestSupport
import Presentation
import Testing

@testable import ControlCommands

@Suite struct BotFileTests {
  private func read(_ text: String) throws -> BotFile { try BotFile(Array(text.utf8)) }

  /// `LINE BOT: message`, of everything that is wrong.
  private func problems(_ text: String) throws -> [String] {
    try read(text).problems.map { $0.text(file: "f") }
  }

  private static let good = "bots:\n  a:\n    symbol: btc/usdt\n    strategy: rsi\n    capital: 1000\n"

  /// The table has every setting that there is, and no other.
  @Test func theTableIsWhole() async throws {
    let members = try #require(JSONTree(Array(V1.BotSpec().jsonText().utf8))?.members)
    #expect(Set(members.map(\.name)) == Set(BotField.all.map(\.name)) && BotField.all.count == members.count)
    let help = await CommandLineUnderTest.run("create", "--help").out
    for field in BotField.all where field.name != "auto_start" {
      #expect(help.contains(field.option), "\(field.option) is no option of create")
      #expect(Problem.option(forField: "spec.\(field.name)") == field.option)
    }
  }

  @Test func everySettingIsRead() throws {
    let file = try read(
      Self.good + """
            interval: 5m
            parameters: {period: 14, on_cross: false}
            compound: true
            sizing: volatility
            sizing_atr: 3
            risk_per_trade: 0.01
            max_position_fraction: 0.5
            entry: limit
            entry_offset: "0.001"
            entry_lifetime: 3
            entry_then: market
            stop_loss: 0
            take_profit: 0.1
            trailing_stop: 0.03
            trailing_stop_atr: 2
            time_stop_candles: 90
            cooldown_candles: 5
            guards: ["cooldown stop=30m", drawdown max=0.1 lookback=2d stop=12h]
            auto_start: true
            state: running

        """)
    #expect(file.problems == [])
    let entry = try #require(file.entries.first)
    let spec = V1.BotSpec(
      symbol: "BTCUSDT", strategy: "rsi",
      parameters: [V1.KeyValue(key: "period", value: "14"), V1.KeyValue(key: "on_cross", value: "false")], interval: "5m", capital: "1000",
      riskPerTrade: "0.01", maxPositionFraction: "0.5", stopLoss: "0", takeProfit: "0.1", trailingStop: "0.03", autoStart: true,
      trailingStopAtr: "2", timeStopCandles: 90, cooldownCandles: 5, sizing: "volatility", sizingAtr: "3", compound: true,
      guards: "cooldown stop=30m; drawdown max=0.1 lookback=2d stop=12h", entry: "limit", entryOffset: "0.001", entryLifetime: 3,
      entryThen: "market")
    #expect(entry.id == "a" && entry.state == .running && entry.spec == spec)
    // What is written reads back the same, as YAML and as JSON.
    let bot = V1.Bot(id: "a", spec: spec, state: .waiting)
    for text in [BotFileWriter.yaml([bot]), BotFileWriter.json([bot])] {
      let again = try read(text)
      #expect(again.problems == [] && again.entries.first?.spec == spec && again.entries.first?.state == .running, "\(text)")
    }
    #expect(try read(BotFileWriter.yaml([])).entries.isEmpty)
    let halted = V1.Bot(id: "a", spec: spec, state: .halted, stateReason: "five\nrefusals")
    #expect(try read(BotFileWriter.yaml([halted])).entries.first?.state == nil)
  }

  /// What people get wrong in such files, each with its line and a way out.
  @Test(arguments: [
    ("    symbl: X\n", "f:6: a: there is no \"symbl\" here; did you mean symbol?"),
    ("    stop-loss: 0.1\n", "did you mean stop_loss?"), ("    stopLoss: 0.1\n", "did you mean stop_loss?"),
    ("    max-position: 0.1\n", "did you mean max_position_fraction?"), ("    pair_whitelist: []\n", "known are symbol, strategy"),
    ("    capital: 2000\n", "f:6: a: capital: \"capital\" is given twice, first at line 5"),
    ("    stop_loss: 1e-5\n", "f:6: a: stop_loss \"1e-5\" must be a decimal such as 0.02"), ("    stop_loss: 2%\n", "must be a decimal"),
    ("    stop_loss: 0,02\n", "must be a decimal"), ("    stop_loss: .02\n", "must be a decimal"),
    ("    stop_loss: no\n", "must be a decimal"),
    ("    stop_loss: 1_0\n", "must be a decimal"), ("    stop_loss: 010\n", "must be a decimal"),
    ("    stop_loss: 1.5\n", "stop_loss must be"),
    ("    stop_loss:\n", "f:6: a: stop_loss has no value: write one, or leave the line out"), ("    stop_loss: ~\n", "has no value"),
    ("    stop_loss: ''\n", "has no value"), ("    stop_loss: [0.1]\n", "stop_loss must be one value, not a list"),
    ("    auto_start: yes\n", "f:6: a: auto_start must be true or false, not \"yes\""), ("    compound: on\n", "must be true or false"),
    ("    state: started\n", "f:6: a: state must be one of running, paused, stopped"),
    ("    interval: 60\n", "f:6: a: interval: \"60\" is no interval"), ("    time_stop_candles: 1.5\n", "must be a whole number"),
    ("    entry_lifetime: 0\n", "from 1 to 10000"), ("    entry_offset: 0.1\n", "set entry to limit or maker"),
    ("    parameters: [period=14]\n", "parameters must be names with values, for example {period: 14}"),
    ("    parameters:\n      period: 1\n      period: 2\n", "f:8: a: period: \"period\" is given twice, first at line 7"),
    ("    parameters:\n      perod: 1\n", "f:7: a: parameters[perod]: "), ("    guards: [foo]\n", "there is no guard \"foo\""),
    ("    ? [x]\n    : 1\n", "a name must be one word"), ("  a: {}\n", "f:6: a: \"a\" is given twice"),
    ("  B: {}\n", "f:6: B: bot_id must be 1 to 32 of a-z"), ("  b: hello\n", "f:6: b: a bot must be names with values"),
    ("  b: {}\n", "f:6: b: strategy is missing"), ("    <<: 5\n", "what << brings must be names"),
    ("defaults: {foo: 1}\n", "f:6: there is no \"foo\" here"), ("bot: 1\n", "did you mean bots?"),
  ])
  func mistakesAreNamed(_ lines: String, _ part: String) throws {
    let found = try problems(Self.good + lines)
    #expect(found.contains { $0.contains(part) }, "\(found)")
  }

  @Test(arguments: [
    ("", "the file is empty"), ("[]", "not a list"), ("bots:", "not nothing"), ("bots: []", "not a list"), ("a: 1", "has no bots"),
  ])
  func aFileWithoutBotsSaysSo(_ text: String, _ part: String) throws {
    let found = try problems(text)
    #expect(found.contains { $0.contains(part) }, "\(found)")
    #expect(try read("bots: {}").problems == [])
  }

  @Test func everythingIsSaidAtOnce() throws {
    let found = try problems("bots:\n  a: {symbol: 1 2, capital: x, strategy: rsi}\n  b:\n    stop_loss: 5\n  c: []\n")
    #expect(found.count == 7, "\(found)")
  }

  @Test func defaultsAndAliasesFillWhatIsNotNamed() throws {
    let file = try read(
      """
      defaults: {strategy: rsi, capital: 100, parameters: {period: 9}, state: running}
      bots:
        a: &a {symbol: BTCUSDT, stop_loss: 0.1}
        b: {<<: *a, symbol: ETHUSDT, capital: 200, parameters: {oversold: 20}, state: stopped}
      """)
    #expect(file.problems == [])
    let (a, b) = (file.entries[0], file.entries[1])
    #expect(a.spec.strategy == "rsi" && a.spec.capital == "100" && a.state == .running && a.spec.parameters.map(\.key) == ["period"])
    #expect(b.spec.symbol == "ETHUSDT" && b.spec.stopLoss == "0.1" && b.spec.capital == "200" && b.state == .stopped)
    #expect(b.spec.parameters.map(\.key) == ["oversold"])
    // A wrong default is said of the default's line.
    #expect(
      try problems("defaults: {stop_loss: 7}\n" + Self.good) == ["f:1: a: stop_loss must be from 0 (none) to below 1 (0.02 is 2 %), not 7"])
  }

  @Test func fifteenThousandWrongLinesAreReadSoon() throws {
    let text = Self.good + (0..<15_000).map { "    x\($0): 1\n" }.joined()
    #expect(try problems(text).count == 500)
    let many = "bots:\n" + (0..<2_001).map { "  b\($0): {}\n" }.joined()
    #expect(try problems(many) == ["f:2: bots: there may be 2000 bots at most, not 2001"])
  }
}

@Suite struct BotPlanTests {
  private static func bot(_ state: V1.BotState, holds: String = "0") -> V1.Bot {
    V1.Bot(
      id: "a", spec: V1.BotSpec(symbol: "BTCUSDT", capital: "1000"), state: state,
      position: V1.Position(quantity: holds, openedTimeNs: holds == "0" ? 0 : 1), baseAsset: "BTC")
  }

  private static func plan(
    _ state: V1.BotState, capital: String = "1000", to wanted: WantedState? = nil, holds: String = "0", orders: Int = 0,
    restarts: Bool = false
  ) -> BotPlan {
    BotPlan(
      bot(state, holds: holds), completed: V1.BotSpec(symbol: "BTCUSDT", capital: capital), state: wanted, openOrders: orders,
      restarts: restarts)
  }

  @Test func whatIsAsTheFileSaysStays() {
    for (state, wanted) in [
      (V1.BotState.running, WantedState.running), (.waiting, .running), (.paused, .paused), (.stopped, .stopped), (.created, .stopped),
    ] {
      #expect(Self.plan(state, to: wanted, holds: "1", orders: 2).isNothing && Self.plan(state, holds: "1").isNothing)
    }
    #expect(Self.plan(.halted).isNothing)
  }

  @Test func statesChangeByOneStep() {
    #expect(Self.plan(.running, to: .stopped, holds: "1").steps == [.stop] && Self.plan(.running, to: .paused).steps == [.pause])
    #expect(Self.plan(.paused, to: .running).steps == [.resume] && Self.plan(.paused, to: .stopped).steps == [.stop])
    #expect(Self.plan(.created, to: .running).steps == [.start] && Self.plan(.halted, to: .stopped).steps == [.stop])
    #expect(Self.plan(.halted, to: .running).obstacle?.contains("halted") == true)
    #expect(Self.plan(.stopped, to: .paused).obstacle?.contains("only a bot that runs can be paused") == true)
  }

  @Test func settingsChangeOnlyWhereTheyMay() {
    #expect(
      Self.plan(.stopped, capital: "2").steps == [.update] && Self.plan(.stopped, capital: "2", to: .running).steps == [.update, .start])
    #expect(Self.plan(.paused, capital: "2", to: .running).steps == [.update, .resume])
    #expect(Self.plan(.running, capital: "2", to: .stopped, orders: 1).steps == [.stop, .update])
    #expect(Self.plan(.running, capital: "2").obstacle?.contains("--restart") == true)
    #expect(Self.plan(.running, capital: "2", restarts: true).steps == [.stop, .update, .start])
    for state in [V1.BotState.running, .stopped, .paused, .halted] {
      let plan = Self.plan(state, capital: "2", to: .stopped, holds: "0.5", restarts: true)
      #expect(plan.steps.isEmpty && plan.obstacle?.contains("holds 0.5 BTC") == true, "\(state)")
    }
    #expect(Self.plan(.stopped, capital: "2", orders: 1).obstacle?.contains("open orders") == true)
    #expect(Self.plan(.stopped, capital: "2", to: .running).changes.map(\.text) == ["capital: 1000 -> 2", "state: stopped -> running"])
  }

  @Test func removalKeepsCoins() {
    #expect(BotPlan(removing: Self.bot(.stopped)).steps == [.remove] && BotPlan(removing: Self.bot(.running)).steps == [.stop, .remove])
    let plan = BotPlan(removing: Self.bot(.stopped, holds: "0.1"))
    #expect(plan.steps.isEmpty && plan.obstacle?.contains("botctl close a") == true)
  }

  @Test func differencesAreByFieldAndParameter() {
    let old = V1.BotSpec(
      symbol: "A", parameters: [V1.KeyValue(key: "x", value: "1"), V1.KeyValue(key: "y", value: "1")], stopLoss: "0.1", timeStopCandles: 5)
    let new = V1.BotSpec(
      symbol: "A", parameters: [V1.KeyValue(key: "y", value: "2"), V1.KeyValue(key: "z", value: "3")], autoStart: true, guards: "g")
    #expect(
      BotPlan.changes(from: old, to: new).map(\.text) == [
        "parameters.x: 1 -> none", "parameters.y: 1 -> 2", "parameters.z: none -> 3", "stop_loss: 0.1 -> none",
        "time_stop_candles: 5 -> none", "guards: none -> g", "auto_start: none -> true",
      ])
  }
}
