import NIOCore
import Synchronization
import TTRPC
import Testing

/// Every frame sequence of the protocol, and what happens off its path.
@Suite(.serialized) struct ServerStreamTests {
  private func open(_ id: UInt32, _ method: String, flags: UInt8, payload: [UInt8] = [], timeout: Int64 = 0) -> RawFrame {
    RawFrame(id, RawFrame.request, flags, Wire.request(method, payload: payload, timeout: timeout))
  }

  @Test(arguments: [
    (["server-stream-request"], "server-stream-reply"), (["client-stream-open", "client-stream-data"], "client-stream-response"),
    (["bidi-open", "bidi-data"], "bidi-reply"), (["bidi-open-rust", "bidi-data"], "bidi-reply"),
  ])
  func goldenSequences(requests: [String], reply: String) async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      for name in requests { try raw.send(try Golden.bytes(name)) }
      let expected = try Golden.bytes(reply)
      #expect(try raw.receive(expected.count) == expected)
      try raw.ping(3)
    }
  }

  @Test(arguments: [0, 1, 2] as [UInt8])
  func serverStreamIsRoutedByRegistration(flags: UInt8) async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(open(1, "List", flags: flags, payload: [1]))
      #expect(try raw.expectFrame() == RawFrame(1, RawFrame.data, 0, [0]))
      #expect(try raw.expectFrame() == .end(1))
    }
  }

  @Test func streamErrorIsAResponseAfterTheData() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(open(1, "FailingList", flags: 1))
      #expect(try raw.expectFrame() == RawFrame(1, RawFrame.data, 0, [7]))
      let end = try raw.expectFrame()
      #expect(end.code == 11 && end.message == "too old")
      try raw.ping(3)
    }
  }

  @Test func clientsThatVanishFromABusyStreamDoNotHarmTheServer() async throws {
    try await TestServer.run { test in
      // The end of the connection is seen while messages for it wait to be written, which then fails.
      for _ in 0..<200 {
        let stream = try await openedAndDropped(test)
        while stream.send([UInt8](repeating: 1, count: 100)) {}
      }
      try test.connect().ping(1)
    }
  }

  private func openedAndDropped(_ test: TestServer) async throws -> RPCServerStream {
    let raw = try test.connect()
    try raw.send(open(1, "OpenList", flags: 1))
    let (_, stream) = try await test.opened.next()
    for _ in 0..<50 { #expect(stream.send([1])) }
    return stream
  }

  @Test func clientEndOnAServerStreamCancelsIt() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(open(1, "OpenList", flags: 1))
      let (_, stream) = try await test.opened.next()
      #expect(stream.send([1]))
      #expect(try raw.expectFrame().body == [1])
      try raw.send(.end(1))
      #expect(try raw.expectFrame() == .end(1))
      #expect(try await test.cancelled.next().code == .cancelled)
      #expect(!stream.send([2]) && !stream.isOpen)
      try raw.ping(3)
    }
  }

  @Test func dataWithEndIsDeliveredAndClosesAndLaterDataIsDropped() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(open(1, "Join", flags: 2), RawFrame(1, RawFrame.data, 0, [1]), RawFrame(1, RawFrame.data, 1, [2]))
      let answer = try raw.expectFrame()
      #expect(answer.code == 0 && answer.payload == [1, 0x7C, 2])
      try raw.send(open(3, "Open", flags: 3))
      #expect(try await test.halfClosed.next() == 3)
      #expect(try raw.expectFrame() == .end(3))
      try raw.ping(5)
    }
  }

  @Test func halfCloseIsSeenOnceAndDataAfterItDropped() async throws {
    let messages = StateMutex<[[UInt8]]>([])
    let ends = Signal<RPCServerStream>()
    try await TestServer.run(before: { server in
      server.register(
        TestServer.method("Late", .bidirectional),
        stream: { _, stream in
          stream.onMessage { message in messages.withLock { $0.append(message) } }
          stream.onHalfClose { ends.fire(stream) }
        })
    }) { test in
      let raw = try test.connect()
      try raw.send(
        open(1, "Late", flags: 2), RawFrame(1, RawFrame.data, 0, []), RawFrame.end(1), RawFrame(1, RawFrame.data, 0, [3]), .end(1))
      let stream = try await ends.next()
      try raw.ping(3)
      #expect(messages.withLock { $0 } == [[]])
      stream.finish()
      #expect(try raw.expectFrame() == .end(1))
    }
  }

  @Test func lateEndOnAFinishedStreamIsSilent() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(open(1, "Open", flags: 2))
      let (_, stream) = try await test.opened.next()
      stream.fail(RPCError(code: .aborted, message: "over"))
      #expect(try raw.expectFrame().code == 10)
      try raw.send(.end(1), RawFrame(1, RawFrame.data, 4), RawFrame(1, RawFrame.data, 1, [1]))
      try raw.ping(3)
      try raw.send(RawFrame(1, RawFrame.data, 0, [1]))
      #expect(try raw.expectFrame().code == 3)
      try raw.send(RawFrame(1, RawFrame.data, 0, [1]))
      try raw.ping(5)
    }
  }

  @Test func streamDeadlineIsEnforced() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(open(1, "Open", flags: 2, timeout: 50_000_000))
      #expect(try raw.expectFrame().code == 4)
      #expect(try await test.cancelled.next().code == .deadlineExceeded)
      try raw.ping(3)
    }
  }

  @Test func closedConnectionCancelsItsStreams() async throws {
    try await TestServer.run { test in
      do {
        let raw = try test.connect()
        try raw.send(open(1, "OpenList", flags: 1))
        _ = try await test.opened.next()
        try raw.ping(3)
      }
      #expect(try await test.cancelled.next().code == .unavailable)
    }
  }

  @Test func openStreamsAreBounded() async throws {
    try await TestServer.run({ $0.streamsPerConnectionMaximum = 2 }) { test in
      let raw = try test.connect()
      try raw.send(open(1, "Open", flags: 2), open(3, "Open", flags: 2), open(5, "Open", flags: 2))
      let refusal = try raw.expectFrame()
      #expect(refusal.id == 5 && refusal.code == 8)
      try raw.send(.end(1))
      #expect(try raw.expectFrame() == .end(1))
      try raw.send(open(7, "Open", flags: 2), .end(7))
      #expect(try raw.expectFrame() == .end(7))
      try raw.ping(9)
    }
  }

  @Test func slowReaderIsCutOffAndOthersWork() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      let other = try test.connect()
      try raw.send(open(1, "Open", flags: 2))
      let (_, stream) = try await test.opened.next()
      let sent = StateMutex(0)
      stream.overflowError { RPCError(code: .resourceExhausted, message: "last sequence \(sent.withLock { $0 })") }
      let message = [UInt8](repeating: 3, count: 10_000)
      var largest = 0
      while stream.send(message) {
        sent.withLock { $0 += 1 }
        largest = max(largest, stream.queuedBytes)
      }
      #expect(largest <= 4 << 20)
      #expect((sent.withLock { $0 } + 1) * 10_010 > 4 << 20)
      #expect(try await test.cancelled.next().code == .resourceExhausted)
      try other.ping(1)
      // The reader wakes up: everything sent is there, then the reason, and the connection is well.
      for _ in 0..<sent.withLock({ $0 }) { #expect(try raw.expectFrame().body == message) }
      let end = try raw.expectFrame()
      #expect(end.code == 8 && end.message == "last sequence \(sent.withLock { $0 })")
      try raw.ping(3)
    }
  }

  @Test func pacedStreamStaysSmallAndComplete() async throws {
    let most = StateMutex(0)
    try await TestServer.run(before: { server in
      server.register(
        TestServer.method("Replay", .bidirectional),
        stream: { _, stream in
          let next = StateMutex<UInt32>(0)
          @Sendable func pump() {
            while stream.isWritable {
              let value = next.withLock { value in
                value += 1
                return value
              }
              if value > 100_000 { return stream.finish() }
              unsafe stream.send(withUnsafeBytes(of: value) { unsafe Array($0) } + [UInt8](repeating: 0, count: 60))
              most.withLock { $0 = max($0, stream.queuedBytes) }
            }
          }
          stream.onWritable(pump)
          stream.onMessage { _ in pump() }
        })
    }) { test in
      let raw = try test.connect()
      try raw.send(open(1, "Replay", flags: 2), RawFrame(1, RawFrame.data, 0, [1]))
      for expected in UInt32(1)...100_000 {
        let frame = try raw.expectFrame()
        let value = unsafe frame.body.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt32.self) }
        if value != expected { #expect(value == expected) }
      }
      #expect(try raw.expectFrame() == .end(1))
      #expect(most.withLock { $0 } <= 512 << 10)
    }
  }

  @Test func sendersOnManyThreadsKeepTheirOrder() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(open(1, "Open", flags: 2), open(3, "Open", flags: 2))
      let streams = [try await test.opened.next().1, try await test.opened.next().1]
      await withTaskGroup(of: Void.self) { group in
        for stream in streams {
          group.addTask {
            for index in 0..<2000 { stream.send([UInt8(index & 255), UInt8(index >> 8)]) }
            stream.finish()
          }
        }
      }
      var next: [UInt32: Int] = [1: 0, 3: 0]
      var ended = 0
      while ended < 2 {
        let frame = try raw.expectFrame()
        if frame == .end(frame.id) {
          ended += 1
        } else {
          #expect(Int(frame.body[0]) | Int(frame.body[1]) << 8 == next[frame.id])
          next[frame.id, default: 0] += 1
        }
      }
      #expect(next == [1: 2000, 3: 2000])
    }
  }

  @Test func messagesWaitForALateCallback() async throws {
    let late = Signal<RPCServerStream>()
    try await TestServer.run(before: { server in
      server.register(TestServer.method("Slow", .bidirectional), stream: { _, stream in late.fire(stream) })
    }) { test in
      let raw = try test.connect()
      try raw.send(open(1, "Slow", flags: 2), RawFrame(1, RawFrame.data, 0, [1]), RawFrame(1, RawFrame.data, 0, [2]), .end(1))
      let stream = try await late.next()
      try raw.ping(3)
      stream.onMessage { stream.send($0) }
      stream.onHalfClose { stream.finish() }
      #expect(try raw.expectFrame().body == [1])
      #expect(try raw.expectFrame().body == [2])
      #expect(try raw.expectFrame() == .end(1))
    }
  }

  @Test func messagesNobodyTakesAreBounded() async throws {
    try await TestServer.run(before: { server in
      server.register(TestServer.method("Deaf", .bidirectional), stream: { _, _ in })
    }) { test in
      let raw = try test.connect()
      try raw.send(open(1, "Deaf", flags: 2))
      for _ in 0..<65 { try raw.send(RawFrame(1, RawFrame.data, 0, [1])) }
      #expect(try raw.expectFrame().code == 8)
    }
  }
}
