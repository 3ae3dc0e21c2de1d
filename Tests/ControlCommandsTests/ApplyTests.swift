import BotAPI
import CommandTestSupport
import Synchronization
import TTRPC
import Testing

@testable import ControlCommands

/// `apply` at a daemon whose answers are written here: what is taken back, and what is not done.
@Suite struct ApplyTests {
  private final class Calls: Sendable {
    private let list = Mutex<[String]>([])
    func add(_ call: String) { list.withLock { $0.append(call) } }
    var all: [String] { list.withLock { $0 } }
  }

  private static let spec = V1.BotSpec(symbol: "BTCUSDT", strategy: "rsi", interval: "1m", capital: "1000")

  /// A daemon with a running bot `a` and a stopped bot `b`.
  private static func script(_ daemon: ScriptedDaemon, _ calls: Calls, refuse: Set<String> = [], meanwhile: String = "1000") {
    func bot(_ id: String) -> V1.Bot { V1.Bot(id: id, spec: spec, state: id == "a" ? .running : .stopped, createdSequence: 1) }
    @Sendable func answer(_ call: String) throws(RPCError) {
      calls.add(call)
      if refuse.contains(call) { throw RPCError(code: .failedPrecondition, reason: "X", message: "\(call) is refused") }
    }
    daemon.on(V1.SystemService.hello) { (_: V1.HelloRequest) in V1.HelloResponse(mode: .live) }
    daemon.on(V1.RiskService.getRiskLimits) { (_: V1.GetRiskLimitsRequest) in V1.GetRiskLimitsResponse() }
    daemon.on(V1.OrderService.listOrders) { (_: V1.ListOrdersRequest) in V1.ListOrdersResponse() }
    daemon.on(V1.BotService.listBots) { [bots = [bot("a"), bot("b")]] (_: V1.ListBotsRequest) in V1.ListBotsResponse(bots: bots) }
    daemon.on(V1.BotService.getBot) { [a = bot("a"), b = bot("b")] (request: V1.GetBotRequest) in
      var bot = request.botID == "a" ? a : b
      bot.spec?.capital = meanwhile
      return V1.GetBotResponse(bot: bot)
    }
    daemon.on(V1.BotService.createBot) { (request: V1.CreateBotRequest) throws(RPCError) in
      if !request.validateOnly { try answer("create \(request.botID)") }
      return V1.CreateBotResponse(bot: V1.Bot(id: request.botID, spec: request.spec))
    }
    daemon.on(V1.BotService.updateBot) { (request: V1.UpdateBotRequest) throws(RPCError) in
      try answer("update \(request.botID) \(request.spec?.capital ?? "")")
      return V1.UpdateBotResponse()
    }
    daemon.on(V1.BotService.stopBot) { (request: V1.StopBotRequest) throws(RPCError) in
      try answer("stop \(request.botID)")
      return V1.StopBotResponse()
    }
    daemon.on(V1.BotService.startBot) { (request: V1.StartBotRequest) throws(RPCError) in
      try answer("start \(request.botID)")
      return V1.StartBotResponse()
    }
    daemon.on(V1.BotService.removeBot) { (request: V1.RemoveBotRequest) throws(RPCError) in
      try answer("remove \(request.botID) \(request.force)")
      return V1.RemoveBotResponse()
    }
  }

  private static func file(_ a: String, _ b: String = "") -> String {
    let settings = "strategy: rsi, interval: 1m, symbol: BTCUSDT"
    return "bots:\n" + (a.isEmpty ? "" : "  a: {\(settings), \(a)}\n") + (b.isEmpty ? "" : "  b: {\(settings), \(b)}\n")
  }

  private static func apply(
    _ text: String, _ more: String..., refuse: Set<String> = [], meanwhile: String = "1000"
  ) async throws -> (result: CommandResult, calls: [String]) {
    let calls = Calls()
    var result: CommandResult?
    try await ScriptedDaemon.with {
      script($0, calls, refuse: refuse, meanwhile: meanwhile)
    } _: { daemon in
      var line = CommandLineUnderTest()
      let once = Mutex<[UInt8]?>(Array(text.utf8))
      line.input = {
        once.withLock { bytes in
          defer { bytes = nil }
          return bytes
        }
      }
      result = await line.run(["apply", "-f", "-", "--address", daemon.address] + more)
    }
    return (try #require(result), calls.all)
  }

  @Test func nothingToChangeIsNothingDone() async throws {
    let (result, calls) = try await Self.apply(Self.file("capital: 1000, state: running", "capital: 1000"))
    #expect(result.status == .ok && result.out.contains("nothing to change: 2 bots") && calls == [], "\(result)")
  }

  @Test func withoutYesNothingIsDone() async throws {
    let (result, calls) = try await Self.apply(Self.file("", "capital: 5000"))
    #expect(result.status == .usage && result.err.contains("--yes") && calls == [] && result.out.contains("~ b capital: 1000 -> 5000"))
    let (shown, none) = try await Self.apply(Self.file("", "capital: 5000"), "--dry-run")
    #expect(shown.status.rawValue == 1 && none == [] && shown.out.contains("orders that would follow"), "\(shown)")
  }

  @Test func botsAreChangedOneByOne() async throws {
    let (result, calls) = try await Self.apply(Self.file("capital: 2000", "capital: 3000, state: running"), "--yes")
    #expect(result.status == .refused && calls == ["update b 3000", "start b"], "\(result) \(calls)")
    #expect(result.out.contains("! a is left as it is: it runs"))
    let (second, others) = try await Self.apply(Self.file("capital: 2000", "capital: 1000"), "--yes", "--restart")
    #expect(second.status == .ok && others == ["stop a", "update a 2000", "start a"], "\(second) \(others)")
  }

  /// A bot is changed wholly or not at all.
  @Test func whatWasBegunIsTakenBack() async throws {
    let (result, calls) = try await Self.apply(
      Self.file("capital: 2000", "capital: 3000"), "--yes", "--restart", refuse: ["update a 2000"])
    #expect(calls == ["stop a", "update a 2000", "start a", "update b 3000"], "\(calls)")
    #expect(result.status == .refused && result.err.contains("it is as it was before") && result.out.contains("b changed"), "\(result)")
    let (late, back) = try await Self.apply(Self.file("", "capital: 3000, state: running"), "--yes", refuse: ["start b"])
    #expect(back == ["update b 3000", "start b", "update b 1000"] && late.status == .refused, "\(back)")
    let (worst, tried) = try await Self.apply(
      Self.file("capital: 2000"), "--yes", "--restart", refuse: ["update a 2000", "start a"])
    #expect(tried == ["stop a", "update a 2000", "start a"] && worst.err.contains("it is not as it was"), "\(worst)")
  }

  @Test func whatSomebodyElseChangedMeanwhileStays() async throws {
    let (result, calls) = try await Self.apply(Self.file("", "capital: 3000"), "--yes", meanwhile: "1500")
    #expect(result.status == .refused && calls == [] && result.err.contains("somebody changed it meanwhile"), "\(result)")
  }

  /// Nothing of a file reaches the terminal as more than text.
  @Test func controlCharactersAreTaken() async throws {
    let (result, _) = try await Self.apply("bots:\n  \"\\e[31m\": {symbol: \"a\\u0007\", strategy: \"\\e]0;x\", \"\\e[2J\": 1}\n", "--yes")
    #expect(result.status == .invalidArgument && result.err.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }, "\(result)")
  }

  @Test func onlyPruneRemoves() async throws {
    let (kept, none) = try await Self.apply(Self.file("", "capital: 1000"), "--yes")
    #expect(kept.status == .ok && none == [] && kept.err.contains("not in the file, left as they are: a"), "\(kept)")
    let (result, calls) = try await Self.apply(Self.file("", "capital: 1000"), "--yes", "--prune")
    #expect(
      result.status == .ok && calls == ["stop a", "remove a false"] && result.out.contains("- a to be stopped, removed"), "\(result)")
  }

  @Test func aWrongFileChangesNothing() async throws {
    let (result, calls) = try await Self.apply(Self.file("capital: x", "capital: 3000"), "--yes", "--restart")
    #expect(result.status == .invalidArgument && calls == [] && result.err.contains("standard input:2: a: capital \"x\""), "\(result)")
    let away = await CommandLineUnderTest.run("apply", "-f", "/nonexistent/file", "--address", "unix:/nonexistent/s")
    #expect(away.status == .invalidArgument && away.err.contains("/nonexistent/file cannot be read"))
  }

  @Test func cloneTakesSettingsByName() async throws {
    let calls = Calls()
    let created = Mutex<V1.CreateBotRequest?>(nil)
    try await ScriptedDaemon.with { daemon in
      Self.script(daemon, calls)
      daemon.on(V1.BotService.createBot) { (request: V1.CreateBotRequest) in
        created.withLock { $0 = request }
        return V1.CreateBotResponse(bot: V1.Bot(id: request.botID, spec: request.spec))
      }
    } _: { daemon in
      let good = await CommandLineUnderTest.run(
        "clone", "b", "c", "--symbol", "eth/usdt", "--set", "capital=500", "--set", "parameters.period=9", "--set", "compound=true",
        at: daemon)
      let request = try #require(created.withLock { $0 })
      var spec = Self.spec
      (spec.symbol, spec.capital, spec.compound) = ("ETHUSDT", "500", true)
      spec.parameters = [V1.KeyValue(key: "period", value: "9")]
      #expect(good.status == .ok && request.spec == spec && !request.validateOnly && good.out.contains("capital: 1000 -> 500"), "\(good)")
      let wrong = await CommandLineUnderTest.run(
        "clone", "b", "c", "--set", "stoploss=0.1", "--set", "compound=yes", "--set", "capital", at: daemon)
      #expect(created.withLock { $0?.validateOnly } == true && wrong.status == .invalidArgument)
      for part in ["3 things", "did you mean stop_loss?", "compound must be true or false", "not of the form name=value"] {
        #expect(wrong.err.contains(part), "\(wrong.err)")
      }
    }
  }
}
