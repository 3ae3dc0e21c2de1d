import BotAPI
import Journal
import NIOCore
import TTRPC
import TestSupport
import Testing
import TradingCore
import TradingModel

@testable import ControlPlane

@Suite struct SystemTests {
  @Test func noAnswerHoldsASecretEvenWhenTheDaemonForgotToMaskIt() async throws {
    let harness = try await ControlHarness()
    let entries = try await harness.system.getConfig().entries
    #expect(entries.map(\.name) == entries.map(\.name).sorted())
    #expect(entries.first { $0.name == "api_secret" }?.value == "***")
    #expect(entries.first { $0.name == "mode" }?.value == "paper")
    await harness.stop()
  }

  /// What a backup reads: pages of entries, byte for byte, up to the end.
  @Test func theJournalIsReadInPagesByteForByte() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let entries = Samples.session(count: 10_000)
    try harness.commit(entries)
    var payloads: [[UInt8]] = []
    var pages = 0
    while true {
      let page = try await harness.system.getJournal(V1.GetJournalRequest(afterSequence: Int64(payloads.count)))
      #expect(page.lastSequence == 10_000)
      #expect(page.payloads.reduce(0) { $0 + $1.count } < 2 << 20)
      if page.payloads.isEmpty { break }
      payloads += page.payloads
      pages += 1
    }
    #expect(pages > 1)
    #expect(try payloads == harness.journal.rows(after: 0, limit: 10_000).map(\.payload))
    let error = try await failure { () async throws(RPCError) in
      try await harness.system.getJournal(V1.GetJournalRequest(afterSequence: -1))
    }
    #expect(error.code == .invalidArgument && error.info?.field == "after_sequence")
    await harness.stop()
  }

  @Test func shutdownAnswersThenAsksTheDaemonToStopOnce() async throws {
    let harness = try await ControlHarness()
    _ = try await harness.system.shutdown(V1.ShutdownRequest(requestID: "bye", reason: "test"))
    _ = try await harness.system.shutdown(V1.ShutdownRequest(requestID: "bye", reason: "test"))
    #expect(harness.shutdowns.value == 1)
    await harness.stop()
  }

  @Test func descriptorsStrategiesAndSelfTestAreServed() async throws {
    let harness = try await ControlHarness()
    #expect(try await harness.system.getDescriptors().fileDescriptorSet == V1.descriptorSet)
    let list = try await harness.strategies.listStrategies(V1.ListStrategiesRequest(pageSize: 2))
    #expect(list.strategies.count == 2)
    #expect(list.nextPageToken == list.strategies.last?.name)
    let rsi = try #require(try await harness.strategies.getStrategy(V1.GetStrategyRequest(name: "rsi")).strategy)
    #expect(rsi.parameters.contains { $0.name == "period" && $0.type == .integer && $0.defaultValue == "14" })
    #expect(rsi.warmUpCandles == 14)
    let checks = try await harness.system.runSelfTest().checks
    #expect(checks.map(\.name).contains("journal"))
    #expect(checks.last?.name == "paper_order")
    await harness.stop()
  }

  @Test func aCallWhoseTimeIsUpIsNotReadFor() async throws {
    let limit = ReadLimit(deadline: .uptimeNanoseconds(1))
    #expect(limit.isOver)
    #expect(throws: RPCError.self) { try limit.check() }
    #expect(!ReadLimit(deadline: nil).isOver)
  }

  @Test func enumsOfCoreAndInterfaceSpeakAlike() {
    for side in Side.allCases { #expect(V1.Side(side).name == side.description) }
    for type in OrderType.allCases { #expect(V1.OrderType(type).name == type.description) }
    for status in OrderStatus.allCases { #expect(V1.OrderStatus(status).name == status.description) }
    for purpose in OrderPurpose.allCases { #expect(V1.OrderPurpose(purpose).name == purpose.description) }
    for mode in TradingMode.allCases { #expect(V1.TradingMode(mode).name == mode.description) }
    for state in TradingState.allCases { #expect(V1.TradingState(state).name == state.description) }
    for state in BotState.allCases { #expect(V1.BotState(state).name == state.description) }
    for status in ComponentStatus.allCases { #expect(V1.HealthStatus(status).name == status.description) }
    for state in TradingState.allCases { #expect(TradingState(V1.TradingState(state)) == state) }
    #expect(TradingState(V1.TradingState.unspecified) == nil)
    #expect(TradingState(V1.TradingState.unrecognized(-7)) == nil)
  }

  @Test func everyRefusalOfTheCoreHasItsStatus() {
    let table: [(CommandError.Code, RPCStatusCode)] = [
      (.invalidArgument, .invalidArgument), (.notFound, .notFound), (.alreadyExists, .alreadyExists),
      (.failedPrecondition, .failedPrecondition), (.unavailable, .unavailable), (.aborted, .aborted),
    ]
    for (code, status) in table {
      let error = ErrorMapping.error(CommandError(code, reason: "WHY", field: "parameters[period]", "do something"))
      #expect(error.code == status)
      #expect(error.info?.reason == "WHY")
      #expect(error.info?.field == "spec.parameters[period]")
      #expect(error.message == "do something")
    }
  }
}
