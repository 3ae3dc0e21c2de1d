import NIOCore
import NIOPosix
import TTRPC
import Testing

@Suite(.serialized) struct TLSTests {
  private func file(_ name: String) throws -> String { try #require(Golden.path("tls/" + name)) }

  private func withServer(
    mutual: Bool, handshakeTimeout: Duration = .seconds(30), _ body: (RPCServer, RPCAddress, Signal<RPCContext>) async throws -> Void
  ) async throws {
    let contexts = Signal<RPCContext>()
    var configuration = RPCServerConfiguration()
    configuration.handshakeTimeout = handshakeTimeout
    let server = RPCServer(configuration: configuration, group: MultiThreadedEventLoopGroup.singleton)
    server.register(
      TestServer.method("Echo"),
      unary: { context, payload, responder in
        contexts.fire(context)
        responder.succeed(payload)
      })
    server.register(
      TestServer.method("List", .serverStreaming),
      stream: { _, stream in
        stream.onMessage { _ in
          for index in 0..<1000 { stream.send([UInt8](repeating: UInt8(index & 255), count: 1000)) }
          stream.finish()
        }
      })
    let tls = RPCServerTLS(
      certificateChainPath: try file("server.pem"), privateKeyPath: try file("server.key"),
      clientAuthorityPath: mutual ? try file("ca.pem") : nil)
    try await server.start(on: [RPCListener(address: .tcp(host: "127.0.0.1", port: 0), tls: tls)])
    let address = try #require(server.addresses.first)
    do { try await body(server, address, contexts) } catch {
      await server.gracefulShutdown(deadline: .now())
      throw error
    }
    await server.gracefulShutdown(deadline: .now())
  }

  @Test func mutualTLSCarriesCallsStreamsAndTheClientsName() async throws {
    try await withServer(mutual: true) { _, address, contexts in
      let tls = RPCClientTLS(
        authorityPath: try file("ca.pem"), certificateChainPath: try file("client.pem"), privateKeyPath: try file("client.key"),
        serverName: "localhost")
      let client = try await RPCClient.connect(to: address, tls: tls)
      #expect(try await client.unary(TestServer.method("Echo"), payload: [1, 2]) == [1, 2])
      let connection = try await contexts.next().connection
      #expect(connection.certificateName == "observer")
      #expect(connection.peer == .tcp(address: "127.0.0.1", tlsCertificateSubject: "O=bots, CN=observer"))
      var count = 0
      for try await message in try client.serverStream(TestServer.method("List", .serverStreaming), payload: []) {
        #expect(message.count == 1000)
        count += 1
      }
      #expect(count == 1000)
      await client.close()
    }
  }

  @Test func wrongCertificatesAreRefused() async throws {
    try await withServer(mutual: true) { _, address, _ in
      let cases: [(String, RPCClientTLS)] = [
        ("no client certificate", RPCClientTLS(authorityPath: try file("ca.pem"), serverName: "localhost")),
        (
          "another server name",
          RPCClientTLS(
            authorityPath: try file("ca.pem"), certificateChainPath: try file("client.pem"), privateKeyPath: try file("client.key"),
            serverName: "elsewhere.example")
        ),
        (
          "an authority the client does not trust",
          RPCClientTLS(certificateChainPath: try file("client.pem"), privateKeyPath: try file("client.key"), serverName: "localhost")
        ),
      ]
      for (name, tls) in cases {
        let client = try await RPCClient.connect(to: address, tls: tls)
        let error = await #expect(throws: RPCError.self, "\(name)") {
          try await client.unary(TestServer.method("Echo"), payload: [], timeout: .seconds(10))
        }
        #expect(error?.code == .unavailable, "\(name)")
      }
    }
  }

  @Test func plaintextOnATLSPortIsCutOff() async throws {
    try await withServer(mutual: false, handshakeTimeout: .milliseconds(400)) { _, address, _ in
      guard case .tcp(_, let port) = address else { return }
      let raw = try RawConnection(port: port)
      try raw.send(try Golden.bytes("unary-request"))
      _ = try raw.expectClosed()
      let silent = try RawConnection(port: port)
      #expect(try silent.expectClosed())
    }
  }

  @Test func plaintextOffLoopbackIsRefusedOnBothSides() async throws {
    let server = RPCServer(group: MultiThreadedEventLoopGroup.singleton)
    let error = await #expect(throws: RPCError.self) {
      try await server.start(on: [RPCListener(address: .tcp(host: "0.0.0.0", port: 0))])
    }
    #expect(error?.code == .invalidArgument && error?.message.contains("plaintext") == true)
    let clientError = await #expect(throws: RPCError.self) {
      _ = try await RPCClient.connect(to: .tcp(host: "192.0.2.1", port: 9))
    }
    #expect(clientError?.code == .invalidArgument)
  }

  @Test func plaintextLoopbackWorks() async throws {
    let server = RPCServer(group: MultiThreadedEventLoopGroup.singleton)
    server.register(TestServer.method("Echo"), unary: { _, payload, responder in responder.succeed(payload) })
    try await server.start(on: [RPCListener(address: .tcp(host: "127.0.0.1", port: 0))])
    let address = try #require(server.addresses.first)
    let client = try await RPCClient.connect(to: address)
    #expect(try await client.unary(TestServer.method("Echo"), payload: [5]) == [5])
    await client.close()
    await server.gracefulShutdown(deadline: .now())
  }

  @Test func unreadableCertificateIsExplained() async throws {
    let server = RPCServer(group: MultiThreadedEventLoopGroup.singleton)
    let tls = RPCServerTLS(certificateChainPath: "/nonexistent.pem", privateKeyPath: "/nonexistent.key")
    let error = await #expect(throws: RPCError.self) {
      try await server.start(on: [RPCListener(address: .tcp(host: "127.0.0.1", port: 0), tls: tls)])
    }
    #expect(error?.code == .invalidArgument && error?.message.contains("/nonexistent.pem") == true)
  }
}
