import Glibc
import NIOCore
import NIOPosix
import TTRPC
import Testing

/// Listening, admission and shutdown.
@Suite(.serialized) struct ServerLifeTests {
  private func mode(_ path: String) -> UInt32 {
    var info = stat()
    return unsafe lstat(path, &info) == 0 ? info.st_mode & 0o7777 : 0
  }

  private func start(_ path: String) async -> RPCError? {
    let server = RPCServer(group: MultiThreadedEventLoopGroup.singleton)
    do throws(RPCError) {
      try await server.start(on: [RPCListener(address: .unix(path: path))])
      await server.gracefulShutdown(deadline: .now())
      return nil
    } catch { return error }
  }

  private func withDirectory(_ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/ttrpc-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw RawError(description: "mkdtemp") }
    let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      for name in ["s.sock", "s.sock.lock", "target", "in/s.sock", "in/s.sock.lock"] { unsafe unlink(directory + "/" + name) }
      unsafe rmdir(directory + "/in")
      unsafe rmdir(directory)
    }
    try await body(directory)
  }

  @Test func socketIsPrivateAndRemovedAtTheEnd() async throws {
    try await withDirectory { directory in
      let server = RPCServer(group: MultiThreadedEventLoopGroup.singleton)
      let path = directory + "/in/s.sock"
      try await server.start(on: [RPCListener(address: .unix(path: path))])
      #expect(mode(path) == 0o600)
      #expect(mode(directory + "/in") == 0o700)
      #expect(server.addresses == [.unix(path: path)])
      await server.gracefulShutdown(deadline: .now())
      unsafe #expect(access(path, F_OK) != 0)
    }
  }

  @Test func liveSocketIsRefusedAndDeadOneReplaced() async throws {
    try await withDirectory { directory in
      let path = directory + "/s.sock"
      let live = RPCServer(group: MultiThreadedEventLoopGroup.singleton)
      try await live.start(on: [RPCListener(address: .unix(path: path))])
      let refusal = await start(path)
      #expect(refusal?.code == .unavailable)
      #expect(refusal?.message.contains("another process listens") == true)
      let raw = try RawConnection(path: path)
      try raw.send(RawFrame(1, RawFrame.request, 0, Wire.request("X")))
      #expect(try raw.expectFrame().code == 12)
      await live.gracefulShutdown(deadline: .now())
      // A socket nobody listens on, as a killed process leaves it.
      let dead = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
      unsafe #expect(RawConnection.withAddress(path) { bind(dead, $0, $1) } == 0)
      close(dead)
      #expect(await start(path) == nil)
    }
  }

  @Test func listenerThatHoldsNoLockIsStillRespected() async throws {
    try await withDirectory { directory in
      let path = directory + "/s.sock"
      let other = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
      defer { close(other) }
      unsafe #expect(RawConnection.withAddress(path) { bind(other, $0, $1) } == 0)
      #expect(listen(other, 1) == 0)
      #expect(await start(path)?.code == .unavailable)
      unsafe #expect(access(path, F_OK) == 0)
    }
  }

  @Test func unsafePathsAreRefusedWithAReason() async throws {
    try await withDirectory { directory in
      let path = directory + "/s.sock"
      unsafe #expect(symlink(directory + "/target", path) == 0)
      #expect(await start(path)?.message.contains("not a socket") == true)
      unsafe unlink(path)
      let file = unsafe open(path, O_CREAT | O_WRONLY, 0o600)
      close(file)
      #expect(await start(path)?.message.contains("not a socket") == true)
      unsafe unlink(path)
      unsafe #expect(symlink(directory, directory + "/in") == 0)
      #expect(await start(directory + "/in/s.sock")?.message.contains("symbolic link") == true)
      unsafe unlink(directory + "/in")
      unsafe chmod(directory, 0o755)
      #expect(await start(path)?.message.contains("chmod 700") == true)
      unsafe chmod(directory, 0o700)
      #expect(await start("@abstract")?.code == .invalidArgument)
      #expect(await start(directory + "/" + String(repeating: "x", count: 120))?.message.contains("107") == true)
      #expect(await start(directory + "/no/such/s.sock")?.code == .invalidArgument)
    }
  }

  @Test func foreignUserIsToldAndCutOffBeforeAnyDecoding() async throws {
    try await TestServer.run({ $0.allowedUserIDs = [geteuid() &+ 12345] }) { test in
      let raw = try test.connect()
      // The envelope is rubbish: a server that decoded it would answer 3.
      try raw.send(RawFrame(7, RawFrame.request, 0, [0xFF, 0xFF]))
      let answer = try raw.expectFrame()
      #expect(answer.id == 7 && answer.code == 7)
      #expect(answer.message.contains("\(geteuid())"))
      #expect(try raw.expectClosed())
      #expect(test.server.connectionCount == 0)
    }
  }

  @Test(.enabled(if: geteuid() == 0 && access("/usr/bin/perl", X_OK) == 0, "needs root and perl to connect as another user"))
  func processOfAnotherUserIsRefusedByDefault() async throws {
    try await TestServer.run { test in
      unsafe chmod(test.directory, 0o711)
      unsafe chmod(test.path, 0o666)
      let script = """
        use Socket; $) = 65534; $> = 65534; socket(S, AF_UNIX, SOCK_STREAM, 0) or exit 91;
        connect(S, pack_sockaddr_un($ARGV[0])) or exit 92; syswrite(S, pack("NNCC", 0, 1, 1, 0)); sysread(S, $b, 4096) >= 14 or exit 93;
        exit(ord(substr($b, 13, 1)));
        """
      var pid = pid_t()
      let words: [UnsafeMutablePointer<CChar>?] = unsafe ["/usr/bin/perl", "-e", script, test.path].map { (word: String) in
        unsafe strdup(word)
      }
      defer { unsafe words.forEach { unsafe free($0) } }
      unsafe #expect(posix_spawn(&pid, "/usr/bin/perl", nil, nil, words + [nil], nil) == 0)
      var status: CInt = 0
      unsafe #expect(waitpid(pid, &status, 0) == pid)
      #expect(status >> 8 & 255 == 7, "exit status \(status >> 8 & 255)")
    }
  }

  @Test func connectionsAreBoundedAndTheNextIsTold() async throws {
    try await TestServer.run({ $0.connectionsPerPeerMaximum = 2 }) { test in
      var open = [try test.connect(), try test.connect()]
      for raw in open { try raw.ping(1) }
      let third = try test.connect()
      try third.send(RawFrame(1, RawFrame.request, 0, Wire.request("Echo")))
      #expect(try third.expectFrame().code == 8)
      #expect(try third.expectClosed())
      open.removeLast()
      for _ in 0..<200 where test.server.connectionCount > 1 { try open[0].ping(3) }
      try test.connect().ping(1)
    }
  }

  @Test func shutdownFinishesCallsEndsStreamsAndRefusesNewCalls() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      let idle = try test.connect()
      try idle.ping(1)
      try raw.send(RawFrame(1, RawFrame.request, 0, Wire.request("Hold")), RawFrame(3, RawFrame.request, 2, Wire.request("Open")))
      let responder = try await test.held.next()
      let (_, stream) = try await test.opened.next()
      stream.onDrain {
        stream.send([42])
        stream.finish()
      }
      try raw.send(RawFrame(5, RawFrame.request, 2, Wire.request("Open")))
      _ = try await test.opened.next()
      async let shutdown: Void = test.server.gracefulShutdown(within: .seconds(20))
      #expect(try raw.expectFrame() == RawFrame(3, RawFrame.data, 0, [42]))
      #expect(try raw.expectFrame() == .end(3))
      let cut = try raw.expectFrame()
      #expect(cut.id == 5 && cut.code == 14)
      try raw.send(RawFrame(7, RawFrame.request, 0, Wire.request("Echo")))
      let refused = try raw.expectFrame()
      #expect(refused.id == 7 && refused.code == 14)
      #expect(try idle.expectClosed())
      #expect(throws: (any Error).self) { try test.connect() }
      responder.succeed([6])
      let answer = try raw.expectFrame()
      #expect(answer.id == 1 && answer.payload == [6])
      #expect(try raw.expectClosed())
      await shutdown
    }
  }

  @Test func shutdownEndsAtItsDeadline() async throws {
    try await TestServer.run { test in
      let raw = try test.connect()
      try raw.send(RawFrame(1, RawFrame.request, 0, Wire.request("Hold")))
      _ = try await test.held.next()
      await test.server.gracefulShutdown(within: .milliseconds(50))
      #expect(try raw.expectClosed())
    }
  }

  @Test func authorizerDecidesBeforeTheHandlerAndObserverHearsAll() async throws {
    let records = Signal<RPCCallRecord>()
    try await TestServer.run(before: { server in
      server.setAuthorizer { call in
        if call.method.name == "Context" { call.connection.identity = RPCIdentity(name: "tester", role: 2) }
        return call.method.name == "Echo" && call.connection.identity == nil ? RPCError(code: .unauthenticated, message: "log in") : nil
      }
      server.setObserver { records.fire($0) }
    }) { test in
      let raw = try test.connect()
      try raw.send(RawFrame(1, RawFrame.request, 0, Wire.request("Echo")))
      #expect(try raw.expectFrame().code == 16)
      try raw.send(RawFrame(3, RawFrame.request, 0, Wire.request("Context")))
      #expect(try raw.expectFrame().code == 0)
      try raw.ping(5)
      let seen = [try await records.next(), try await records.next(), try await records.next()]
      #expect(seen.map { "\($0.method.name) \($0.status)" } == ["Echo UNAUTHENTICATED", "Context OK", "Echo OK"])
      #expect(seen.allSatisfy { $0.duration >= .zero && $0.duration < .seconds(10) })
      #expect(seen.allSatisfy { $0.connection.id == seen[0].connection.id })
    }
  }

  @Test func mutatedFramesLeaveTheServerWell() async throws {
    try await TestServer.run({
      $0.partialFrameTimeout = .milliseconds(100)
      // A hundred and fifty come faster than a busy server sees them go.
      $0.connectionsPerPeerMaximum = nil
    }) { test in
      var random = Seeded(state: 2026)
      let goldens = Golden.frames.sorted { $0.key < $1.key }.map(\.value)
      #expect(goldens.count > 10)
      for _ in 0..<150 {
        let raw = try test.connect()
        for _ in 0..<10 {
          guard var bytes = goldens.randomElement(using: &random) else { continue }
          for _ in 0..<Int.random(in: 0...3, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
          }
          // The server may have hung up on us.
          try? raw.send(bytes)
        }
      }
      let raw = try test.connect()
      try raw.ping(1)
    }
  }
}
