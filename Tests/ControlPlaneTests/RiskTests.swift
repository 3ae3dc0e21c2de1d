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

/// Locks of entries and guards, as clients see them.
@Suite struct LockTests {
  @Test func locksAreMadeListedShownAndEnded() async throws {
    let harness = try await ControlHarness()
    try await harness.create("a")
    #expect(try await harness.risk.getLocks(V1.GetLocksRequest()).locks.isEmpty)
    let request = V1.LockEntriesRequest(requestID: "l1", symbol: "BTCUSDT", durationMs: 3_600_000, reason: "news")
    let lock = try #require(try await harness.risk.lockEntries(request).lock)
    #expect(lock.scope == "symbol" && lock.symbol == "BTCUSDT" && lock.cause == "person" && lock.reason == "news")
    #expect(lock.untilTimeNs - lock.sinceTimeNs == 3_600_000_000_000)
    // Again: the same answer, no second lock.
    #expect(try await harness.risk.lockEntries(request).lock == lock)
    #expect(try await harness.risk.getLocks(V1.GetLocksRequest()).locks == [lock])
    #expect(try await harness.bots.getBot(V1.GetBotRequest(botID: "a")).bot?.lock == lock)
    _ = try await harness.risk.unlockEntries(V1.UnlockEntriesRequest(requestID: "u1", lockID: lock.id, reason: "over"))
    #expect(try await harness.risk.getLocks(V1.GetLocksRequest()).locks.isEmpty)
    #expect(try await harness.bots.getBot(V1.GetBotRequest(botID: "a")).bot?.lock == nil)
    await harness.stop()
  }

  @Test func wrongRequestsAreRefused() async throws {
    let harness = try await ControlHarness()
    for (request, field) in [
      (V1.LockEntriesRequest(botID: "nobody", durationMs: 1_000), "bot_id"),
      (V1.LockEntriesRequest(symbol: "??", durationMs: 1_000), "symbol"),
      (V1.LockEntriesRequest(botID: "a", symbol: "BTCUSDT", durationMs: 1_000), "symbol"), (V1.LockEntriesRequest(), "duration_ms"),
    ] {
      let error = try await failure { () async throws(RPCError) in try await harness.risk.lockEntries(request) }
      #expect(error.info?.field == field, "\(error)")
    }
    let missing = try await failure { () async throws(RPCError) in
      try await harness.risk.unlockEntries(V1.UnlockEntriesRequest(lockID: 1))
    }
    #expect(missing.code == .notFound)
    await harness.stop()
  }

  @Test func guardsAreKeptShownAndNamed() async throws {
    let harness = try await ControlHarness()
    let limits = V1.RiskLimits(
      onBreach: .reducing, symbolGuards: "cooldown stop=30m", accountGuards: "drawdown trades=1 lookback=2d stop=12h max=0.1")
    _ = try await harness.risk.setRiskLimits(V1.SetRiskLimitsRequest(limits: limits))
    #expect(try await harness.risk.getRiskLimits().limits == limits)
    let wrong = try await failure { () async throws(RPCError) in
      try await harness.risk.setRiskLimits(V1.SetRiskLimitsRequest(limits: V1.RiskLimits(symbolGuards: "cooldown stop=5c")))
    }
    #expect(wrong.info?.field == "limits.symbol_guards")
    let spec = V1.BotSpec(symbol: "BTCUSDT", strategy: "rsi", capital: "1000", guards: "cooldown stop=5c")
    let bot = try await harness.bots.createBot(V1.CreateBotRequest(botID: "a", spec: spec)).bot
    #expect(bot?.spec?.guards == "cooldown stop=5c")
    let updated = try await harness.bots.updateBot(V1.UpdateBotRequest(botID: "a", spec: V1.BotSpec(guards: "none"))).bot
    #expect(updated?.spec?.guards == "")
    let bad = try await failure { () async throws(RPCError) in
      try await harness.bots.updateBot(V1.UpdateBotRequest(botID: "a", spec: V1.BotSpec(guards: "cooldown")))
    }
    #expect(bad.info?.field == "spec.guards")
    await harness.stop()
  }
}
