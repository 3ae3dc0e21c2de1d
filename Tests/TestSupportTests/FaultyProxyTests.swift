import Foundation
import TestSupport
import Testing

/// A server that answers each connection's bytes with the same bytes, in capitals.
private final class Echo: @unchecked Sendable {
  let port: Int
  private let process: ServerProcess
  private let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory("echo")
    port = try freePort()
    let script = """
      import socket, sys, threading
      listener = socket.socket(); listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      listener.bind(("127.0.0.1", int(sys.argv[1]))); listener.listen(64)
      def serve(s):
          try:
              while (data := s.recv(65536)): s.sendall(data.upper())
          except OSError: pass
          s.close()
      while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
      """
    process = try ServerProcess(["/usr/bin/env", "python3", "-c", script, String(port)], log: folder.file("log"))
    let port = port
    guard eventually({ (try? TCPSocket.connect(port: port)) != nil }) else { throw TestFailure("the echo does not listen") }
  }
}

@Suite(.enabled("there is no python3") { program("python3") != nil }) struct FaultyProxyTests {
  private func run(_ body: (FaultyProxy) throws -> Void) throws {
    let echo = try Echo()
    let proxy = try FaultyProxy(target: echo.port)
    defer { proxy.close() }
    try withExtendedLifetime(echo) { try body(proxy) }
  }

  private func text(_ received: TCPSocket.Received) -> String? {
    if case .bytes(let bytes) = received { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  @Test func withoutFaultsBytesPass() throws {
    try run { proxy in
      let socket = try TCPSocket.connect(port: proxy.port)
      let sent = String(repeating: "abcdefgh", count: 100_000)
      try socket.write("hello")
      #expect(String(decoding: try socket.read(5), as: UTF8.self) == "HELLO")
      Thread.detachNewThread { try? socket.write(sent) }
      #expect(String(decoding: try socket.read(sent.utf8.count), as: UTF8.self) == sent.uppercased())
      #expect(proxy.connectionCount == 1)
    }
  }

  @Test(arguments: 1...6, [false, true])
  func anAnswerIsCut(at bytes: Int, byReset: Bool) throws {
    try run { proxy in
      proxy.faults.toClient.cutAfter = bytes
      proxy.faults.endsByReset = byReset
      let socket = try TCPSocket.connect(port: proxy.port)
      try socket.write("abcdef")
      let got = try socket.readToEnd()
      #expect(got.end == (byReset ? .reset : .closed))
      // A reset may overtake bytes.
      #expect(String(decoding: got.bytes, as: UTF8.self) == "ABCDEF".prefix(bytes) || byReset && got.bytes.count <= bytes)
    }
  }

  @Test func aRequestIsCut() throws {
    try run { proxy in
      proxy.faults.toServer.cutAfter = 3
      let socket = try TCPSocket.connect(port: proxy.port)
      try socket.write("abcdef")
      let got = try socket.readToEnd()
      #expect(got.bytes.count <= 3 && got.end != .nothing)
    }
  }

  @Test func bytesComeOneByOne() throws {
    try run { proxy in
      proxy.faults.toClient.segmentBytes = 1
      proxy.faults.toClient.segmentPauseMilliseconds = 5
      let socket = try TCPSocket.connect(port: proxy.port)
      try socket.write("abcdef")
      var pieces: [String] = []
      while pieces.joined().utf8.count < 6 { pieces.append(text(try socket.receive()) ?? "") }
      #expect(pieces.joined() == "ABCDEF")
      #expect(pieces.count >= 3, "\(pieces)")
    }
  }

  @Test func anAnswerIsLate() throws {
    try run { proxy in
      proxy.faults.toClient.delayMilliseconds = 300
      let socket = try TCPSocket.connect(port: proxy.port, seconds: 0.1)
      try socket.write("abc")
      #expect(try socket.receive() == .nothing)
      socket.setTimeout(30)
      #expect(text(try socket.receive()) == "ABC")
    }
  }

  @Test func aBlackHoleAnswersNothingAndNeverEnds() throws {
    try run { proxy in
      let socket = try TCPSocket.connect(port: proxy.port, seconds: 30)
      try socket.write("abc")
      #expect(text(try socket.receive()) == "ABC")
      proxy.faults = .blackHole
      socket.setTimeout(0.2)
      try socket.write("def")
      #expect(try socket.receive() == .nothing)
      // A new one is taken and ignored.
      proxy.faults.ignoresNew = true
      let next = try TCPSocket.connect(port: proxy.port, seconds: 0.2)
      try next.write("abc")
      #expect(try next.receive() == .nothing)
      // Afterwards the old one goes on without what was lost.
      proxy.faults = FaultyProxy.Faults()
      socket.setTimeout(30)
      try socket.write("ghi")
      #expect(text(try socket.receive()) == "GHI")
    }
  }

  @Test func oneDirectionIsDead() throws {
    try run { proxy in
      let socket = try TCPSocket.connect(port: proxy.port, seconds: 0.2)
      proxy.faults.toServer.isDead = true
      try socket.write("abc")
      #expect(try socket.receive() == .nothing)
      proxy.faults.toServer.isDead = false
      socket.setTimeout(30)
      try socket.write("def")
      #expect(text(try socket.receive()) == "DEF")
    }
  }

  @Test(arguments: [false, true])
  func connectionsAreDropped(byReset: Bool) throws {
    try run { proxy in
      let socket = try TCPSocket.connect(port: proxy.port)
      try socket.write("abc")
      #expect(text(try socket.receive()) == "ABC")
      proxy.dropAll(byReset: byReset)
      #expect(try socket.receive() == (byReset ? .reset : .closed))
      let next = try TCPSocket.connect(port: proxy.port)
      try next.write("abc")
      #expect(text(try next.receive()) == "ABC")
    }
  }
}
