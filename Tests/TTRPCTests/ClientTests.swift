import Glibc
import Synchronization
import TTRPC
import Testing

/// The client against the real server, and against scripted ones that misbehave.
@Suite(.serialized) struct ClientTests {
  private let echo = TestServer.method("Echo")

  @Test func sixtyFourCallsAtOnce() async throws {
    try await TestServer.run { test in
      let client = try await test.client()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<64 {
          group.addTask {
            for call in 0..<50 {
              let payload = [UInt8(task), UInt8(call)]
              let answer = try await client.unary(self.echo, payload: payload)
              #expect(answer == payload)
            }
          }
        }
        try await group.waitForAll()
      }
      await client.close()
      #expect(!client.isOpen)
      #expect(await code { _ = try await client.unary(self.echo, payload: []) } == .unavailable)
    }
  }

  @Test func streamsOfEveryKind() async throws {
    try await TestServer.run { test in
      let client = try await test.client()
      var listed: [[UInt8]] = []
      for try await message in try client.serverStream(TestServer.method("List", .serverStreaming), payload: [3]) { listed.append(message) }
      #expect(listed == [[0], [1], [2]])
      let join = try client.clientStream(TestServer.method("Join", .clientStreaming))
      for message in [[1], [], [2]] as [[UInt8]] { try join.send(message) }
      join.closeSend()
      #expect(try await join.next() == [1, 0x7C, 0x7C, 2])
      #expect(try await join.next() == nil)
      let empty = try client.clientStream(TestServer.method("Join", .clientStreaming))
      empty.closeSend()
      #expect(try await empty.next() == [])
      let chat = try client.bidirectional(TestServer.method("Chat", .bidirectional))
      try chat.send([])
      #expect(try await chat.next() == [])
      chat.closeSend()
      #expect(try await chat.next() == nil)
      #expect(throws: RPCError.self) { try chat.send([1]) }
      let failing = try client.serverStream(TestServer.method("FailingList", .serverStreaming), payload: [1])
      #expect(try await failing.next() == [7])
      #expect(await code { _ = try await failing.next() } == .outOfRange)
    }
  }

  @Test func errorCarriesCodeTextAndDetails() async throws {
    try await TestServer.run { test in
      let client = try await test.client()
      let error = await #expect(throws: RPCError.self) { try await client.unary(TestServer.method("Fail"), payload: []) }
      #expect(error == RPCError(code: .notFound, message: "no such bot", details: [RPCDetail(typeURL: "t/x.Y", bytes: [1, 2])]))
    }
  }

  @Test func cancelReachesTheServerAndTheConnectionLives() async throws {
    try await TestServer.run { test in
      let client = try await test.client()
      let stream = try client.bidirectional(TestServer.method("Open", .bidirectional))
      _ = try await test.opened.next()
      stream.cancel()
      #expect(try await test.halfClosed.next() == 1)
      #expect(await code { _ = try await stream.next() } == .cancelled)
      do {
        let dropped = try client.serverStream(TestServer.method("OpenList", .serverStreaming), payload: [])
        _ = try await test.opened.next()
        #expect(dropped.isOpen)
      }
      #expect(try await test.cancelled.next().code == .cancelled)
      #expect(try await client.unary(echo, payload: [1]) == [1])
    }
  }

  @Test func cancelledTaskStopsWaiting() async throws {
    try await TestServer.run { test in
      let client = try await test.client()
      let task = Task { try await client.unary(TestServer.method("Hold"), payload: []) }
      let responder = try await test.held.next()
      task.cancel()
      #expect(await code { _ = try await task.value } == .cancelled)
      responder.succeed([1])
      #expect(try await client.unary(echo, payload: [2]) == [2])
    }
  }

  @Test func timeoutIsTheClientsToo() async throws {
    try await Script.run { script in
      let client = try await script.client()
      #expect(await code { _ = try await client.unary(self.echo, payload: [], timeout: .milliseconds(50)) } == .deadlineExceeded)
      let raw = try script.accept()
      let request = try raw.expectFrame()
      #expect(Wire.fields(request.body)[4] != nil)
      // The late answer is dropped, the next one is not.
      try raw.send(RawFrame(request.id, RawFrame.response, 0, Wire.field(2, [1])))
      async let second = client.unary(echo, payload: [2])
      let next = try raw.expectFrame()
      try raw.send(RawFrame(next.id, RawFrame.response, 0, Wire.field(2, [3])))
      #expect(try await second == [3])
    }
  }

  @Test func framesOfTheClientAreGolden() async throws {
    try await Script.run { script in
      let client = try await script.client()
      let raw = try script.accept()
      async let first = client.unary(echo, payload: Array("hi".utf8))
      let unary = try Golden.bytes("unary-request")
      #expect(try raw.receive(unary.count) == unary)
      try raw.send(try Golden.bytes("response-ok-with-explicit-code-0"))
      #expect(try await first == Array("hi".utf8))
      async let second = client.unary(
        echo, payload: Array("hi".utf8), timeout: .seconds(1), metadata: [("authorization", "Bearer abc"), ("Mixed-Case", "é")])
      let full = try Golden.bytes("unary-request-with-timeout-and-metadata")
      #expect(try raw.receive(full.count) == full)
      try raw.send(RawFrame(3, RawFrame.response))
      #expect(try await second == [])
    }
  }

  @Test(arguments: [
    ("server-stream-request", RPCMethodKind.serverStreaming, "List"), ("client-stream-open", .clientStreaming, "Join"),
    ("bidi-open", .bidirectional, "Chat"),
  ])
  func streamsOpenWithGoldenFrames(name: String, kind: RPCMethodKind, method: String) async throws {
    try await Script.run { script in
      let client = try await script.client()
      let raw = try script.accept()
      let method = TestServer.method(method, kind)
      let stream: RPCClientStream
      switch kind {
      case .serverStreaming: stream = try client.serverStream(method, payload: [2])
      case .clientStreaming: stream = try client.clientStream(method)
      default: stream = try client.bidirectional(method)
      }
      let expected = try Golden.bytes(name)
      #expect(try raw.receive(expected.count) == expected)
      if kind != .serverStreaming {
        try stream.send(Array("ab".utf8))
        stream.closeSend()
        stream.closeSend()
        let data = try Golden.bytes("bidi-data")
        #expect(try raw.receive(data.count) == data)
      }
    }
  }

  @Test func repliesInAnyOrderAndFramesNobodyWaitsFor() async throws {
    try await Script.run { script in
      let client = try await script.client()
      let raw = try script.accept()
      async let first = client.unary(echo, payload: [1])
      let a = try raw.expectFrame()
      async let second = client.unary(echo, payload: [2])
      let b = try raw.expectFrame()
      try raw.send(
        RawFrame(999, RawFrame.response, 0, [1]), RawFrame(0, 77, 0, [1]), RawFrame(a.id + 100, RawFrame.data, 5),
        RawFrame(b.id, RawFrame.response, 0, Wire.field(2, [20])), RawFrame(a.id, RawFrame.response, 0, Wire.field(2, [10])))
      #expect(try await first == [10])
      #expect(try await second == [20])
    }
  }

  @Test func whatAServerMaySayWrongOnAUnaryCall() async throws {
    let answers: [(RawFrame, RPCStatusCode)] = [
      (RawFrame(0, RawFrame.response, 0, [0xFF]), .internalError), (RawFrame(0, RawFrame.data, 0, [1]), .internalError),
      (RawFrame(0, RawFrame.response, 0, Wire.field(1, [8, 77])), RPCStatusCode(rawValue: 77)),
    ]
    try await Script.run { script in
      let client = try await script.client()
      let raw = try script.accept()
      for (answer, expected) in answers {
        async let result = code { _ = try await client.unary(self.echo, payload: []) }
        var frame = answer
        frame.id = try raw.expectFrame().id
        try raw.send(frame)
        #expect(await result == expected, "\(answer)")
      }
      async let oversized = code { _ = try await client.unary(self.echo, payload: []) }
      let id = try raw.expectFrame().id
      try raw.send(RawFrame(id, RawFrame.response, 0, [UInt8](repeating: 0, count: (4 << 20) + 1)))
      #expect(await oversized == .resourceExhausted)
      // A frame of a type of a later version is let pass.
      async let well = client.unary(echo, payload: [])
      let last = try raw.expectFrame().id
      try raw.send(RawFrame(last, 9, 0, [1]))
      try raw.send(RawFrame(last, RawFrame.response, 0, Wire.field(2, [1])))
      #expect(try await well == [1])
    }
  }

  @Test func howAServerMayEndAStream() async throws {
    let ends: [([RawFrame], [[UInt8]], RPCStatusCode?)] = [
      ([.end(0)], [], nil), ([RawFrame(0, RawFrame.response)], [], nil), ([RawFrame(0, RawFrame.data, 1, [8])], [[8]], nil),
      ([RawFrame(0, RawFrame.data, 1)], [], nil), ([RawFrame(0, RawFrame.data, 4), .end(0)], [], nil),
      ([RawFrame(0, RawFrame.data, 0, []), .end(0)], [[]], nil),
      ([RawFrame(0, RawFrame.data, 0, [1]), RawFrame(0, RawFrame.response, 0, Wire.field(1, [8, 11]))], [[1]], .outOfRange),
      ([RawFrame(0, 9), .end(0)], [], nil),
    ]
    try await Script.run { script in
      let client = try await script.client()
      let raw = try script.accept()
      for (frames, messages, end) in ends {
        let stream = try client.serverStream(TestServer.method("List", .serverStreaming), payload: [1])
        var request = try raw.expectFrame()
        while request.type == RawFrame.data { request = try raw.expectFrame() }
        for var frame in frames {
          frame.id = request.id
          try raw.send(frame)
        }
        var seen: [[UInt8]] = []
        let result = await code { while let message = try await stream.next() { seen.append(message) } }
        #expect(seen == messages && result == end, "\(frames)")
      }
    }
  }

  @Test func lostConnectionEndsEverything() async throws {
    try await Script.run { script in
      let client = try await script.client()
      let stream = try client.bidirectional(TestServer.method("Open", .bidirectional))
      async let call = code { _ = try await client.unary(self.echo, payload: []) }
      do {
        let raw = try script.accept()
        _ = try raw.expectFrame()
        _ = try raw.expectFrame()
      }
      #expect(await call == .unavailable)
      #expect(await code { _ = try await stream.next() } == .unavailable)
      #expect(!client.isOpen)
    }
  }

  @Test func unreadStreamStopsTheServerNotTheMemory() async throws {
    try await Script.run { script in
      var configuration = RPCClientConfiguration()
      configuration.streamBufferBytes = 100_000
      let client = try await script.client(configuration)
      let raw = try script.accept()
      let stream = try client.serverStream(TestServer.method("List", .serverStreaming), payload: [1])
      let id = try raw.expectFrame().id
      let message = [UInt8](repeating: 6, count: 10_000)
      let bytes = RawFrame(id, RawFrame.data, 0, message).bytes
      // Write until the socket stays full for half a second.
      _ = fcntl(raw.descriptor, F_SETFL, O_NONBLOCK)
      var sent = 0
      while sent < 400 << 20 {
        let at = sent % bytes.count
        let count = unsafe bytes[at...].withUnsafeBytes { unsafe send(raw.descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        if count > 0 { sent += count; continue }
        var poll = pollfd(fd: raw.descriptor, events: Int16(POLLOUT), revents: 0)
        if unsafe Glibc.poll(&poll, 1, 500) == 0 { break }
      }
      #expect(sent < 8 << 20)
      var read = 0
      while read < sent / bytes.count {
        let batch = try #require(try await stream.nextBatch())
        read += batch.count
      }
      stream.cancel()
    }
  }

  @Test func nobodyThereIsUnavailableAndNamed() async throws {
    for address in [RPCAddress.unix(path: "/tmp/ttrpc-no-such.sock"), .tcp(host: "127.0.0.1", port: 1)] {
      let error = await #expect(throws: RPCError.self) { _ = try await RPCClient.connect(to: address) }
      #expect(error?.code == .unavailable)
      #expect(error?.message.contains(address.description) == true, "\(String(describing: error))")
    }
  }

  @Test func addressesAreReadOrExplained() throws {
    #expect(try RPCAddress(parsing: "unix:/run/botd/s.sock") == .unix(path: "/run/botd/s.sock"))
    #expect(try RPCAddress(parsing: "unix:///run/s.sock") == .unix(path: "/run/s.sock"))
    #expect(try RPCAddress(parsing: "tcp://localhost:7300") == .tcp(host: "localhost", port: 7300))
    #expect(try RPCAddress(parsing: "tcp://[::1]:7300") == .tcp(host: "::1", port: 7300))
    #expect(try RPCAddress(parsing: "tcp://[::1]:7300").description == "tcp://[::1]:7300")
    for bad in [
      "", "unix:", "unix:@a", "http://x", "tcp://x", "tcp://:1", "tcp://x:", "tcp://x:65536", "tcp://x:-1", "tcp://::1:7", "tcp://x:1a",
    ] {
      #expect(throws: RPCError.self, "\(bad)") { try RPCAddress(parsing: bad) }
    }
  }

  @Test func codesHaveTheirNames() {
    #expect(RPCStatusCode.ok.description == "OK")
    #expect(RPCStatusCode.internalError.description == "INTERNAL")
    #expect(RPCStatusCode.unauthenticated.description == "UNAUTHENTICATED")
    #expect(RPCStatusCode(rawValue: 77).description == "CODE_77")
  }

  private func code(_ body: () async throws -> Void) async -> RPCStatusCode? {
    do {
      try await body()
      return nil
    } catch { return (error as? RPCError)?.code ?? .ok }
  }
}

/// A server written by the test, frame by frame, on a plain socket.
final class Script: Sendable {
  private let directory: String
  private let path: String
  private let listener: CInt

  private init() throws {
    var template = Array("/tmp/ttrpc-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw RawError(description: "mkdtemp: errno \(errno)") }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = directory + "/s.sock"
    listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    let descriptor = listener
    guard unsafe RawConnection.withAddress(path, { unsafe bind(descriptor, $0, $1) }) == 0, listen(listener, 8) == 0 else {
      throw RawError(description: "listen: errno \(errno)")
    }
  }

  deinit {
    close(listener)
    unsafe unlink(path)
    unsafe rmdir(directory)
  }

  static func run(_ body: (Script) async throws -> Void) async throws { try await body(Script()) }

  func client(_ configuration: RPCClientConfiguration = RPCClientConfiguration()) async throws -> RPCClient {
    try await RPCClient.connect(to: .unix(path: path), configuration: configuration)
  }

  func accept() throws -> RawConnection {
    let descriptor = Glibc.accept(listener, nil, nil)
    guard descriptor >= 0 else { throw RawError(description: "accept: errno \(errno)") }
    return RawConnection(descriptor: descriptor)
  }
}
