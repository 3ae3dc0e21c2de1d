import BotAPI
import Journal
import TTRPC
import Testing
import TradingCore

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

  /// `SetTradingState(active, A)` while trading is active anyway, then a halt, then A again: it must not activate.
  @Test func aMutationThatChangedNothingIsRememberedToo() async throws {
    let harness = try await ControlHarness()
    let activate = V1.SetTradingStateRequest(requestID: "A", tradingState: .active, reason: "morning")
    let first = try await harness.risk.setTradingState(activate)
    _ = try await harness.risk.setTradingState(V1.SetTradingStateRequest(requestID: "B", tradingState: .halted, reason: "stop"))
    #expect(try await harness.risk.setTradingState(activate) == first)
    #expect(harness.board.tradingState == .halted)
    await harness.stop()
  }

  @Test func aCheckIsNotRemembered() async throws {
    let harness = try await ControlHarness()
    var request = V1.CreateBotRequest(requestID: "r1", botID: "alpha", spec: ControlHarness.spec(), validateOnly: true)
    _ = try await harness.bots.createBot(request)
    request.validateOnly = false
    #expect(try await harness.bots.createBot(request).bot?.id == "alpha")
    await harness.stop()
  }
}
