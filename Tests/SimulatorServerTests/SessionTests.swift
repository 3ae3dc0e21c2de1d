import Presentation
import ServiceRuntime
import Signing
import SimulatorServer
import Testing
import Time

/// A connection of the WebSocket API on which an Ed25519 key logs on: from then on neither key nor signature are needed.
@Suite struct SessionTests {
  private static let publicKey = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
    -----END PUBLIC KEY-----
    """
  private static let privateKey =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n"

  private func run(_ body: (ServerFixture, WebSocketProbe) async throws -> Void) async throws {
    let key = try PublicKey(pem: Self.publicKey)
    try await ServerFixture.run({ $0.accounts[0].publicKey = key }) { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3?returnRateLimits=false")
      try await body(fixture, probe)
      try await probe.close()
    }
  }

  private static func call(_ method: String, _ fields: String = "", id: Int) -> String {
    let time = "\"timestamp\":\"\(WallClock.now().milliseconds)\""
    return "{\"id\":\(id),\"method\":\"\(method)\",\"params\":{\(fields.isEmpty ? "" : fields + ",")\(time)}}"
  }

  /// Signed by the Ed25519 key, over the parameters sorted by name.
  private static func logon(id: Int, forging: Bool = false) throws -> String {
    let time = WallClock.now().milliseconds
    let payload = "apiKey=\(SimulatorConfiguration.testAPIKey)&timestamp=\(time)"
    let signature = try PrivateKey(pem: Secret(privateKey)).signatureBase64(of: Array((forging ? payload + "1" : payload).utf8))
    return "{\"id\":\(id),\"method\":\"session.logon\",\"params\":{\"apiKey\":\"\(SimulatorConfiguration.testAPIKey)\","
      + "\"signature\":\"\(signature)\",\"timestamp\":\"\(time)\"}}"
  }

  private func answer(_ probe: WebSocketProbe, _ call: String, id: Int) async throws -> JSONTree {
    try await probe.send(call)
    let text = try await probe.text(with: "\"id\":\(id)")
    return try #require(JSONTree(Array(text.utf8)), "\(text)")
  }

  @Test func whoIsLoggedOnSignsNothingMore() async throws {
    try await run { _, probe in
      #expect(try await answer(probe, Self.call("account.status", id: 1), id: 1)["error"]?["code"]?.integer == -2014)
      #expect(try await answer(probe, Self.call("userDataStream.subscribe", id: 2), id: 2)["error"]?["code"]?.integer == -2015)
      #expect(try await answer(probe, Self.logon(id: 3, forging: true), id: 3)["error"]?["code"]?.integer == -1022)
      let logon = try await answer(probe, Self.logon(id: 4), id: 4)["result"]
      #expect(logon?["apiKey"]?.text == SimulatorConfiguration.testAPIKey && logon?["authorizedSince"]?.integer ?? 0 > 0)
      #expect(try await answer(probe, Self.call("account.status", id: 5), id: 5)["result"]?["uid"]?.integer ?? 0 > 0)
      #expect(try await answer(probe, Self.call("userDataStream.subscribe", id: 6), id: 6)["result"]?["subscriptionId"]?.integer == 0)
      // A timestamp is wanted all the same.
      let order = #""symbol":"BTCUSDT","side":"BUY","type":"MARKET","quantity":"0.001""#
      let bare = #"{"id":7,"method":"order.place","params":{\#(order)}}"#
      #expect(try await answer(probe, bare, id: 7)["error"]?["code"]?.integer == -1102)
      try await probe.send(Self.call("order.place", order, id: 8))
      _ = try await probe.text(with: "executionReport")
      #expect(try await answer(probe, Self.call("session.status", id: 9), id: 9)["result"]?["userDataStream"] == .bool(true))
      // Whoever logs off hears nothing more.
      try await probe.send(Self.call("session.logout", id: 10))
      _ = try await probe.text(with: "eventStreamTerminated")
      #expect(try await answer(probe, Self.call("account.status", id: 11), id: 11)["error"]?["code"]?.integer == -2014)
      #expect(try await answer(probe, Self.call("session.status", id: 12), id: 12)["result"]?["apiKey"] == .null)
    }
  }

  @Test func aKeyWithASecretCannotLogOn() async throws {
    try await ServerFixture.run { fixture in
      let probe = try await WebSocketProbe.connect(port: fixture.server.port, "/ws-api/v3?returnRateLimits=false")
      let refused = try await answer(probe, ServerFixture.webSocketCall("session.logon", id: 1), id: 1)
      #expect(refused["error"]?["code"]?.integer == -1020 && refused["error"]?["msg"]?.text?.contains("Ed25519") == true)
      try await probe.close()
    }
  }

  /// REST too: base64, percent-encoded.
  @Test func anOrderBySignatureOfThePrivateKey() async throws {
    try await run { fixture, _ in
      let signer = RequestSigner(
        apiKey: Secret(SimulatorConfiguration.testAPIKey), privateKey: try PrivateKey(pem: Secret(Self.privateKey)))
      let query = try signer.signedQuery([RequestParameter("timestamp", String(WallClock.now().milliseconds))])
      let answer = try await fixture.call(
        "GET", "/api/v3/account", query: String(decoding: query, as: UTF8.self), key: SimulatorConfiguration.testAPIKey)
      #expect(answer.status == 200, "\(answer.text)")
      let hmac = try await fixture.signed("GET", "/api/v3/account", "")
      #expect(hmac.status == 400 && hmac.text.contains("-1022"))
    }
  }
}
