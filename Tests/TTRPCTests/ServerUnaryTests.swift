import Glibc
import NIOCore
import TTRPC
import Testing

/// The duties of a server, one raw frame at a time.
@Suite(.serialized) struct ServerUnaryTests {
  private func request(_ id: UInt32, _ method: String, flags: UInt8 = 0, payload: [UInt8] = [], timeout: Int64 = 0) -> RawFrame {
    RawFrame(id, RawFrame.request, flags, Wire.request(method, payload: payload, timeout: timeout))
  }

  @Test(arguments: [("unary-request", "unary-response"), ("empty-unary-request", "empty-unary-response")])
  func goldenRequestGetsGoldenResponse(request: String, response: String) async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(try Golden.bytes(request))
      let expected = try Golden.bytes(response)
      #expect(try raw.receive(expected.count) == expected)
      try raw.ping(3)
    }
  }

  @Test func oneByteAtATimeIsTheSame() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      for byte in try Golden.bytes("unary-request") { try raw.send([byte]) }
      let expected = try Golden.bytes("unary-response")
      #expect(try raw.receive(expected.count) == expected)
    }
  }

  @Test func unknownServiceAndMethodAreUnimplemented() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      for (id, service, method, text) in [
        (1, "nobody.v1.X", "Echo", "service nobody.v1.X"), (3, "bench.v1.Bench", "Nothing", "method Nothing"),
        (5, "/bench.v1.Bench", "Echo", "service /bench.v1.Bench"), (7, "", "", "service "),
      ] as [(UInt32, String, String, String)] {
        try raw.send(RawFrame(id, RawFrame.request, 0, Wire.request(method, service: service)))
        let answer = try raw.expectFrame()
        #expect(answer.id == id && answer.code == 12 && answer.message == text)
      }
      try raw.ping(9)
    }
  }

  @Test(arguments: [0, 2, 4_294_967_294] as [UInt32])
  func evenIDsAreInvalid(id: UInt32) async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(request(id, "Echo"))
      let answer = try raw.expectFrame()
      #expect(answer.id == id && answer.code == 3)
      try raw.ping(1)
    }
  }

  @Test func idInUseIsRefusedAndTheFirstCallLives() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(request(5, "Hold"))
      let responder = try await test.held.next()
      try raw.send(request(5, "Echo"))
      #expect(try raw.expectFrame().code == 3)
      responder.succeed([1])
      let answer = try raw.expectFrame()
      #expect(answer.id == 5 && answer.code == 0 && answer.payload == [1])
    }
  }

  @Test func idsMayComeInAnyOrderAndAFinishedOneAgain() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      for id: UInt32 in [9, 3, 4_294_967_295, 1, 3, 9] { try raw.ping(id) }
    }
  }

  @Test func undecodableEnvelopeIsInvalid() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      let bodies: [[UInt8]] = [
        [0xFF], [0x0A, 0x7F, 0x41], [0x0A, 0x02, 0xC3, 0x28], Wire.field(1, [0x61, 0]), [0x0B, 0x0C],
        Wire.field(5, [0x0A, 0x05, 0x41]), [UInt8](repeating: 0x80, count: 30),
      ]
      for (index, body) in bodies.enumerated() {
        try raw.send(RawFrame(UInt32(index * 2 + 1), RawFrame.request, 0, body))
        #expect(try raw.expectFrame().code == 3, "body \(body)")
      }
      try raw.ping(99)
    }
  }

  @Test func metadataThatIsNotTextIsInvalid() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(try Golden.bytes("metadata-not-utf8"))
      #expect(try raw.expectFrame().code == 3)
      try raw.ping(3)
    }
  }

  @Test func metadataAndDeadlineReachTheHandler() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      let metadata: [([UInt8], [UInt8])] = [
        (Array("Authorization".utf8), Array("a".utf8)), (Array("k".utf8), Array("1".utf8)), (Array("K".utf8), Array("2".utf8)),
      ]
      let before = NIODeadline.now()
      try raw.send(RawFrame(1, RawFrame.request, 0, Wire.request("Context", timeout: 60_000_000_000, metadata: metadata)))
      #expect(try raw.expectFrame().code == 0)
      let context = try await test.contexts.next()
      #expect(context.firstMetadata("authorization") == "a")
      #expect(context.allMetadata("k") == ["1", "2"])
      #expect(context.firstMetadata("absent") == nil)
      let deadline = try #require(context.deadline)
      #expect(deadline >= before + .seconds(60) && deadline < before + .seconds(70))
      #expect(context.connection.peer == .unix(uid: geteuid(), gid: getegid(), pid: getpid()))
    }
  }

  @Test func metadataHasALimit() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      let value = [UInt8](repeating: 0x61, count: 20_000)
      try raw.send(RawFrame(1, RawFrame.request, 0, Wire.request("Echo", metadata: [([0x6B], value)])))
      #expect(try raw.expectFrame().code == 8)
      // Two million empty entries would need far more memory than they take on the wire.
      let many = Wire.request("Echo") + [UInt8]((0..<2_000_000).flatMap { _ in [0x2A, 0x00] as [UInt8] })
      try raw.send(RawFrame(3, RawFrame.request, 0, many))
      #expect(try raw.expectFrame().code == 3)
      try raw.ping(5)
    }
  }

  @Test func fourMebibytesPassAndOneByteMoreDoesNot() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      let empty = Wire.request("Echo", payload: [0]).count - 3
      let payload = [UInt8](repeating: 5, count: (4 << 20) - empty - 5)
      let whole = request(1, "Echo", payload: payload)
      #expect(whole.body.count == 4 << 20)
      try raw.send(whole)
      let answer = try raw.expectFrame()
      #expect(answer.code == 0 && answer.payload == payload)
      let over = request(3, "Echo", payload: payload + [5])
      #expect(over.body.count == (4 << 20) + 1)
      try raw.send(over)
      let refusal = try raw.expectFrame()
      #expect(refusal.id == 3 && refusal.code == 8)
      try raw.ping(5)
    }
  }

  @Test(arguments: [0x0040_0001, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32])
  func lyingLengthIsAnsweredAtOnceAndTimedOut(length: UInt32) async throws {
    try await TestServer.run({ $0.partialFrameTimeout = .milliseconds(200) }) { test in
      let raw = try test.connect()
      try raw.send(RawFrame.header(length: length, 1, RawFrame.request, 0) + [1, 2, 3])
      let refusal = try raw.expectFrame()
      #expect(refusal.id == 1 && refusal.code == 8)
      #expect(try raw.expectClosed())
    }
  }

  @Test func repeatedOversizeClosesTheConnection() async throws {
    try await TestServer.run({
      $0.messageBytesMaximum = 100; $0.oversizedFramesMaximum = 1
    }) { test in
      let raw = try test.connect()
      let big = [UInt8](repeating: 0, count: 200)
      try raw.send(RawFrame(1, RawFrame.request, 0, big))
      #expect(try raw.expectFrame().code == 8)
      try raw.ping(3)
      try raw.send(RawFrame(5, RawFrame.request, 0, big))
      #expect(try raw.expectFrame().code == 8)
      #expect(try raw.expectClosed())
    }
  }

  @Test func frameMustBeCompleteInTime() async throws {
    try await TestServer.run({ $0.partialFrameTimeout = .milliseconds(200) }) { test in
      let raw = try test.connect()
      try raw.send(Array(try Golden.bytes("unary-request").dropLast()))
      #expect(try raw.expectClosed())
    }
  }

  @Test func dataOnUnknownIDIsInvalidOnce() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      for flags: UInt8 in [0, 1, 5] {
        let id = 11 + UInt32(flags) * 2
        try raw.send(RawFrame(id, RawFrame.data, flags, flags == 5 ? [] : [1]))
        let answer = try raw.expectFrame()
        #expect(answer.id == id && answer.code == 3)
        try raw.send(RawFrame(id, RawFrame.data, flags, flags == 5 ? [] : [1]))
      }
      try raw.ping(1)
    }
  }

  @Test func dataOnARunningUnaryCallEndsItOnce() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(request(1, "Hold"))
      let responder = try await test.held.next()
      try raw.send(RawFrame(1, RawFrame.data, 0, [1]), RawFrame(1, RawFrame.data, 0, [1]))
      #expect(try raw.expectFrame().code == 3)
      responder.succeed([1])
      #expect(!responder.isOpen)
      try raw.ping(3)
    }
  }

  @Test func otherFrameTypesAreIgnored() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(
        RawFrame(1, RawFrame.response, 0, [1, 2]), RawFrame(1, 0, 0, []), RawFrame(3, 200, 255, [UInt8](repeating: 1, count: 70_000)))
      try raw.ping(1)
    }
  }

  @Test(arguments: [0, 1, 2, 4, 6] as [UInt8])
  func unaryIsRoutedByRegistrationNotByFlags(flags: UInt8) async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(request(1, "Echo", flags: flags, payload: [4]))
      let answer = try raw.expectFrame()
      #expect(answer.code == 0 && answer.payload == [4])
    }
  }

  @Test func repliesAreDeliveredAfterTheClientsHalfClose() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(request(1, "Hold"), request(3, "Echo", payload: [1]))
      raw.shutdownWrite()
      #expect(try raw.expectFrame().id == 3)
      let responder = try await test.held.next()
      responder.succeed([2])
      let answer = try raw.expectFrame()
      #expect(answer.id == 1 && answer.payload == [2])
      #expect(try raw.expectClosed())
    }
  }

  @Test func replyOverTheLimitBecomesResourceExhausted() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(request(1, "Big", payload: [0x40, 0, 0]))
      #expect(try raw.expectFrame().code == 8)
      try raw.send(request(3, "Big", payload: [0x3F, 0xFF, 0xFB]))
      let largest = try raw.expectFrame()
      #expect(largest.code == 0 && largest.body.count == 4 << 20)
      try raw.ping(5)
    }
  }

  @Test func negativeTimeoutIsOverAtOnce() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(try Golden.bytes("unary-request-with-negative-timeout"))
      #expect(try raw.expectFrame().code == 4)
      try raw.send(request(3, "Echo", timeout: .min))
      #expect(try raw.expectFrame().code == 4)
      try raw.send(request(5, "Echo", timeout: .max))
      #expect(try raw.expectFrame().code == 0)
    }
  }

  @Test func timeoutIsEnforcedAndTheLateAnswerDropped() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(request(1, "Hold", timeout: 300_000_000), request(3, "Hold", timeout: 50_000_000))
      let first = try await test.held.next()
      #expect(try raw.expectFrame().id == 3)
      let answer = try raw.expectFrame()
      #expect(answer.id == 1 && answer.code == 4)
      #expect(!first.isOpen)
      first.succeed([1])
      try raw.ping(5)
    }
  }

  @Test func statusIsGoldenAndOnlyStandardCodesLeave() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      for (id, asked, sent) in [(1, 5, 5), (3, 77, 2), (5, 0, 2), (7, 16, 16)] as [(UInt32, UInt8, Int)] {
        try raw.send(request(id, "Fail", payload: [asked]))
        let answer = try raw.expectFrame()
        #expect(answer.code == sent && answer.message == "no such bot")
        let details = Wire.fields(Wire.fields(answer.body)[1]?.first ?? [])[3] ?? []
        #expect(details == [Wire.field(1, Array("t/x.Y".utf8)) + Wire.field(2, [1, 2])])
      }
    }
  }

  @Test func callsInFlightAreBounded() async throws {
    try await TestServer.run({ $0.callsPerConnectionMaximum = 2 }) { test in
      let raw = try test.connect()
      try raw.send(request(1, "Hold"), request(3, "Hold"), request(5, "Hold"))
      let refusal = try raw.expectFrame()
      #expect(refusal.id == 5 && refusal.code == 8)
      try await test.held.next().succeed([1])
      #expect(try raw.expectFrame().payload == [1])
      try raw.ping(7)
    }
  }

  @Test func aPeerThatTakesNothingIsCutOff() async throws {
    let closed = Signal<UInt64>()
    try await TestServer.run(
      { $0.writeStallTimeout = .milliseconds(300) }, before: { server in server.setConnectionClosed { closed.fire($0.id) } }
    ) { test in
      let raw = try test.connect()
      try raw.ping(1)
      let other = try test.connect()
      try other.ping(1)
      for index in 0..<4 { try raw.send(request(UInt32(index * 2 + 3), "Big", payload: [0x10, 0, 0])) }
      #expect(try await closed.next() == 1)
      try other.ping(3)
      #expect(test.server.connectionCount == 1)
    }
  }

  @Test func requestsThatWaitHoldBoundedMemory() async throws {
    try await TestServer.run({ $0.requestBytesPerConnectionMaximum = 1000 }) { test in
      let raw = try test.connect()
      let payload = [UInt8](repeating: 1, count: 600)
      try raw.send(request(1, "Hold", payload: payload), request(3, "Hold", payload: payload))
      let refusal = try raw.expectFrame()
      #expect(refusal.id == 3 && refusal.code == 8)
      try await test.held.next().succeed([])
      #expect(try raw.expectFrame().id == 1)
      try raw.send(request(5, "Echo", payload: payload))
      #expect(try raw.expectFrame().payload == payload)
    }
  }

  @Test func incompleteFramesHoldBoundedMemoryOverAllConnections() async throws {
    let closed = Signal<UInt64>()
    try await TestServer.run(
      { $0.partialBytesMaximum = 1 << 20 }, before: { server in server.setConnectionClosed { closed.fire($0.id) } }
    ) { test in
      let part = RawFrame.header(length: 4 << 20, 1, RawFrame.request, 0) + [UInt8](repeating: 0, count: 700_000)
      let first = try test.connect()
      try first.ping(1)
      try first.send(part)
      let second = try test.connect()
      // The server may hang up in the middle of it.
      try? second.send(part)
      _ = try await closed.next()
      let third = try test.connect()
      try third.ping(1)
      #expect(test.server.connectionCount <= 2)
    }
  }

  @Test func handlerMayCloseTheConnectionInTheMiddleOfABatch() async throws {
    let closed = Signal<UInt64>()
    try await TestServer.run(before: { server in
      server.setConnectionClosed { closed.fire($0.id) }
      server.register(
        TestServer.method("HangUp"),
        unary: { context, _, responder in
          context.connection.close()
          responder.succeed([])
        })
    }) { test in
      let raw = try test.connect()
      try raw.send(request(1, "HangUp"), request(3, "Hold"), request(5, "Hold"))
      #expect(try raw.expectClosed())
      #expect(try await closed.next() == 1)
      #expect(test.server.connectionCount == 0)
    }
  }
}
