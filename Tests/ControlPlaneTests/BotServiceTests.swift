import BotAPI
import Synchronization
import TTRPC
import Testing
import TradingModel

@testable import ControlPlane

@Suite struct BotServiceTests {
  @Test func aCreatedBotIsListedWithItsDefaultsFilledIn() async throws {
    let harness = try await ControlHarness()
    let answer = try await harness.bots.createBot(
      V1.CreateBotRequest(
        requestID: "1", botID: "alpha", spec: V1.BotSpec(symbol: "BTCUSDT", strategy: "rsi", interval: "5m", capital: "1000")))
    let bot = try #require(answer.bot)
    #expect(bot.id == "alpha")
    #expect(bot.state == .created)
    #expect(bot.mode == .paper)
    #expect(bot.quoteAsset == "USDT")
    let spec = try #require(bot.spec)
    #expect(spec.riskPerTrade == "0.02")
    #expect(spec.maxPositionFraction == "0.1")
    #expect(spec.stopLoss == "0.02")
    #expect(spec.takeProfit == "")
    #expect(spec.parameters.contains(V1.KeyValue(key: "period", value: "14")))
    let list = try await harness.bots.listBots()
    #expect(list.bots == [bot])
    #expect(list.total == 1)
    var alone = try await harness.bots.getBot(V1.GetBotRequest(botID: "alpha")).bot
    #expect(alone?.protection.map(\.kind) == ["stop"], "asked for alone it says where its stop would rest")
    alone?.protection = []
    #expect(alone == bot)
    await harness.stop()
  }

  /// The sale may be filled before the answer is made: the answer names its order all the same.
  @Test func closingAPositionAnswersWithItsOrderThoughItIsFilledAlready() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha")
    let symbol = try #require(Symbol("BTCUSDT"))
    try await harness.driver.fall(symbol, from: 60_000)
    let response = try await harness.bots.closePosition(V1.ClosePositionRequest(requestID: "c1", botID: "alpha"))
    let order = try #require(response.order)
    #expect(order.side == .sell && order.purpose == .manual)
    #expect(order.status == .filled)
    #expect(harness.board.openOrders.isEmpty)
    await harness.stop()
  }

  @Test func pagesHoldEveryBotOnceInOrder() async throws {
    let harness = try await ControlHarness()
    for number in [3, 1, 4, 9, 2, 6, 5, 8, 7] { try await harness.create("bot-\(number)", start: number % 2 == 0) }
    var ids: [String] = []
    var token = ""
    repeat {
      let page = try await harness.bots.listBots(V1.ListBotsRequest(pageSize: 2, pageToken: token))
      #expect(page.total == 9)
      #expect(page.bots.count <= 2)
      ids += page.bots.map(\.id)
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(ids == (1...9).map { "bot-\($0)" })
    let running = try await harness.bots.listBots(V1.ListBotsRequest(states: [.running]))
    #expect(running.bots.map(\.id) == ["bot-2", "bot-4", "bot-6", "bot-8"])
    #expect(try await harness.bots.listBots(V1.ListBotsRequest(symbols: ["ETHUSDT"])).bots.isEmpty)
    await harness.stop()
  }

  @Test func everythingThatIsWrongIsAnsweredAtOnce() async throws {
    let harness = try await ControlHarness()
    let spec = V1.BotSpec(
      symbol: "NOSUCHUSDT", strategy: "rsi", parameters: [V1.KeyValue(key: "period", value: "x"), V1.KeyValue(key: "nope", value: "1")],
      interval: "7m", capital: "NaN", riskPerTrade: "1e-2", maxPositionFraction: "1.5", stopLoss: "-0.1", takeProfit: "0x10",
      trailingStop: "2")
    let error = try await failure { () async throws(RPCError) in
      try await harness.bots.createBot(V1.CreateBotRequest(requestID: "with space", botID: "Not A Bot", spec: spec))
    }
    #expect(error.code == .invalidArgument)
    let info = try #require(error.info)
    let reasons = Dictionary(info.violations.map { ($0.field, $0.reason) }, uniquingKeysWith: { first, _ in first })
    #expect(reasons["request_id"] == "REQUEST_ID_MALFORMED")
    #expect(reasons["bot_id"] == "BOT_ID_MALFORMED")
    #expect(reasons["spec.symbol"] == "SYMBOL_UNKNOWN")
    #expect(reasons["spec.interval"] == "INTERVAL_UNKNOWN")
    #expect(reasons["spec.capital"] == "NOT_A_DECIMAL")
    #expect(reasons["spec.risk_per_trade"] == "NOT_A_DECIMAL")
    #expect(reasons["spec.max_position_fraction"] == "FRACTION_OUT_OF_RANGE")
    #expect(reasons["spec.stop_loss"] == "FRACTION_OUT_OF_RANGE")
    #expect(reasons["spec.take_profit"] == "NOT_A_DECIMAL")
    #expect(reasons["spec.trailing_stop"] == "FRACTION_OUT_OF_RANGE")
    #expect(reasons["spec.parameters[period]"] == "PARAMETER_INVALID")
    #expect(reasons["spec.parameters[nope]"] == "PARAMETER_INVALID")
    #expect(info.violations.count == 12)
    #expect(harness.driver.commands.load(ordering: .relaxed) == 0, "a wrong request must not reach the core")
    await harness.stop()
  }

  @Test func exitsAndSizingAreKeptChangedAndTakenAway() async throws {
    let harness = try await ControlHarness()
    var spec = ControlHarness.spec()
    (spec.trailingStopAtr, spec.timeStopCandles, spec.cooldownCandles, spec.sizing, spec.sizingAtr) = ("3", 90, 5, "volatility", "2.5")
    try await harness.create("alpha", spec, start: false)
    let made = try #require(try await harness.bots.getBot(V1.GetBotRequest(botID: "alpha")).bot?.spec)
    #expect(made.trailingStopAtr == "3" && made.timeStopCandles == 90 && made.cooldownCandles == 5)
    #expect(made.sizing == "volatility" && made.sizingAtr == "2.5")
    let change = V1.BotSpec(trailingStopAtr: "0", timeStopCandles: -1, sizing: "fraction")
    _ = try await harness.bots.updateBot(V1.UpdateBotRequest(botID: "alpha", spec: change))
    let after = try #require(try await harness.bots.getBot(V1.GetBotRequest(botID: "alpha")).bot?.spec)
    #expect(after.trailingStopAtr == "" && after.timeStopCandles == 0 && after.cooldownCandles == 5 && after.sizing == "fraction")
    let wrong = V1.BotSpec(
      symbol: "BTCUSDT", strategy: "rsi", capital: "1", trailingStopAtr: "101", timeStopCandles: -2, cooldownCandles: .max, sizing: "huge",
      sizingAtr: "-1")
    let error = try await failure { () async throws(RPCError) in
      try await harness.bots.createBot(V1.CreateBotRequest(botID: "beta", spec: wrong))
    }
    let fields = Set(error.info?.violations.map(\.field) ?? [])
    #expect(
      fields == ["spec.trailing_stop_atr", "spec.time_stop_candles", "spec.cooldown_candles", "spec.sizing", "spec.sizing_atr"], "\(fields)"
    )
    await harness.stop()
  }

  @Test func validateOnlyChecksAndCreatesNothing() async throws {
    let harness = try await ControlHarness()
    let answer = try await harness.bots.createBot(
      V1.CreateBotRequest(botID: "alpha", spec: ControlHarness.spec(), validateOnly: true))
    #expect(answer.bot?.spec?.capital == "10000")
    #expect(try await harness.bots.listBots().total == 0)
    #expect(harness.driver.commands.load(ordering: .relaxed) == 0)
    try await harness.create("alpha")
    let error = try await failure { () async throws(RPCError) in
      try await harness.bots.createBot(V1.CreateBotRequest(botID: "alpha", spec: ControlHarness.spec(), validateOnly: true))
    }
    #expect(error.code == .alreadyExists)
    #expect(error.info?.reason == "BOT_EXISTS")
    await harness.stop()
  }

  @Test func theLifeOfABotFollowsTheCommands() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha", start: false)
    #expect(try await harness.bots.startBot(V1.StartBotRequest(botID: "alpha")).bot?.state == .running)
    #expect(try await harness.bots.pauseBot(V1.PauseBotRequest(botID: "alpha")).bot?.state == .paused)
    #expect(try await harness.bots.resumeBot(V1.ResumeBotRequest(botID: "alpha")).bot?.state == .running)
    let running = try await failure { () async throws(RPCError) in
      try await harness.bots.updateBot(V1.UpdateBotRequest(botID: "alpha", spec: V1.BotSpec(capital: "500")))
    }
    #expect(running.code == .failedPrecondition)
    #expect(running.info?.reason == "BOT_RUNNING")
    let refused = try await failure { () async throws(RPCError) in
      try await harness.bots.removeBot(V1.RemoveBotRequest(botID: "alpha"))
    }
    #expect(refused.code == .failedPrecondition)
    #expect(try await harness.bots.stopBot(V1.StopBotRequest(botID: "alpha")).bot?.state == .stopped)
    let updated = try await harness.bots.updateBot(V1.UpdateBotRequest(botID: "alpha", spec: V1.BotSpec(capital: "5555.5")))
    #expect(updated.bot?.spec?.capital == "5555.5")
    #expect(updated.bot?.spec?.parameters.contains(V1.KeyValue(key: "period", value: "2")) == true, "what was not named stays")
    #expect(try await harness.bots.removeBot(V1.RemoveBotRequest(botID: "alpha")).bot?.state == .removed)
    #expect(try await harness.bots.listBots().total == 0)
    #expect(try await harness.bots.listBots(V1.ListBotsRequest(states: [.removed])).bots.map(\.id) == ["alpha"])
    let gone = try await failure { () async throws(RPCError) in try await harness.bots.startBot(V1.StartBotRequest(botID: "alpha")) }
    #expect(gone.code == .notFound)
    #expect(gone.info?.reason == "BOT_NOT_FOUND")
    await harness.stop()
  }

  @Test func startingAndStoppingAllBotsTellsWhatBecameOfEach() async throws {
    let harness = try await ControlHarness()
    for id in ["c", "a", "b"] { try await harness.create(id, start: false) }
    let started = try await harness.bots.startAllBots()
    #expect(started.outcomes.map(\.botID) == ["a", "b", "c"])
    #expect(started.outcomes.allSatisfy { $0.state == .running && $0.error == nil })
    let stopped = try await harness.bots.stopAllBots()
    #expect(stopped.outcomes.allSatisfy { $0.state == .stopped })
    await harness.stop()
  }

  @Test func statisticsCountWhatHappenedAndValueThePositionAtTheLatestPrice() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha")
    let symbol = try #require(Symbol("BTCUSDT"))
    try await harness.driver.fall(symbol, from: 60_000)
    let open = try #require(try await harness.bots.getBotStats(V1.GetBotStatsRequest(botID: "alpha")).stats)
    #expect(open.fills == 1)
    #expect(open.trades == 0)
    #expect(open.winRate == "")
    let position = try #require(try await harness.bots.getBot(V1.GetBotRequest(botID: "alpha")).bot?.position)
    let quantity = try #require(FixedDecimal(text: position.quantity))
    #expect(quantity.isPositive)
    #expect(position.stopPrice != "")
    #expect(position.protectiveOrderID != "")
    try await harness.driver.close(symbol, at: FixedDecimal(61_000))
    let marked = try #require(try await harness.bots.getBot(V1.GetBotRequest(botID: "alpha")).bot?.position)
    #expect(marked.markPrice == "61000" || marked.quantity == "0")
    let closed = try await harness.bots.stopBot(V1.StopBotRequest(requestID: "stop", botID: "alpha", closePosition: true))
    #expect(closed.bot?.state == .stopped)
    let stats = try #require(try await harness.bots.getBotStats(V1.GetBotStatsRequest(botID: "alpha")).stats)
    #expect(stats.trades == 1)
    #expect(stats.wins + stats.losses == 1)
    #expect(FixedDecimal(text: stats.positionQuantity)?.isNegative == false)
    let net = try #require(FixedDecimal(text: stats.netPnL))
    let equity = try #require(FixedDecimal(text: stats.equity))
    #expect(equity == FixedDecimal(10_000) + net)
    #expect(stats.fees.contains { $0.asset == "USDT" || $0.asset == "BTC" })
    #expect(stats.exposure != "")
    await harness.stop()
  }

  @Test func forcedRemovalSellsFirst() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha")
    let symbol = try #require(Symbol("BTCUSDT"))
    try await harness.driver.fall(symbol, from: 60_000)
    #expect(try await harness.portfolio.listPositions().positions.count == 1)
    let removed = try await harness.bots.removeBot(
      V1.RemoveBotRequest(requestID: "remove", botID: "alpha", force: true), timeout: .seconds(15))
    #expect(removed.bot?.state == .removed)
    let trades = try await harness.trades.listTrades()
    #expect(trades.trades.map(\.side) == [.buy, .sell])
    #expect(trades.trades.last?.purpose == .manual)
    #expect(try await harness.portfolio.listPositions().positions.isEmpty)
    await harness.stop()
  }
}
