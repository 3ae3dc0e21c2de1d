import Foundation
import NIOCore
import NIOPosix
import TTRPC
import Testing

/// What a server withstands: strangers that hold memory, readers that do not read, processes that take every connection.
@Suite(.serialized) struct HostileClientTests {
  private static let hasPerl = access("/usr/bin/perl", X_OK) == 0

  /// This process's resident memory, in bytes.
  private static func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    return pages * Int(getpagesize())
  }

  private func withTCPServer(
    _ configure: (inout RPCServerConfiguration) -> Void = { _ in }, before: (RPCServer) -> Void = { _ in },
    _ body: (RPCServer, Int) async throws -> Void
  ) async throws {
    var configuration = RPCServerConfiguration()
    configure(&configuration)
    let server = RPCServer(configuration: configuration, group: MultiThreadedEventLoopGroup.singleton)
    server.register(TestServer.method("Echo"), unary: { _, payload, responder in responder.succeed(payload) })
    before(server)
    try await server.start(on: [RPCListener(address: .tcp(host: "127.0.0.1", port: 0))])
    guard case .tcp(_, let port)? = server.addresses.first else { throw RawError(description: "no port") }
    do { try await body(server, port) } catch {
      await server.gracefulShutdown(deadline: .now())
      throw error
    }
    await server.gracefulShutdown(deadline: .now())
  }

  @Test func buffersOfClosedConnectionsAreFreedAtOnce() async throws {
    try await withTCPServer { server, port in
      let part = RawFrame.header(length: 4 << 20, 1, RawFrame.request, 0) + [UInt8](repeating: 1, count: (4 << 20) - 4096)
      let before = try Self.residentBytes()
      var most = 0
      for _ in 0..<100 {
        let stranger = try RawConnection(port: port)
        // The server may hang up in the middle of it.
        try? stranger.send(part)
        stranger.shutdownWrite()
        most = max(most, try Self.residentBytes())
      }
      #expect(most - before < 150 << 20, "the server's process grew by \((most - before) >> 20) MiB")
      try #require(eventually { server.usage == RPCServerUsage(connections: 0, partialBytes: 0, queuedBytes: 0) }, "\(server.usage)")
    }
  }

  @Test func incompleteFramesAreCountedWhileTheyLive() async throws {
    try await withTCPServer { server, port in
      let part = RawFrame.header(length: 4 << 20, 1, RawFrame.request, 0) + [UInt8](repeating: 1, count: 1 << 20)
      let strangers = [try RawConnection(port: port), try RawConnection(port: port)]
      for stranger in strangers { try stranger.send(part) }
      try #require(eventually { server.usage.partialBytes >= 2 << 20 }, "\(server.usage)")
      // Nobody waits for an answer on it: the end of the input ends the connection, and its buffer.
      strangers[0].shutdownWrite()
      try #require(eventually { server.usage.connections == 1 && server.usage.partialBytes <= 2 << 20 }, "\(server.usage)")
      #expect(server.usage.partialBytes >= 1 << 20)
    }
  }

  @Test func halfFramesOfStrangersCloseNobodyWhoLoggedIn() async throws {
    func login(_ server: RPCServer) {
      server.register(
        TestServer.method("Login"),
        unary: { context, _, responder in
          context.connection.identity = RPCIdentity(name: "somebody", role: 1)
          responder.succeed([])
        })
    }
    try await withTCPServer({ $0.partialBytesMaximum = 1 << 20 }, before: login) { server, port in
      let user = try RawConnection(port: port)
      try user.send(RawFrame(1, RawFrame.request, 0, Wire.request("Login")))
      #expect(try user.expectFrame().code == 0)
      let stranger = try RawConnection(port: port)
      try stranger.send(RawFrame.header(length: 4 << 20, 1, RawFrame.request, 0) + [UInt8](repeating: 1, count: 700_000))
      try #require(eventually { server.usage.partialBytes >= 700_000 })
      let payload = [UInt8](repeating: 2, count: 900_000)
      let request = RawFrame(3, RawFrame.request, 0, Wire.request("Echo", payload: payload)).bytes
      try user.send(Array(request.dropLast()))
      #expect(try stranger.expectClosed())
      try user.send(Array(request.suffix(1)))
      #expect(try user.expectFrame().payload == payload)
    }
  }

  @Test func whoReadsLeastIsClosedWhenTooMuchWaitsInAll() async throws {
    let incidents = Signal<RPCServerIncident>()
    try await TestServer.run(
      { configuration in
        configuration.queueBytesMaximum = 4 << 20
      }, before: { $0.setIncidentObserver { incidents.fire($0) } }
    ) { test in
      let idle = try test.connect()
      for index in 0..<10 {
        try idle.send(RawFrame(UInt32(2 * index + 1), RawFrame.request, 0, Wire.request("Big", payload: [0x08, 0, 0])))
      }
      guard case .readTooLittle = try await incidents.next() else { throw RawError(description: "another incident") }
      try #require(eventually { test.server.usage == RPCServerUsage(connections: 0, partialBytes: 0, queuedBytes: 0) })
      try test.connect().ping(1)
    }
  }

  @Test func silentStrangersOfAnAddressMakeRoomForTheNext() async throws {
    let incidents = Signal<RPCServerIncident>()
    try await withTCPServer({ $0.connectionsPerPeerMaximum = 3 }, before: { $0.setIncidentObserver { incidents.fire($0) } }) {
      server, port in
      let busy = try RawConnection(port: port)
      try busy.ping(1)
      let silent = try RawConnection(port: port)
      try silent.ping(1)
      let third = try RawConnection(port: port)
      try third.ping(1)
      try busy.ping(3)
      // The one that was silent longest goes, the others stay.
      let next = try RawConnection(port: port)
      try next.ping(1)
      #expect(try silent.expectClosed())
      try busy.ping(5)
      try third.ping(3)
      #expect(server.connectionCount == 3)
      guard case .madeRoom(.tcp) = try await incidents.next() else { throw RawError(description: "another incident") }
    }
  }

  @Test func aConnectionWithAnOpenCallNeverMakesRoom() async throws {
    try await TestServer.run({ configuration in
      configuration.connectionsMaximum = 2
    }) { test in
      let waiting = [try test.connect(), try test.connect()]
      for raw in waiting { try raw.send(RawFrame(1, RawFrame.request, 0, Wire.request("Hold"))) }
      let responders = [try await test.held.next(), try await test.held.next()]
      let third = try test.connect()
      try third.send(RawFrame(1, RawFrame.request, 0, Wire.request("Echo")))
      #expect(try third.expectFrame().code == 8)
      for responder in responders { responder.succeed([7]) }
      for raw in waiting { #expect(try raw.expectFrame().payload == [7]) }
      // Now one is idle, and makes room.
      try test.connect().ping(1)
      #expect(test.server.connectionCount == 2)
    }
  }

  @Test func everyErrorOfTheServersOwnCarriesItsReason() async throws {
    try await TestServer.run(
      { $0.streamsPerConnectionMaximum = 1 },
      before: { server in
        server.setErrorDetails { reason, message in [RPCDetail(typeURL: "t/\(reason)", bytes: Array(message.utf8))] }
      }
    ) { test in
      let raw = try test.connect()
      func reason(_ frames: RawFrame..., location: SourceLocation = #_sourceLocation) throws -> String {
        for frame in frames { try raw.send(frame) }
        let answer = try raw.expectFrame(location)
        let status = Wire.fields(answer.body)[1]?.first ?? []
        let detail = Wire.fields(Wire.fields(status)[3]?.first ?? [])
        #expect(detail[2]?.first.map { String(decoding: $0, as: UTF8.self) } == answer.message, sourceLocation: location)
        return String(decoding: detail[1]?.first ?? [], as: UTF8.self)
      }
      let request = RawFrame.request
      #expect(try reason(RawFrame(2, request, 0, Wire.request("Echo"))) == "t/STREAM_ID_EVEN")
      #expect(try reason(RawFrame(1, request, 0, [0xFF])) == "t/ENVELOPE_MALFORMED")
      #expect(try reason(RawFrame(3, request, 0, Wire.request("Echo", service: "x.Y"))) == "t/SERVICE_UNKNOWN")
      #expect(try reason(RawFrame(5, request, 0, Wire.request("Nothing"))) == "t/METHOD_UNKNOWN")
      #expect(try reason(RawFrame(7, request, 0, Wire.request("Echo", timeout: -1))) == "t/DEADLINE_EXCEEDED")
      #expect(try reason(RawFrame(9, request, 0, Wire.request("Hold", timeout: 1_000_000))) == "t/DEADLINE_EXCEEDED")
      let large: [([UInt8], [UInt8])] = [([97], [UInt8](repeating: 98, count: 17 << 10))]
      #expect(try reason(RawFrame(11, request, 0, Wire.request("Echo", metadata: large))) == "t/METADATA_TOO_LARGE")
      #expect(try reason(RawFrame(13, RawFrame.data, 0, [1])) == "t/STREAM_NOT_OPEN")
      try raw.send(RawFrame(15, request, 2, Wire.request("Open")))
      #expect(try reason(RawFrame(17, request, 2, Wire.request("Open"))) == "t/TOO_MANY_STREAMS")
      #expect(try reason(RawFrame(15, request, 0, Wire.request("Echo"))) == "t/STREAM_ID_IN_USE")
      #expect(try reason(RawFrame(19, request, 0, Wire.request("Hold")), RawFrame(19, RawFrame.data, 0, [1])) == "t/DATA_UNEXPECTED")
      #expect(try reason(RawFrame(21, request, 0, Wire.request("Big", payload: [0x50, 0, 0]))) == "t/MESSAGE_TOO_LARGE")
    }
  }

  @Test func theBacklogOfOneReaderRefusesNobodyElse() async throws {
    try await TestServer.run({ configuration in
      configuration.queueBytesMaximum = 4 << 20
      configuration.connectionQueueBytesMaximum = 3 << 20
    }) { test in
      // Two that ask and never read: more than the total waits for them.
      let idle = [try test.connect(), try test.connect()]
      for raw in idle {
        for index in 0..<8 {
          try raw.send(RawFrame(UInt32(2 * index + 1), RawFrame.request, 0, Wire.request("Big", payload: [0x08, 0, 0])))
        }
      }
      let other = try test.connect()
      for index in 0..<8 {
        try other.send(RawFrame(UInt32(2 * index + 1), RawFrame.request, 0, Wire.request("Big", payload: [0x08, 0, 0])))
        let answer = try other.expectFrame()
        #expect(answer.code == 0 && answer.payload.count == 0x080000, "\(answer.message)")
      }
    }
  }

  /// A process of its own that holds `count` connections and says nothing on them.
  private final class Silent {
    let process = Process()
    let input = Pipe()
    let output = Pipe()

    init(_ count: Int, path: String) throws {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/perl")
      process.arguments = [
        "-e",
        """
        use Socket; $| = 1; my @open;
        for (1..$ARGV[1]) { socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un($ARGV[0])) or last; push @open, $s }
        print scalar(@open), "\\n"; <STDIN>;
        """, path, "\(count)",
      ]
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      let line = output.fileHandleForReading.availableData
      guard String(decoding: line, as: UTF8.self) == "\(count)\n" else { throw RawError(description: "connected \(line) of \(count)") }
    }

    deinit {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
  }

  @Test(.enabled(if: hasPerl, "needs perl for another process")) func silentProcessesLockNobodyOut() async throws {
    try await TestServer.run { test in
      // One process alone, then as many as it takes to fill the server.
      var crowd: [Silent] = []
      for _ in 0..<10 {
        crowd.append(try Silent(64, path: test.path))
        let mine = try test.connect()
        try mine.ping(1)
      }
      #expect(test.server.connectionCount <= 256)
      #expect(crowd.count == 10)
    }
  }
}

/// Asks `condition` again and again until it holds, at most a minute; returns whether it did.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = DispatchTime.now().uptimeNanoseconds + 60_000_000_000
  while try !condition() {
    if DispatchTime.now().uptimeNanoseconds > deadline { return false }
    _ = poll(nil, 0, 5)
  }
  return true
}
