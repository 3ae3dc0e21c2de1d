import BotAPI
import TestSupport
import Testing
import TradingCore
import Time
import TradingModel

@testable import BotDaemon
@testable import ControlPlane

/// Halted bots make the trading degraded, in words that a person can read.
@Suite struct TradingStandingTests {
  private let core = TradingCore(configuration: CoreConfiguration(mode: .paper))

  private func bots(_ harness: ControlHarness, _ names: [String]) async throws -> [BotSnapshot] {
    for name in names { try await harness.create(name) }
    return try names.map { name in try #require(BotID(name).flatMap { harness.board.bot($0) }) }
  }

  @Test func haltedBotsAreNamedUntilTheyAreHaltedNoMore() async throws {
    let harness = try await ControlHarness()
    var standing = TradingStanding()
    #expect(standing.health == (.ok, "active"))
    var changes = try await bots(harness, ["a", "b", "c", "d", "e"]).map { BotChange(snapshot: $0) }
    standing.take(RiskView(core), changes, at: core.time)
    #expect(standing.health == (.ok, "active"))
    for index in changes.indices {
      changes[index].snapshot.state = .halted
      changes[index].snapshot.stateReason = "reason \(index)"
    }
    standing.take(RiskView(core), [changes[1]], at: core.time)
    #expect(standing.health == (.degraded, "bot b is halted: reason 1"))
    standing.take(RiskView(core), changes, at: core.time)
    #expect(
      standing.health
        == (
          .degraded,
          "bot a is halted: reason 0; bot b is halted: reason 1; bot c is halted: reason 2; 2 more bots are halted"
        ))
    // Started again, or gone.
    for index in changes.indices { changes[index].snapshot.state = .running }
    changes[0].snapshot.state = .halted
    changes[0].isRemoved = true
    standing.take(RiskView(core), changes, at: core.time)
    #expect(standing.health == (.ok, "active"))
    await harness.stop()
  }

  @Test func locksAreToldAndThoseOfAllDegrade() async throws {
    let harness = try await ControlHarness()
    _ = try await harness.risk.lockEntries(V1.LockEntriesRequest(symbol: "BTCUSDT", durationMs: 3_600_000, reason: "news"))
    var view = RiskView(core)
    view.locks = harness.board.view.locks
    var standing = TradingStanding()
    let time = harness.board.view.time
    standing.take(view, [], at: time)
    #expect(standing.health.status == .ok && standing.health.message.hasPrefix("active; entries of symbol BTCUSDT are locked until "))
    _ = try await harness.risk.lockEntries(V1.LockEntriesRequest(durationMs: 7_200_000, reason: "sleep"))
    view.locks = harness.board.view.locks
    standing.take(view, [], at: time)
    #expect(standing.health.status == .degraded && standing.health.message.hasPrefix("entries of the account are locked until "))
    // Both are over by then.
    standing.take(view, [], at: time.advanced(byMilliseconds: 7_200_000))
    #expect(standing.health == (.ok, "active"))
    await harness.stop()
  }
}
