import BotAPI
import CommandTestSupport
import Synchronization
import TTRPC
import Testing

@testable import ControlCommands

@Suite struct CreateTests {
  @Test func everythingMissingIsListedAtOnceEvenWithoutADaemon() async {
    let result = await CommandLineUnderTest.run("create", "--address", "unix:/tmp/there-is-none/s")
    #expect(result.status == .invalidArgument)
    for part in ["4 things", "BOT_ID", "--symbol", "--strategy", "--capital", "not checked by the daemon"] {
      #expect(result.err.contains(part))
    }
  }

  @Test func whatIsWrongHereAndWhatTheDaemonFindsComeInOneList() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.createBot) { (request: V1.CreateBotRequest) throws(RPCError) -> V1.CreateBotResponse in
        guard request.validateOnly else { return V1.CreateBotResponse() }
        throw RPCError(violations: [
          V1.FieldViolation(field: "spec.capital", reason: "X", message: "the daemon says the same"),
          V1.FieldViolation(field: "spec.strategy", reason: "UNKNOWN_STRATEGY", message: "there is no strategy rsx"),
          V1.FieldViolation(field: "spec.parameters[perod]", reason: "UNKNOWN_PARAMETER", message: "rsi has no parameter perod"),
        ])
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "create", "Bad Id", "--symbol", "BTC USDT", "--strategy", "rsx", "--param", "perod=14", "--param", "oversold", "--interval", "7m",
        "--capital", "-5", "--risk-per-trade", "2", "--stop-loss", "NaN", at: daemon)
      #expect(result.status == .invalidArgument)
      #expect(result.err.contains("9 things"))
      for part in [
        "BOT_ID:", "--symbol:", "--strategy: there is no strategy", "--param perod: rsi has no", "--param: \"oversold\"", "--interval:",
        "--capital: capital must be greater than 0", "--risk-per-trade: risk_per_trade must be above 0",
        "--stop-loss: stop_loss \"NaN\" must be a decimal",
      ] {
        #expect(result.err.contains(part), "\(part)")
      }
      #expect(!result.err.contains("the daemon says the same"))
    }
  }

  @Test(arguments: [
    ("币安人生usdt", "币安人生USDT"), ("btc/usdt", "BTCUSDT"), ("WBTC_USDT", "WBTCUSDT"), ("eth-btc", "ETHBTC"), ("FOO/BAR", "FOOBAR"),
    ("A-B.C_1", "A-B.C_1"), ("这是测试币456", "这是测试币456"),
  ])
  func symbolsAndMonthsArriveAsTheExchangeSpellsThem(given: String, symbol: String) async throws {
    let received = Mutex<V1.CreateBotRequest?>(nil)
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.createBot) { (request: V1.CreateBotRequest) throws(RPCError) -> V1.CreateBotResponse in
        received.withLock { $0 = request }
        return V1.CreateBotResponse(bot: V1.Bot(id: request.botID))
      }
    } _: { daemon in
      let words = ["create", "a", "--symbol", given, "--strategy", "rsi", "--capital", "1000", "--interval", "1M"]
      let result = await CommandLineUnderTest().run(words + ["--address", daemon.address])
      #expect(result.status == .ok, "\(result.err)")
      let spec = try #require(received.withLock { $0?.spec })
      #expect(spec.symbol == symbol && spec.interval == "1M")
    }
  }

  @Test func exitsAndSizingArrive() async throws {
    let received = Mutex<V1.CreateBotRequest?>(nil)
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.createBot) { (request: V1.CreateBotRequest) throws(RPCError) -> V1.CreateBotResponse in
        received.withLock { $0 = request }
        return V1.CreateBotResponse(bot: V1.Bot(id: request.botID))
      }
    } _: { daemon in
      let words = ["create", "a", "--symbol", "BTCUSDT", "--strategy", "rsi", "--capital", "1000"]
      let more = ["--trailing-stop-atr", "3", "--time-stop", "90", "--cooldown", "5", "--sizing", "volatility", "--sizing-atr", "2"]
      let result = await CommandLineUnderTest().run(words + more + ["--address", daemon.address])
      #expect(result.status == .ok, "\(result.err)")
      let spec = try #require(received.withLock { $0?.spec })
      #expect(spec.trailingStopAtr == "3" && spec.timeStopCandles == 90 && spec.cooldownCandles == 5)
      #expect(spec.sizing == "volatility" && spec.sizingAtr == "2")
      let wrong = await CommandLineUnderTest().run(
        words + ["--sizing", "big", "--time-stop=-3", "--sizing-atr", "101", "--address", daemon.address])
      for part in [
        "--sizing: sizing must be one of risk, volatility, fraction", "--time-stop: time_stop_candles must be from 0 (none)",
        "--sizing-atr: sizing_atr must be from 0 to 100",
      ] {
        #expect(wrong.err.contains(part), "\(part): \(wrong.err)")
      }
    }
  }

  @Test func aGoodCommandLineArrivesAsItWasWritten() async throws {
    let received = Mutex<V1.CreateBotRequest?>(nil)
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.createBot) { (request: V1.CreateBotRequest) throws(RPCError) -> V1.CreateBotResponse in
        received.withLock { $0 = request }
        return V1.CreateBotResponse(bot: V1.Bot(id: request.botID, state: .running))
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "create", "rsi-btc", "--symbol", "btcusdt", "--strategy", "rsi", "--param", "period=14", "--param", "oversold=30", "--param",
        "overbought=70", "--interval", "1m", "--capital", "1000", "--risk-per-trade", "0.02", "--max-position", "0.1", "--stop-loss",
        "0.02", "--take-profit", "0.04", "--trailing-stop", "0.015", "--start", at: daemon)
      #expect(result.status == .ok)
      #expect(result.out.contains("rsi-btc created and running"))
      let request = try #require(received.withLock { $0 })
      #expect(request.requestID.count == 32)
      #expect(request.botID == "rsi-btc" && request.start && !request.validateOnly)
      #expect(
        request.spec
          == V1.BotSpec(
            symbol: "BTCUSDT", strategy: "rsi",
            parameters: [
              V1.KeyValue(key: "period", value: "14"), V1.KeyValue(key: "oversold", value: "30"),
              V1.KeyValue(key: "overbought", value: "70"),
            ], interval: "1m", capital: "1000", riskPerTrade: "0.02", maxPositionFraction: "0.1", stopLoss: "0.02", takeProfit: "0.04",
            trailingStop: "0.015"))
    }
  }

  @Test func withoutAnIntervalItIsOneMinute() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.createBot) { (request: V1.CreateBotRequest) throws(RPCError) -> V1.CreateBotResponse in
        #expect(request.spec?.interval == "1m")
        return V1.CreateBotResponse()
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "create", "a", "--symbol", "BTCUSDT", "--strategy", "rsi", "--capital", "1000", at: daemon)
      #expect(result.status == .ok)
    }
  }

  @Test(arguments: ["a", "0", "rsi-btc_1", "_a", "a23456789012345678901234567890ab"]) func goodIDs(id: String) async {
    #expect(!(await Self.refusal(id)).contains("BOT_ID"))
  }

  @Test(arguments: ["", "A", "a b", "ä", "a/b", "a23456789012345678901234567890abc"]) func badIDs(id: String) async {
    #expect(await Self.refusal(id).contains("  BOT_ID: \"\(id)\" must be 1 to 32 of a-z, 0-9, '-' and '_'"))
  }

  /// What `create` says of an id and nothing else.
  private static func refusal(_ id: String) async -> String {
    await CommandLineUnderTest.run("create", id, "--address", "unix:/tmp/there-is-none/s").err
  }

  @Test func severalBotsAreAllTriedAndTheFirstFailureGivesTheCode() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.startBot) { (request: V1.StartBotRequest) throws(RPCError) -> V1.StartBotResponse in
        switch request.botID {
        case "b": throw RPCError(code: .notFound, reason: "BOT_NOT_FOUND", message: "there is no bot b")
        case "c": throw RPCError(code: .failedPrecondition, reason: "BOT_HALTED", message: "c is halted")
        default: return V1.StartBotResponse(bot: V1.Bot(id: request.botID, state: .running))
        }
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("start", "a", "b", "c", "d", at: daemon)
      #expect(result.outLines == ["a is running", "d is running"])
      #expect(result.err.contains("b: there is no bot b") && result.err.contains("c: c is halted"))
      #expect(result.status == .notFound)
    }
  }
}
