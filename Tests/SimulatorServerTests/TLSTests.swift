import Foundation
import Presentation
import Testing
import TestSupport

@testable import SimulatorServer

/// REST and WebSocket over TLS, and who answers here.
@Suite struct TLSTests {
  /// A certificate for 127.0.0.1 that is its own authority; `nil` without openssl.
  private static func certificate(in folder: TemporaryDirectory) throws -> (certificate: String, key: String)? {
    guard program("openssl") != nil else { return nil }
    let files = (folder.file("cert.pem"), folder.file("key.pem"))
    let made = try run([
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
      "subjectAltName=IP:127.0.0.1", "-keyout", files.1, "-out", files.0,
    ])
    return made.code == 0 ? files : nil
  }

  @Test(.enabled("there is no openssl") { program("openssl") != nil })
  func restAndWebSocketSpeakTLS() async throws {
    let folder = try TemporaryDirectory("tls")
    let files = try #require(try Self.certificate(in: folder))
    try await ServerFixture.run { configuration in
      configuration.tlsCertificateFile = files.certificate
      configuration.tlsKeyFile = files.key
    } _: { fixture in
      let port = fixture.server.port
      // A client that trusts only this certificate, on one connection: REST twice, then the upgrade.
      let script = """
        import ssl, socket, sys
        context = ssl.create_default_context(cafile=sys.argv[2])
        s = context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))), server_hostname="127.0.0.1")
        f = s.makefile("rb")
        def answer():
            status = f.readline().decode().strip(); length = 0
            while (line := f.readline().strip()):
                if line.lower().startswith(b"content-length:"): length = int(line.split(b":")[1])
            return status, f.read(length).decode()
        for _ in range(2):
            s.sendall(b"GET /sim/identity HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"); print(*answer())
        s.sendall(b"GET /ws-api/v3?returnRateLimits=false HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
                  b"Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n")
        print(answer()[0])
        text = b'{"id":1,"method":"ping"}'
        s.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
        print(f.read(f.read(2)[1]).decode())
        """
      let outcome = try run(["python3", "-c", script, String(port), files.certificate])
      #expect(outcome.code == 0, "\(outcome.output)")
      let lines = outcome.output.split(separator: "\n").map(String.init)
      try #require(lines.count == 4, "\(outcome.output)")
      #expect(lines[0].hasPrefix(#"HTTP/1.1 200 OK {"name":"botsim","simulator":true,"version":""#))
      #expect(lines[1] == lines[0] && lines[2] == "HTTP/1.1 101 Switching Protocols")
      #expect(lines[3] == #"{"id":1,"status":200,"result":{}}"#)
      // Who speaks no TLS is not answered.
      let plain = try fixture.connect()
      try plain.write("GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(!String(decoding: try plain.readToEnd().bytes, as: UTF8.self).contains("HTTP"))
    }
  }

  @Test func filesThatDoNotServeAreNamed() async throws {
    let folder = try TemporaryDirectory("tls")
    let empty = folder.file("empty.pem")
    try Data().write(to: URL(fileURLWithPath: empty))
    for (certificate, key, word) in [(empty, empty, "--tls-cert"), ("/nowhere", empty, "--tls-cert /nowhere"), (empty, nil, "both")] {
      let error = await #expect(throws: SimulatorError.self) {
        try await ServerFixture.run { configuration in
          configuration.tlsCertificateFile = certificate
          configuration.tlsKeyFile = key
        } _: { _ in
        }
      }
      #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    }
  }

  @Test func theSimulatorSaysThatItIsOne() async throws {
    try await ServerFixture.run {
      $0.seed = 42
    } _: { fixture in
      let identity = try fixture.tree(try await fixture.get("/sim/identity"))
      #expect(identity["name"]?.text == "botsim" && identity["simulator"] == .bool(true) && identity["seed"]?.integer == 42)
      #expect(identity["version"]?.text?.isEmpty == false)
    }
  }

  @Test func theClockIsSetOff() async throws {
    try await ServerFixture.run {
      $0.clock = .wall
    } _: { fixture in
      _ = try await fixture.get("/sim/clock", "offset=3600000")
      let served = try #require(try fixture.tree(try await fixture.get("/api/v3/time"))["serverTime"]?.integer)
      let ahead = served - Int64(Date().timeIntervalSince1970 * 1_000)
      #expect((3_590_000...3_610_000).contains(ahead))
      #expect(try await fixture.signed("GET", "/api/v3/account").text.contains("-1021"))
      let now = Int64(Date().timeIntervalSince1970 * 1_000) + 3_600_000
      #expect(try await fixture.signed("GET", "/api/v3/account", timestamp: now).status == 200)
      let clock = try fixture.tree(try await fixture.get("/sim/clock", "step=-3600000"))
      #expect(clock["offset"]?.integer == 0)
      #expect(try await fixture.signed("GET", "/api/v3/account").status == 200)
      #expect(try await fixture.get("/sim/clock", "step=x").contains("step"))
      #expect(try await fixture.get("/sim/clock", "offset=86400001").contains("offset must"))
    }
  }
}
