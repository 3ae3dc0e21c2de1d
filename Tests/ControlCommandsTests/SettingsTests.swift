import BotAPI
import CommandTestSupport
import Synchronization
import TTRPC
import Testing

@testable import ControlCommands

/// What `create` and `update` send and say.
@Suite struct SettingsTests {
  private static let bot = ["create", "a", "--symbol", "BTCUSDT", "--strategy", "rsi", "--capital", "1000"]

  /// Runs a `create` against a daemon that takes everything; returns what arrived and what was printed.
  private static func create(
    _ words: [String], notes: [String] = []
  ) async throws -> (request: V1.CreateBotRequest?, result: CommandResult) {
    let received = Mutex<V1.CreateBotRequest?>(nil)
    var printed: CommandResult?
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.createBot) { (request: V1.CreateBotRequest) throws(RPCError) -> V1.CreateBotResponse in
        received.withLock { $0 = request }
        return V1.CreateBotResponse(bot: V1.Bot(id: request.botID, state: request.start ? .running : .created), notes: notes)
      }
    } _: { daemon in
      printed = await CommandLineUnderTest().run(bot + words + ["--address", daemon.address])
    }
    return (received.withLock { $0 }, try #require(printed))
  }

  @Test func autoStartDoesNotStartNowAndSaysWhatHappens() async throws {
    let (request, result) = try await Self.create(["--auto-start"])
    #expect(request?.start == false && request?.spec?.autoStart == true)
    #expect(result.out == "a created. It starts when botd starts next; start it now with: botctl start a\n")
  }

  @Test func startAndAutoStartAreBothSent() async throws {
    let (request, result) = try await Self.create(["--auto-start", "--start"])
    #expect(request?.start == true && request?.spec?.autoStart == true)
    #expect(result.out.hasPrefix("a created and running. Watch it with: botctl trades --follow --bot a\n"))
  }

  @Test func withoutEitherTheAnswerSaysHowToStartIt() async throws {
    let (request, result) = try await Self.create([])
    #expect(request?.start == false && request?.spec?.autoStart == false && request?.spec?.compound == false)
    #expect(result.out == "a created. Start it with: botctl start a\n")
  }

  @Test(arguments: [[], ["--start"], ["--dry-run"]]) func whatKeepsBotsFromTradingIsShown(words: [String]) async throws {
    let (_, result) = try await Self.create(words, notes: ["trading is reducing (lost 5): botctl risk activate"])
    #expect(result.status == .ok)
    #expect(result.out.contains("but trading is reducing (lost 5): botctl risk activate"))
  }

  @Test(arguments: [(["--compound"], true), (["--no-compound"], false)]) func compoundingIsSent(words: [String], value: Bool) async throws {
    #expect(try await Self.create(words).request?.spec?.compound == value)
  }

  @Test func anUpdateRemovesReturnsToDefaultsAndSwitches() async throws {
    let received = Mutex<V1.UpdateBotRequest?>(nil)
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.updateBot) { (request: V1.UpdateBotRequest) throws(RPCError) -> V1.UpdateBotResponse in
        received.withLock { $0 = request }
        return V1.UpdateBotResponse(bot: V1.Bot(id: request.botID))
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "update", "a", "--time-stop", "0", "--cooldown", "0", "--no-compound", "--auto-start", "true", "--param", "period=", "--param",
        "oversold=20", at: daemon)
      #expect(result.status == .ok, "\(result.err)")
      let request = try #require(received.withLock { $0 })
      let spec = try #require(request.spec)
      #expect(spec.timeStopCandles == -1 && spec.cooldownCandles == -1)
      #expect(request.updateCompound && !spec.compound && request.updateAutoStart && spec.autoStart)
      #expect(spec.parameters == [V1.KeyValue(key: "period", value: ""), V1.KeyValue(key: "oversold", value: "20")])
      #expect(spec.symbol.isEmpty && spec.interval.isEmpty && spec.capital.isEmpty)

      let other = await CommandLineUnderTest.run("update", "a", "--time-stop", "90", "--compound", at: daemon)
      #expect(other.status == .ok, "\(other.err)")
      let second = try #require(received.withLock { $0 })
      #expect(second.spec?.timeStopCandles == 90 && second.spec?.cooldownCandles == 0)
      #expect(second.updateCompound && second.spec?.compound == true && !second.updateAutoStart)
    }
  }

  @Test(arguments: [
    ["--capital", "abc"], ["--capital", ""], ["--time-stop", "abc"], ["--time-stop", "1.5"], ["--time-stop", "-1"], ["--cooldown", "x"],
    ["--auto-start", "maybe"], ["--param", "period"], ["--risk-per-trade", "7"], ["--interval", "7m"], ["--sizing", "big"],
    ["--symbol", "B!"], ["--sizing-atr", "1e3"],
  ])
  func aWrongValueOfAnUpdateIsASentenceWithItsOption(words: [String]) async throws {
    let asked = Collected()
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.updateBot) { (_: V1.UpdateBotRequest) throws(RPCError) -> V1.UpdateBotResponse in
        asked.append("updated")
        return V1.UpdateBotResponse()
      }
    } _: { daemon in
      let result = await CommandLineUnderTest().run(["update", "a"] + words + ["--address", daemon.address])
      #expect(result.status == .invalidArgument, "\(result.err)")
      #expect(result.err.hasPrefix("botctl: nothing was changed:\n  \(words[0])"), "\(result.err)")
      #expect(!result.err.contains("CommandFailure") && !result.err.contains("Usage"))
      #expect(asked.text.isEmpty && result.out.isEmpty)
    }
  }

  @Test func everythingWrongWithAnUpdateIsListedAtOnceAgainstWhatTheBotIs() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.getBot) { (request: V1.GetBotRequest) throws(RPCError) -> V1.GetBotResponse in
        let parameters = [V1.KeyValue(key: "fast", value: "5"), V1.KeyValue(key: "slow", value: "50")]
        let spec = V1.BotSpec(symbol: "BTCUSDT", strategy: "ema_cross", parameters: parameters, interval: "1m", capital: "1000")
        return V1.GetBotResponse(bot: V1.Bot(id: request.botID, spec: spec))
      }
    } _: { daemon in
      // fast=30 alone is right beside the slow=50 that the bot has.
      let result = await CommandLineUnderTest.run(
        "update", "a", "--capital", "abc", "--time-stop", "soon", "--param", "fast=30", "--param", "slaw=9", "--stop-loss", "2", at: daemon)
      #expect(result.status == .invalidArgument)
      let parts = ["--capital: ", "--time-stop: ", "--param slaw: ", "--stop-loss: "]
      for part in parts { #expect(result.err.contains(part), "\(result.err)") }
      #expect(!result.err.contains("--param fast"), "\(result.err)")
    }
  }

  @Test func anUpdateThatNamesNothingChangesNothingAndSaysSo() async {
    let result = await CommandLineUnderTest.run("update", "a", "--address", "unix:/tmp/there-is-none/s")
    #expect(result.status == .invalidArgument)
    #expect(result.err.contains("name what to change"))
  }

  @Test func whatTheDaemonRefusesIsListedWithItsOptions() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.updateBot) { (_: V1.UpdateBotRequest) throws(RPCError) -> V1.UpdateBotResponse in
        throw RPCError(violations: [V1.FieldViolation(field: "spec.capital", reason: "CAPITAL_TOO_SMALL", message: "could never trade")])
      }
      daemon.on(V1.BotService.createBot) { (_: V1.CreateBotRequest) throws(RPCError) -> V1.CreateBotResponse in
        throw RPCError(violations: [V1.FieldViolation(field: "spec.capital", reason: "CAPITAL_TOO_SMALL", message: "could never trade")])
      }
    } _: { daemon in
      let update = await CommandLineUnderTest.run("update", "a", "--capital", "1", at: daemon)
      #expect(update.status == .invalidArgument && update.err == "botctl: nothing was changed:\n  --capital: could never trade\n")
      let create = await CommandLineUnderTest().run(Self.bot + ["--address", daemon.address])
      #expect(create.status == .invalidArgument && create.err == "botctl: the bot was not created:\n  --capital: could never trade\n")
    }
  }

  @Test func theHelpSaysWhatForceAndParamDo() async {
    func help(_ command: String) async -> String {
      await CommandLineUnderTest.run(command, "--help").out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    let remove = await help("remove")
    #expect(remove.contains("Stops it, sells what it holds at the market, then removes it."))
    let update = await help("update")
    #expect(update.contains("--param changes the parameters that it names; name= returns one to its default."))
    #expect(await help("create").contains("Starts with the daemon's next start, unless a person stopped or paused it"))
    for command in ["create", "update"] { #expect(await help(command).contains("1M")) }
  }
}

/// Numbers and words on the command line.
@Suite struct OptionValueTests {
  @Test(arguments: [
    ["orders", "--limit", "abc"], ["orders", "--limit", "-3"], ["orders", "--limit", "0"], ["equity", "--limit", "1.5"],
    ["equity", "--limit", "0"], ["candles", "BTCUSDT", "--limit", "0"], ["candles", "BTCUSDT", "--limit", "-5"],
    ["candles", "BTCUSDT", "--limit", "99999999999999999999"], ["trades", "--limit", "many"], ["trades", "--from", "x"],
    ["trades", "--from", "-1"], ["events", "--from", "x"], ["events", "--limit", "0"], ["events", "--kind", "nope"],
    ["list", "--state", "nope"], ["list", "--timeout", "soon"], ["list", "--output", "xml"], ["risk", "show", "--output", "yaml"],
  ])
  func aWrongValueIsASentenceThatNamesTheOption(words: [String]) async throws {
    try await ScriptedDaemon.with { _ in
    } _: { daemon in
      let result = await CommandLineUnderTest().run(words + ["--address", daemon.address])
      #expect(result.status == .usage)
      #expect(result.err.hasPrefix("botctl: "), "\(result.err)")
      #expect(result.err.contains(words[words.count - 2]) && !result.err.contains("Usage:"), "\(result.err)")
      #expect(result.out.isEmpty)
    }
  }

  @Test func aWrongCommandLineStillShowsHowItIsWritten() async {
    let result = await CommandLineUnderTest.run("show")
    #expect(result.status == .usage)
    #expect(result.err.hasPrefix("botctl: Missing expected argument") && result.err.contains("botctl show --help"), "\(result.err)")
  }
}

@Suite struct CandlePageTests {
  @Test func moreThanOnePageOfCandlesIsReadAndTheEndIsSaid() async throws {
    let asked = Collected()
    let minute: Int64 = 60_000_000_000
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.MarketDataService.getCandles) { (request: V1.GetCandlesRequest) throws(RPCError) -> V1.GetCandlesResponse in
        asked.append("[\(request.limit)]")
        let end = request.beforeTimeNs == 0 ? 2_300 : request.beforeTimeNs / minute
        let numbers = max(1, end - Int64(min(request.limit, 1_000)))..<end
        var candles = numbers.map { V1.Candle(openTimeNs: $0 * minute, closeTimeNs: ($0 + 1) * minute, close: "1", isClosed: true) }
        if request.includeOpen { candles.append(V1.Candle(openTimeNs: end * minute, close: "1", isClosed: false)) }
        return V1.GetCandlesResponse(symbol: request.symbol, interval: request.interval, candles: candles)
      }
    } _: { daemon in
      let all = await CommandLineUnderTest.run("candles", "btcusdt", "--limit", "5000", "-o", "json", at: daemon)
      #expect(all.status == .ok)
      #expect(all.out.split(separator: "\n").count { $0.contains("open_time_ns") } == 2_299)
      #expect(all.err == "the daemon holds 2299 closed 1m candles of BTCUSDT\n")
      let times = all.out.split(separator: "\n").filter { $0.contains("open_time_ns") }
      #expect(times.first?.contains("\"\(minute)\"") == true || times.first?.contains(": \(minute)") == true)
      let some = await CommandLineUnderTest.run("candles", "btcusdt", "--limit", "1500", "--include-open", "-o", "json", at: daemon)
      #expect(some.out.split(separator: "\n").count { $0.contains("open_time_ns") } == 1_501)
      #expect(some.err.isEmpty)
    }
  }
}
