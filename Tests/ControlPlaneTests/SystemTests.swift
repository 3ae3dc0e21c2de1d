import BotAPI
import Foundation
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

  /// What a comparison reads: the files beside the journal, piece by piece, and nothing else of the machine.
  @Test func theMarketTapeIsReadInPieces() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let folder = "\(harness.journal.directory)/market"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let line = "1700000000000,1,2,1,2,3,1700000060000\n"
    let text = "open_time,open,high,low,close,volume,heard_at\n" + String(repeating: line, count: 60_000)
    try text.write(toFile: "\(folder)/BTCUSDT-1m.csv", atomically: true, encoding: .utf8)
    try "secret".write(toFile: "\(harness.journal.directory)/secret.csv", atomically: true, encoding: .utf8)
    let files = try await harness.system.getMarketTape().files
    #expect(files == [V1.MarketTapeFile(name: "BTCUSDT-1m.csv", sizeBytes: Int64(text.utf8.count))])
    var bytes: [UInt8] = []
    var pieces = 0
    while true {
      let piece = try await harness.system.getMarketTape(V1.GetMarketTapeRequest(file: "BTCUSDT-1m.csv", offset: Int64(bytes.count))).data
      if piece.isEmpty { break }
      #expect(piece.count <= 1 << 20)
      bytes += piece
      pieces += 1
    }
    #expect(pieces > 1 && bytes == Array(text.utf8))
    for name in ["../secret.csv", "/etc/passwd", "rules.csv", "BTCUSDT-1m.csv/"] {
      let error = try await failure { () async throws(RPCError) in
        try await harness.system.getMarketTape(V1.GetMarketTapeRequest(file: name))
      }
      #expect(error.code == .notFound && error.info?.field == "file", "\(name)")
    }
    let error = try await failure { () async throws(RPCError) in
      try await harness.system.getMarketTape(V1.GetMarketTapeRequest(file: "BTCUSDT-1m.csv", offset: -1))
    }
    #expect(error.code == .invalidArgument && error.info?.field == "offset")
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
