import BotAPI
import TTRPC
import Testing
import TradingModel

/// Processes that serve strategies, over a real socket against a real core.
@Suite struct ServeStrategiesTests {
  /// The client's side of the stream, as a test leads it.
  private struct Server {
    let stream: MessageStream<V1.ServeStrategiesRequest, V1.ServeStrategiesResponse>

    init(_ harness: ControlHarness, deadline: Int64 = 0) async throws {
      stream = try await harness.strategies.serveStrategies()
      try stream.send(
        V1.ServeStrategiesRequest(register: V1.RegisterStrategies(strategies: [ServeStrategiesTests.declared(deadline: deadline)])))
    }

    /// The next message that is no heartbeat.
    func next() async throws -> V1.ServeStrategiesResponse {
      while let message = try await stream.next() { if message.heartbeat == nil { return message } }
      throw RPCError(code: .unavailable, message: "the stream ended")
    }

    func registered() async throws { _ = try #require(try await next().registered) }

    /// Makes the next instance ready; returns it.
    func ready() async throws -> V1.OpenStrategy {
      let opening = try #require(try await next().open)
      try stream.send(V1.ServeStrategiesRequest(ready: V1.StrategyReady(instance: opening.instance)))
      return opening
    }

    func answer(_ question: V1.StrategyCandles, _ action: V1.SignalAction, confidence: Double = 1, reason: String = "go") throws {
      try stream.send(
        V1.ServeStrategiesRequest(
          signal: V1.StrategySignal(
            instance: question.instance, number: question.number, candles: 1, action: action, confidence: confidence, reason: reason)))
    }
  }

  private static func declared(deadline: Int64) -> V1.ServedStrategy {
    V1.ServedStrategy(
      strategy: V1.Strategy(
        name: "mine", summary: "Mine.",
        parameters: [
          V1.ParameterSchema(
            name: "length", type: .integer, defaultValue: "3", minimum: "1", maximum: "50", description: "Candles looked at.")
        ], warmUpCandles: 4), deadlineMs: deadline)
  }

  private static func violations(_ error: RPCError) -> [V1.FieldViolation] {
    guard let info = error.info else { return [] }
    return info.violations.isEmpty ? [V1.FieldViolation(field: info.field, reason: info.reason, message: error.message)] : info.violations
  }

  private static let spec = V1.BotSpec(
    symbol: "BTCUSDT", strategy: "mine", parameters: [V1.KeyValue(key: "length", value: "7")], interval: "1m", capital: "10000",
    maxPositionFraction: "0.5", stopLoss: "0.05")
  private static let symbol = CoreDriver.symbols[0]

  private static func state(_ harness: ControlHarness, _ id: String) async throws -> V1.Bot {
    try #require(try await harness.bots.getBot(V1.GetBotRequest(botID: id)).bot)
  }

  /// Waits for the bot to be in a state, asking again after each event.
  private static func waits(_ harness: ControlHarness, _ id: String, _ state: V1.BotState) async throws -> V1.Bot {
    let events = try await harness.events.subscribeEvents()
    try events.send(V1.SubscribeEventsRequest(kinds: [.bot]))
    while true {
      let bot = try await Self.state(harness, id)
      if bot.state == state {
        events.cancel()
        return bot
      }
      _ = try await events.next()
    }
  }

  @Test func aServedStrategyIsListedAndTradesLikeABuiltInOne() async throws {
    let harness = try await ControlHarness()
    let server = try await Server(harness)
    try await server.registered()
    let listed = try await harness.strategies.getStrategy(V1.GetStrategyRequest(name: "mine")).strategy
    #expect(listed?.isServed == true && listed?.isAvailable == true && listed?.warmUpCandles == 4)
    try await harness.create("alpha", Self.spec)
    let opening = try await server.ready()
    #expect(opening.botID == "alpha" && opening.parameters == [V1.KeyValue(key: "length", value: "7")] && opening.symbol == "BTCUSDT")
    #expect(try await Self.waits(harness, "alpha", .running).stateCause == .strategyBack)
    try await harness.driver.close(Self.symbol, at: FixedDecimal(60_000))
    let question = try #require(try await server.next().candles)
    #expect(question.candles.map(\.close) == ["60000"] && question.answerWanted && question.position?.isOpen == false)
    let trades = try await harness.trades.subscribeTrades()
    try trades.send(V1.SubscribeTradesRequest())
    try server.answer(question, .buy, reason: "my reason")
    var bought: V1.Trade?
    while bought == nil { bought = try await trades.next()?.trades.first }
    #expect(bought?.reason == "my reason" && bought?.botID == "alpha")
    trades.cancel()
    await harness.stop()
  }

  @Test func withoutItsProcessABotWaitsAndSaysWhy() async throws {
    let harness = try await ControlHarness()
    let server = try await Server(harness)
    try await server.registered()
    try await harness.create("alpha", Self.spec)
    _ = try await server.ready()
    _ = try await Self.waits(harness, "alpha", .running)
    server.stream.cancel()
    let bot = try await Self.waits(harness, "alpha", .waiting)
    #expect(bot.stateCause == .strategyAway && bot.stateReason == "the process that served it has ended", "\(bot.stateReason)")
    // Its schema is kept, and says that nobody serves it.
    let listed = try await harness.strategies.getStrategy(V1.GetStrategyRequest(name: "mine")).strategy
    #expect(listed?.isAvailable == false && listed?.parameters.map(\.name) == ["length"])
    let again = try await Server(harness)
    try await again.registered()
    _ = try await again.ready()
    _ = try await Self.waits(harness, "alpha", .running)
    again.stream.closeSend()
    #expect(try await Self.waits(harness, "alpha", .waiting).stateReason == "the process that served it has ended")
    await harness.stop()
  }

  @Test func anAnswerThatIsLateWrongOrAFailureMakesTheBotWait() async throws {
    let harness = try await ControlHarness()
    let server = try await Server(harness, deadline: 1_000)
    try await server.registered()
    try await harness.create("alpha", Self.spec)
    // Failures in a row are tried again after more and more candles.
    for (expected, pause) in [
      ("its strategy did not answer within 1000 ms", 1),
      ("its strategy answered what is no signal: confidence must be from 0 to 1, not nan; tried again after 2 candles", 2),
      ("its strategy failed: ValueError: no; tried again after 4 candles", 4),
    ] {
      _ = try await server.ready()
      _ = try await Self.waits(harness, "alpha", .running)
      try await harness.driver.close(Self.symbol, at: FixedDecimal(60_000))
      let question = try #require(try await server.next().candles)
      if expected.contains("signal") { try server.answer(question, .buy, confidence: .nan) }
      if expected.contains("failed") {
        try server.stream.send(
          V1.ServeStrategiesRequest(failure: V1.StrategyFailure(instance: question.instance, message: "ValueError: no")))
      }
      #expect(try await Self.waits(harness, "alpha", .waiting).stateReason == expected)
      for _ in 0..<pause { try await harness.driver.close(Self.symbol, at: FixedDecimal(60_000)) }
    }
    _ = try await server.ready()
    #expect(try await harness.trades.listTrades().trades.isEmpty)
    await harness.stop()
  }

  @Test func aNameIsServedOnce() async throws {
    let harness = try await ControlHarness()
    let server = try await Server(harness)
    try await server.registered()
    let other = try await Server(harness)
    let error = try await failure { () async throws(RPCError) in try await other.stream.next() }
    #expect(error.code == .alreadyExists && error.info?.reason == "STRATEGY_TAKEN" && error.info?.field == "register.strategies")
    await harness.stop()
  }

  @Test(arguments: [
    ("rsi", "rsi is a built-in strategy; give yours another name"), ("No Name", "is no name of a strategy"),
    ("", "is no name of a strategy"),
  ]) func aDeclarationIsChecked(_ name: String, _ expected: String) async throws {
    let harness = try await ControlHarness()
    let stream = try await harness.strategies.serveStrategies()
    var declared = Self.declared(deadline: 5)
    declared.strategy?.name = name
    try stream.send(V1.ServeStrategiesRequest(register: V1.RegisterStrategies(strategies: [declared])))
    let error = try await failure { () async throws(RPCError) in try await stream.next() }
    #expect(error.code == .invalidArgument)
    #expect(Self.violations(error).contains { $0.field == "register.strategies[0]" && $0.message.contains(expected) }, "\(error)")
    #expect(Self.violations(error).contains { $0.field == "register.strategies[0].deadline_ms" && $0.reason == "OUT_OF_RANGE" }, "\(error)")
    await harness.stop()
  }

  @Test func whatIsNoMessageEndsTheStream() async throws {
    let harness = try await ControlHarness()
    let server = try await Server(harness)
    try await server.registered()
    try server.stream.send(V1.ServeStrategiesRequest(ready: V1.StrategyReady(instance: 99)))
    let error = try await failure { () async throws(RPCError) in try await server.stream.next() }
    #expect(error.code == .invalidArgument && error.info?.reason == "STRATEGY_MESSAGE_MALFORMED" && error.info?.field == "ready.instance")
    await harness.stop()
  }
}
