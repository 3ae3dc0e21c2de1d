import BotAPI
import TTRPC
import TestSupport
import Testing
import TradingCore
import TradingModel
import Venue

@testable import ControlPlane

@Suite struct RiskTests {
  @Test func limitsAreSetReadAndHeld() async throws {
    let harness = try await ControlHarness()
    #expect(try await harness.risk.getRiskLimits().limits?.maxTotalNotional == "")
    let limits = V1.RiskLimits(maxTotalNotional: "300", maxDrawdownFraction: "0.2", maxOpenPositions: 2, onBreach: .reducing)
    let answer = try await harness.risk.setRiskLimits(V1.SetRiskLimitsRequest(requestID: "r1", limits: limits))
    #expect(answer.limits == limits)
    try await harness.create("a")
    try await harness.driver.fall(try #require(Symbol("BTCUSDT")), from: 60_000)
    let now = try await harness.risk.getRiskLimits()
    #expect(now.limits == limits)
    #expect(now.openPositions == 1)
    let total = try #require(FixedDecimal(text: now.totalNotional))
    #expect(total.isPositive && total <= FixedDecimal(300))
    #expect(now.tradingState == .active)
    await harness.stop()
  }

  @Test func aBreachSaysWhy() async throws {
    let harness = try await ControlHarness()
    _ = try await harness.risk.setRiskLimits(V1.SetRiskLimitsRequest(limits: V1.RiskLimits(maxDailyLoss: "5")))
    try await harness.create("a")
    let symbol = try #require(Symbol("BTCUSDT"))
    try await harness.driver.fall(symbol, from: 60_000)
    try await harness.driver.close(symbol, at: FixedDecimal(58_900))
    let now = try await harness.risk.getRiskLimits()
    #expect(now.tradingState == .reducing)
    #expect(now.reason.contains("max_daily_loss is 5"))
    #expect(try #require(FixedDecimal(text: now.dailyPnL)) <= FixedDecimal(-5))
    _ = try await harness.risk.setTradingState(V1.SetTradingStateRequest(requestID: "r2", tradingState: .active, reason: "seen"))
    #expect(try await harness.risk.getRiskLimits().tradingState == .active)
    await harness.stop()
  }

  @Test func wrongLimitsAreNamed() async throws {
    let harness = try await ControlHarness()
    let wrong = V1.RiskLimits(
      maxOrderNotional: "-1", maxTotalNotional: "much", maxDrawdownFraction: "2", maxOpenOrders: -3, onBreach: .active)
    let error = try await failure { () async throws(RPCError) in
      try await harness.risk.setRiskLimits(V1.SetRiskLimitsRequest(limits: wrong))
    }
    #expect(error.code == .invalidArgument)
    #expect(
      Set(error.info?.violations.map(\.field) ?? []) == [
        "limits.max_order_notional", "limits.max_total_notional", "limits.max_drawdown_fraction", "limits.max_open_orders",
        "limits.on_breach",
      ])
    let missing = try await failure { () async throws(RPCError) in try await harness.risk.setRiskLimits(V1.SetRiskLimitsRequest()) }
    #expect(missing.info?.field == "limits")
    await harness.stop()
  }
}
