import Presentation
import SimulatorServer
import Testing

/// Faults on the user data stream.
@Suite struct FaultUserEventTests {
  private func run(_ fault: String, _ body: (ServerFixture, WebSocketProbe) async throws -> Void) async throws {
    try await ServerFixture.run { fixture in
      let probe = try await fixture.userStream()
      try await fixture.fault(fault)
      try await body(fixture, probe)
      try? await probe.close()
    }
  }

  private func place(_ fixture: ServerFixture, _ name: String) async throws {
    #expect(try await fixture.signed("POST", "/api/v3/order", ServerFixture.market(name)).status == 200)
  }

  @Test func anEventIsLost() async throws {
    try await run(#"{"on":"userEvent","do":"lose","event":"executionReport","execution":"TRADE","clientIdPrefix":"a"}"#) { fixture, probe in
      try await place(fixture, "a")
      #expect(try await fixture.events(probe) == ["NEW", "position"])
      try await place(fixture, "a")
      #expect(try await fixture.events(probe) == ["NEW", "TRADE", "position"])
    }
  }

  @Test func anEventComesTwice() async throws {
    try await run(#"{"on":"userEvent","do":"double","event":"executionReport","execution":"TRADE"}"#) { fixture, probe in
      try await place(fixture, "a")
      #expect(try await fixture.events(probe) == ["NEW", "TRADE", "TRADE", "position"])
    }
  }

  @Test func eventsSwapPlaces() async throws {
    try await run(#"{"on":"userEvent","do":"reorder","event":"executionReport","execution":"NEW"}"#) { fixture, probe in
      try await place(fixture, "a")
      #expect(try await fixture.events(probe) == ["TRADE", "NEW", "position"])
      // With nothing behind it, an event goes when its time is over.
      try await fixture.fault(#"{"on":"userEvent","do":"reorder","event":"outboundAccountPosition","ms":20}"#)
      try await place(fixture, "b")
      #expect(try await fixture.events(probe) == ["NEW", "TRADE", "position"])
    }
  }

  @Test func anEventIsLate() async throws {
    try await run(#"{"on":"userEvent","do":"delay","ms":300,"execution":"NEW"}"#) { fixture, probe in
      try await place(fixture, "a")
      #expect(try await fixture.events(probe) == ["TRADE", "position"])
      #expect(try await fixture.event(probe) == "NEW")
    }
  }

  @Test func anEventIsGarbled() async throws {
    try await run(
      #"[{"on":"userEvent","do":"garble","execution":"NEW"},{"on":"userEvent","do":"garble","execution":"TRADE","text":"{\"e\":\"surprise\"}"}]"#
    ) { fixture, probe in
      try await place(fixture, "a")
      let text = try await probe.text()
      #expect(JSONTree(Array(text.utf8)) == nil && text.hasPrefix(#"{"subscriptionId":0,"event":{"e":"executionReport""#), "\(text)")
      #expect(try await probe.text() == #"{"subscriptionId":0,"event":{"e":"surprise"}}"#)
      #expect(try await fixture.events(probe) == ["position"])
    }
  }

  @Test func aSubscriptionIsGoneWhilePingsLive() async throws {
    try await ServerFixture.run {
      $0.pingSeconds = 0.1
    } _: { fixture in
      let probe = try await fixture.userStream()
      try await fixture.fault(#"{"on":"connection","do":"unsubscribe","kind":"webSocketAPI"}"#)
      try await place(fixture, "a")
      // Nothing but pings, and the connection answers.
      #expect(try await fixture.onlyPings(probe))
      try await probe.send(#"{"id":5,"method":"session.subscriptions"}"#)
      #expect(try await probe.text() == #"{"id":5,"status":200,"result":[]}"#)
      try await probe.close()
    }
  }

  @Test func streamsAreTerminatedAndShutDown() async throws {
    try await run(#"{"on":"connection","do":"terminate"}"#) { fixture, probe in
      let text = try await probe.text()
      #expect(text.hasPrefix(#"{"subscriptionId":0,"event":{"e":"eventStreamTerminated""#), "\(text)")
      try await fixture.fault(#"{"on":"connection","do":"shutdown","count":0}"#)
      #expect(try await probe.text().contains("serverShutdown"))
      #expect(try await probe.next() == .close(1_001))
    }
  }
}
