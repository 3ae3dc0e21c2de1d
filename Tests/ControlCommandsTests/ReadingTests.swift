import BotAPI
import CommandTestSupport
import Foundation
import Synchronization
import TTRPC
import Testing

@testable import ControlCommands

@Suite struct ReadingTests {
  @Test func aListIsReadPageByPage() async throws {
    let tokens = Collected()
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.listBots) { (request: V1.ListBotsRequest) throws(RPCError) -> V1.ListBotsResponse in
        tokens.append("[\(request.pageToken)]")
        let start = Int(request.pageToken) ?? 0
        let bots = (start..<start + 2).map { V1.Bot(id: "b\($0)", state: .running) }
        return V1.ListBotsResponse(bots: bots, nextPageToken: start < 4 ? "\(start + 2)" : "", total: 6)
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("list", "-o", "json", at: daemon)
      #expect(tokens.text == "[][2][4]")
      let array = try #require(try JSONSerialization.jsonObject(with: Data(result.out.utf8)) as? [[String: Any]])
      #expect(array.compactMap { $0["id"] as? String } == ["b0", "b1", "b2", "b3", "b4", "b5"])
      #expect(array.first?["state"] as? String == "running")
    }
  }

  @Test func anEmptyListIsValidJSONAndATableSaysWhatToDo() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.listBots) { (_: V1.ListBotsRequest) throws(RPCError) in V1.ListBotsResponse() }
    } _: { daemon in
      #expect(await CommandLineUnderTest.run("list", "-o", "json", at: daemon).out == "[]\n")
      let table = await CommandLineUnderTest.run("list", at: daemon)
      #expect(table.out.isEmpty && table.err.contains("botctl create") && table.status == .ok)
    }
  }

  @Test func theNewestTradesAreShownOldestFirst() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.TradeService.listTrades) { (request: V1.ListTradesRequest) throws(RPCError) -> V1.ListTradesResponse in
        #expect(request.newestFirst && request.pageSize == 2)
        return V1.ListTradesResponse(trades: [V1.Trade(sequence: 9), V1.Trade(sequence: 8)], nextPageToken: "more")
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("trades", "--limit", "2", at: daemon)
      #expect(result.outLines.dropFirst().map { $0.split(separator: " ").first } == ["8", "9"])
    }
  }

  @Test(arguments: [V1.HealthStatus.down, .degraded, .ok])
  func healthThatNeedsMendingIs8(_ status: V1.HealthStatus) async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.SystemService.getHealth) { (_: V1.GetHealthRequest) throws(RPCError) in
        V1.GetHealthResponse(status: status, components: [V1.ComponentHealth(name: "feed", status: status, message: "no data for 9 s")])
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("health", at: daemon)
      #expect(result.status == (status == .ok ? .ok : .unhealthy))
      #expect(result.out.contains("feed  \(status.name)"))
    }
  }

  @Test func anAddressFromTheEnvironmentIsUsed() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.SystemService.getConfig) { (_: V1.GetConfigRequest) throws(RPCError) in
        V1.GetConfigResponse(entries: [V1.ConfigEntry(name: "mode", value: "paper", source: "default")])
      }
    } _: { daemon in
      var line = CommandLineUnderTest()
      line.variables["BOTD_ADDRESS"] = daemon.address
      #expect(await line.run(["config"]).out == "SETTING  VALUE  FROM\nmode     paper  default\n")
    }
  }

  @Test func aTokenIsSentBeforeTheFirstCall() async throws {
    let seen = Collected()
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.SystemService.login) { (request: V1.LoginRequest) throws(RPCError) -> V1.LoginResponse in
        seen.append("login \(request.token);")
        return V1.LoginResponse(identity: "x", role: "observe")
      }
      daemon.on(V1.SystemService.getConfig) { (_: V1.GetConfigRequest) throws(RPCError) -> V1.GetConfigResponse in
        seen.append("config")
        return V1.GetConfigResponse()
      }
    } _: { daemon in
      var line = CommandLineUnderTest()
      line.variables["BOTD_TOKEN"] = "s3cret"
      let result = await line.run(["config", "--address", daemon.address])
      #expect(seen.text == "login s3cret;config")
      #expect(!result.out.contains("s3cret") && !result.err.contains("s3cret"))
    }
  }
}

@Suite struct LiveFollowTests {
  @Test func pricesAreFollowedUntilCtrlC() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.server.register(V1.MarketDataService.subscribeTickers) { _, stream in
        stream.onMessage { bytes in
          guard let request = try? V1.SubscribeTickersRequest.decode(bytes) else { return }
          let tickers = request.symbols.map { V1.Ticker(symbol: $0, lastPrice: "67012.50000000") }
          if let bytes = try? V1.SubscribeTickersResponse(tickers: tickers).encode() { stream.send(bytes) }
        }
        stream.onHalfClose { stream.finish() }
      }
    } _: { daemon in
      let line = CommandLineUnderTest()
      async let result = line.run(["ticker", "-f", "btcusdt", "ETHUSDT", "--address", daemon.address])
      await line.out.contains("ETHUSDT  67012.5")
      line.interrupt.fire()
      #expect(await result.status == .ok)
    }
  }

  @Test func aLostConnectionEndsItWith3() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.server.register(V1.SystemService.watchHealth) { context, _ in context.connection.close() }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("health", "--follow", at: daemon)
      #expect(result.status == .noDaemon)
    }
  }
}

@Suite struct DoctorTests {
  private static let minute: Int64 = 60_000_000_000

  private static func candle(_ number: Int64) -> V1.Candle {
    V1.Candle(openTimeNs: number * minute, closeTimeNs: (number + 1) * minute, open: "2", high: "3", low: "1", close: "2.5", isClosed: true)
  }

  private static func prepare(_ daemon: ScriptedDaemon, cache: V1.HealthStatus, candles: [V1.Candle]) {
    daemon.on(V1.SystemService.hello) { (_: V1.HelloRequest) throws(RPCError) in
      V1.HelloResponse(version: "1.0.0", apiVersion: "botd.v1", mode: .paper, role: "admin")
    }
    daemon.on(V1.SystemService.getHealth) { (_: V1.GetHealthRequest) throws(RPCError) in
      V1.GetHealthResponse(
        status: .ok,
        components: ["feed", "cache", "database", "clock"].map { name in
          V1.ComponentHealth(name: name, status: name == "cache" ? cache : .ok)
        })
    }
    daemon.on(V1.MarketDataService.listSymbols) { (_: V1.ListSymbolsRequest) throws(RPCError) in
      V1.ListSymbolsResponse(symbols: [V1.SymbolInfo(symbol: "BTCUSDT", subscribed: true)])
    }
    daemon.on(V1.MarketDataService.getCandles) { (request: V1.GetCandlesRequest) throws(RPCError) in
      V1.GetCandlesResponse(symbol: request.symbol, interval: request.interval, candles: candles)
    }
    daemon.on(V1.SystemService.runSelfTest) { (_: V1.RunSelfTestRequest) throws(RPCError) in
      V1.RunSelfTestResponse(
        checks: ["indicator", "signal", "paper_order"].map { V1.SelfTestCheck(name: $0, status: .ok, message: "fine") })
    }
  }

  @Test func aHealthyPipelineIs0AndEveryPartIsNamed() async throws {
    try await ScriptedDaemon.with { daemon in
      Self.prepare(daemon, cache: .disabled, candles: (1...5).map(Self.candle))
    } _: { daemon in
      let result = await CommandLineUnderTest.run("doctor", at: daemon)
      #expect(result.status == .ok)
      for part in [
        "socket", "daemon", "feed", "cache", "database", "clock", "candles", "indicator", "signal", "paper_order", "all well",
        "5 1m candles of BTCUSDT, no hole",
      ] {
        #expect(result.out.contains(part), "\(part)")
      }
    }
  }

  @Test func aDegradedPartIs8AndTheRemedyIsThere() async throws {
    try await ScriptedDaemon.with { daemon in
      Self.prepare(daemon, cache: .degraded, candles: (1...5).map(Self.candle))
    } _: { daemon in
      let result = await CommandLineUnderTest.run("doctor", at: daemon)
      #expect(result.status == .unhealthy)
      #expect(result.out.contains("REDIS_HOST") && result.out.contains("1 of 10 checks needs mending"))
    }
  }

  @Test func candlesWithAHoleOrImpossiblePricesAreFound() {
    let whole = (1...5).map(Self.candle)
    #expect(Examination.judge(whole, symbol: "X", interval: "1m").status == .ok)
    var hole = whole
    hole.remove(at: 2)
    #expect(Examination.judge(hole, symbol: "X", interval: "1m").message.contains("1 hole, 0 impossible"))
    var wrong = whole
    wrong[1].high = "0.5"
    wrong[2].close = "NaN"
    #expect(Examination.judge(wrong, symbol: "X", interval: "1m").message.contains("0 holes, 2 impossible"))
    #expect(Examination.judge([], symbol: "X", interval: "1m").status == .degraded)
  }

  @Test func withoutADaemonItIs3() async {
    let result = await CommandLineUnderTest.run("doctor", "--address", "unix:/tmp/there-is-none/s")
    #expect(result.status == .noDaemon)
    #expect(result.out.contains("Start it with: botd"))
  }

  @Test func aDaemonThatCannotTestItselfIsSkippedNotFailed() async throws {
    try await ScriptedDaemon.with { _ in
    } _: { daemon in
      let result = await CommandLineUnderTest.run("doctor", at: daemon)
      #expect(result.status == .ok)
      #expect(result.out.contains("skipped"))
    }
  }
}
