import BotAPI
import Journal
import TTRPC
import Testing

@testable import ControlPlane

@Suite struct IdempotencyTests {
  @Test func theSameRequestAgainGivesTheFirstAnswerAndChangesNothing() async throws {
    let harness = try await ControlHarness()
    let request = V1.CreateBotRequest(requestID: "r1", botID: "alpha", spec: ControlHarness.spec(), start: true)
    let first = try await harness.bots.createBot(request)
    _ = try await harness.bots.stopBot(V1.StopBotRequest(requestID: "r2", botID: "alpha"))
    let last = harness.journal.lastSequence
    #expect(try await harness.bots.createBot(request) == first)
    #expect(harness.journal.lastSequence == last)
    #expect(try await harness.bots.getBot(V1.GetBotRequest(botID: "alpha")).bot?.state == .stopped)
    await harness.stop()
  }

  @Test func aRequestIDForAnotherRequestIsRefused() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha", start: false)
    _ = try await harness.bots.startBot(V1.StartBotRequest(requestID: "r1", botID: "alpha"))
    let other = try await failure { () async throws(RPCError) in
      try await harness.bots.stopBot(V1.StopBotRequest(requestID: "r1", botID: "alpha"))
    }
    #expect(other.code == .alreadyExists)
    #expect(other.info?.reason == "REQUEST_ID_REUSED")
    #expect(try await harness.bots.getBot(V1.GetBotRequest(botID: "alpha")).bot?.state == .running)
    await harness.stop()
  }

  @Test func anEmptyRequestIDIsNotDeduplicated() async throws {
    let harness = try await ControlHarness()
    _ = try await harness.bots.createBot(V1.CreateBotRequest(botID: "alpha", spec: ControlHarness.spec()))
    let again = try await failure { () async throws(RPCError) in
      try await harness.bots.createBot(V1.CreateBotRequest(botID: "alpha", spec: ControlHarness.spec()))
    }
    #expect(again.info?.reason == "BOT_EXISTS")
    await harness.stop()
  }

  @Test func aRefusedRequestMayBeTriedAgainUnderItsID() async throws {
    let harness = try await ControlHarness()
    let request = V1.StartBotRequest(requestID: "r1", botID: "alpha")
    _ = try await failure { () async throws(RPCError) in try await harness.bots.startBot(request) }
    try await harness.create("alpha", start: false)
    #expect(try await harness.bots.startBot(request).bot?.state == .running)
    await harness.stop()
  }

  @Test func fingerprintsDifferByMethodAndBodyButNotByRequestID() {
    let start = fingerprint(of: V1.StartBotRequest(requestID: "a", botID: "x"), V1.BotService.startBot)
    #expect(start == fingerprint(of: V1.StartBotRequest(requestID: "b", botID: "x"), V1.BotService.startBot))
    #expect(start != fingerprint(of: V1.StartBotRequest(requestID: "a", botID: "y"), V1.BotService.startBot))
    #expect(start != fingerprint(of: V1.StopBotRequest(requestID: "a", botID: "x"), V1.BotService.stopBot))
  }

  @Test func answersAreForgottenOldestFirst() {
    let memory = MutationMemory()
    for number in 0...MutationMemory.capacity { memory.remember("r\(number)", UInt64(number), [UInt8(truncatingIfNeeded: number)]) }
    guard case .unknown = memory.find("r0", 0) else { return #expect(Bool(false), "the oldest answer is still there") }
    guard case .repeated(let bytes) = memory.find("r1", 1) else { return #expect(Bool(false), "a recent answer is gone") }
    #expect(bytes == [1])
    guard case .reused = memory.find("r1", 2) else { return #expect(Bool(false), "another body passed") }
  }
}
