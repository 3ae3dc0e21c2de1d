import BotAPI
import CommandTestSupport
import Synchronization
import TTRPC
import Testing

@testable import ControlCommands

/// Limits above all bots, and where it shows that trading is not active.
@Suite struct StandingTests {
  private static let reason = "lost 5 since midnight UTC, max_daily_loss is 1"

  private static func breached(_ daemon: ScriptedDaemon) {
    daemon.on(V1.BotService.listBots) { (_: V1.ListBotsRequest) throws(RPCError) in
      V1.ListBotsResponse(bots: [
        V1.Bot(id: "a", state: .running),
        V1.Bot(id: "b", state: .halted, stateReason: "the exchange refused 5 orders in a row", stateCause: .refusals),
      ])
    }
    daemon.on(V1.BotService.getBot) { (request: V1.GetBotRequest) throws(RPCError) in
      V1.GetBotResponse(bot: V1.Bot(id: request.botID, state: .halted, stateReason: "the exchange refused 5 orders in a row"))
    }
    daemon.on(V1.RiskService.getRiskLimits) { (_: V1.GetRiskLimitsRequest) throws(RPCError) in
      V1.GetRiskLimitsResponse(tradingState: .reducing, reason: reason, changedTimeNs: 1)
    }
    daemon.on(V1.SystemService.getHealth) { (_: V1.GetHealthRequest) throws(RPCError) in
      V1.GetHealthResponse(
        status: .degraded, components: [V1.ComponentHealth(name: "feed", status: .ok)], tradingState: .reducing,
        tradingStateReason: reason)
    }
  }

  @Test func aListSaysThatTradingIsNotActiveAndWhy() async throws {
    try await ScriptedDaemon.with(Self.breached) { daemon in
      let table = await CommandLineUnderTest.run("list", at: daemon)
      #expect(table.status == .ok)
      #expect(table.err.contains("trading is reducing: \(Self.reason)") && table.err.contains("botctl risk activate"), "\(table.err)")
      let json = await CommandLineUnderTest.run("list", "-o", "json", at: daemon)
      #expect(json.err.isEmpty && json.out.hasPrefix("["))
    }
  }

  @Test func aHaltedBotShowsItsReason() async throws {
    try await ScriptedDaemon.with(Self.breached) { daemon in
      let list = await CommandLineUnderTest.run("list", at: daemon)
      #expect(list.outLines.contains { $0.hasPrefix("b ") && $0.contains("halted: the exchange refused 5 orders in a row") }, "\(list.out)")
      let show = await CommandLineUnderTest.run("show", "b", at: daemon)
      #expect(show.outLines.contains { $0.hasPrefix("because ") && $0.hasSuffix(" the exchange refused 5 orders in a row") }, "\(show.out)")
    }
  }

  @Test func aDegradedHealthIs8AndSaysWhyTradingIsNotActive() async throws {
    try await ScriptedDaemon.with(Self.breached) { daemon in
      let result = await CommandLineUnderTest.run("health", at: daemon)
      #expect(result.status == .unhealthy)
      #expect(result.out.contains("degraded") && result.out.contains(Self.reason), "\(result.out)")
      #expect(await CommandLineUnderTest.run("health", "--help").out.contains("Exit code 8 when a part is degraded or down"))
    }
  }

  @Test func doctorChecksTradingAndNamesTheRemedy() async throws {
    try await ScriptedDaemon.with(Self.breached) { daemon in
      let result = await CommandLineUnderTest.run("doctor", at: daemon)
      #expect(result.status == .unhealthy)
      let rows = result.outLines.filter { $0.hasPrefix("trading ") }
      #expect(rows.count == 1, "\(result.out)")
      #expect(rows.allSatisfy { $0.contains("degraded") && $0.contains(Self.reason) && $0.contains("botctl risk activate") }, "\(rows)")
    }
  }

  @Test func doctorShowsAComponentNamedTradingOnce() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.SystemService.getHealth) { (_: V1.GetHealthRequest) throws(RPCError) in
        V1.GetHealthResponse(
          status: .degraded, components: [V1.ComponentHealth(name: "trading", status: .degraded, message: "bot b is halted: refused")],
          tradingState: .active)
      }
    } _: { daemon in
      let rows = await CommandLineUnderTest.run("doctor", at: daemon).outLines.filter { $0.hasPrefix("trading ") }
      #expect(rows.count == 1)
      #expect(rows.allSatisfy { $0.contains("bot b is halted") && $0.contains("botctl risk activate") }, "\(rows)")
    }
  }

  @Test func onlyLimitsThatAreNamedAreSentAndNothingIsReadBefore() async throws {
    let received = Mutex<V1.SetRiskLimitsRequest?>(nil)
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.RiskService.setRiskLimits) { (request: V1.SetRiskLimitsRequest) throws(RPCError) -> V1.SetRiskLimitsResponse in
        received.withLock { $0 = request }
        return V1.SetRiskLimitsResponse(limits: V1.RiskLimits(maxDailyLoss: "100"))
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "risk", "set", "--daily-loss", "100", "--open-positions", "0", "--order-value", "", "--total-value", "0", "--on-breach", "halted",
        at: daemon)
      #expect(result.status == .ok, "\(result.err)")
      let request = try #require(received.withLock { $0 })
      #expect(
        Set(request.fields) == ["max_order_notional", "max_total_notional", "max_daily_loss", "max_open_positions", "on_breach"])
      let limits = try #require(request.limits)
      #expect(limits.maxDailyLoss == "100" && limits.maxOpenPositions == 0 && limits.onBreach == .halted)
      #expect(limits.maxOrderNotional.isEmpty && ["", "0"].contains(limits.maxTotalNotional))
    }
  }

  @Test func everythingWrongWithLimitsIsListedAtOnce() async throws {
    try await ScriptedDaemon.with { _ in
    } _: { daemon in
      let result = await CommandLineUnderTest.run(
        "risk", "set", "--order-value", "abc", "--daily-loss", "-5", "--drawdown", "7", "--open-positions", "many", "--open-orders", "-1",
        "--on-breach", "never", "--symbol-value", "10", at: daemon)
      #expect(result.status == .invalidArgument, "\(result.err)")
      #expect(result.err.hasPrefix("botctl: nothing was changed, 6 things are missing or wrong:\n"), "\(result.err)")
      for option in ["max-order", "max-daily-loss", "max-drawdown", "max-open-positions", "max-open-orders", "on-breach"] {
        #expect(result.err.contains("  --\(option): "), "\(option): \(result.err)")
      }
      #expect(!result.err.contains("--max-symbol"))
      // Nothing named must never be "all limits".
      let none = await CommandLineUnderTest.run("risk", "set", at: daemon)
      #expect(none.status == .invalidArgument && none.err.contains("name a limit"), "\(none.err)")
    }
  }

  @Test(arguments: ["activate", "resume"]) func tradingIsActivatedByEitherName(verb: String) async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.RiskService.setTradingState) { (request: V1.SetTradingStateRequest) throws(RPCError) in
        V1.SetTradingStateResponse(tradingState: request.tradingState)
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("risk", verb, at: daemon)
      #expect(result.status == .ok && result.out == "trading is active\n", "\(result.err)")
    }
    #expect(await CommandLineUnderTest.run("risk", "--help").out.contains("  activate"))
  }
}
