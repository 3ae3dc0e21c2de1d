import Presentation
import Time
import ServiceRuntime
import Signing
import SimulatorServer
import TestSupport
import Testing

/// Raw requests to a simulator, and its admin calls with bodies.
extension ServerFixture {
  /// The bytes of a signed request.
  static func signedRequest(_ method: String, _ path: String, _ parameters: String, timestamp: Int64? = nil) -> String {
    let payload = (parameters.isEmpty ? "" : parameters + "&") + "timestamp=\(timestamp ?? WallClock.now().milliseconds)"
    let signature = HMACSHA256.hex(payload, secret: Secret(SimulatorConfiguration.testAPISecret))
    return "\(method) \(path)?\(payload)&signature=\(signature) HTTP/1.1\r\nHost: x\r\n"
      + "X-MBX-APIKEY: \(SimulatorConfiguration.testAPIKey)\r\n\r\n"
  }

  static func market(_ clientOrderID: String, quantity: String = "0.001", side: String = "BUY") -> String {
    "symbol=BTCUSDT&side=\(side)&type=MARKET&quantity=\(quantity)&newClientOrderId=\(clientOrderID)"
  }

  static func limit(_ clientOrderID: String, price: String = "90000", side: String = "SELL") -> String {
    "symbol=BTCUSDT&side=\(side)&type=LIMIT&timeInForce=GTC&quantity=0.001&price=\(price)&newClientOrderId=\(clientOrderID)"
  }

  func connect(seconds: Double = 30) throws -> TCPSocket { try TCPSocket.connect(port: server.port, seconds: seconds) }

  /// Asks for faults; answers their numbers.
  @discardableResult
  func fault(_ json: String) async throws -> [Int64] {
    let answer = try await call("POST", "/sim/faults", body: json)
    #expect(answer.status == 200, "\(answer.text)")
    return try tree(answer.text)["ids"]?.elements?.compactMap(\.integer) ?? []
  }

  func faults() async throws -> [JSONTree] { try tree(try await get("/sim/faults")).elements ?? [] }

  func tree(_ text: String) throws -> JSONTree { try #require(JSONTree(Array(text.utf8)), "\(text)") }

  /// The status of an order as the exchange sees it; `nil` where there is none.
  func status(of clientOrderID: String) async throws -> String? {
    let answer = try await signed("GET", "/api/v3/order", "symbol=BTCUSDT&origClientOrderId=\(clientOrderID)")
    return try tree(answer.text)["status"]?.text
  }

  /// The lines of the truth, its header first.
  func truth(_ query: String = "") async throws -> [JSONTree] {
    try await get("/sim/truth", query).split(separator: "\n").map { try tree(String($0)) }
  }

  /// A call of the WebSocket API, signed.
  static func webSocketCall(_ method: String, _ parameters: [(String, String)] = [], id: Int) -> String {
    let all = parameters + [("apiKey", SimulatorConfiguration.testAPIKey), ("timestamp", String(WallClock.now().milliseconds))]
    let payload = all.sorted { $0.0 < $1.0 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    let signature = HMACSHA256.hex(payload, secret: Secret(SimulatorConfiguration.testAPISecret))
    let fields = (all + [("signature", signature)]).map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",")
    return "{\"id\":\(id),\"method\":\"\(method)\",\"params\":{\(fields)}}"
  }

  /// A WebSocket API connection with a subscribed user stream.
  func userStream() async throws -> WebSocketProbe {
    let probe = try await WebSocketProbe.connect(port: server.port, "/ws-api/v3?returnRateLimits=false")
    try await probe.send(Self.webSocketCall("userDataStream.subscribe.signature", id: 1))
    let answer = try await probe.text(with: "\"id\":1")
    #expect(answer.contains("subscriptionId"), "\(answer)")
    return probe
  }

  /// Whether nothing but pings came up to one that was sent after this moment.
  func onlyPings(_ probe: WebSocketProbe) async throws -> Bool {
    let now = WallClock.now().milliseconds
    while true {
      guard case .ping(let time) = try await probe.next() else { return false }
      if Int64(time) ?? 0 > now { return true }
    }
  }

  /// The next user events up to one of the account's position: their kinds, `NEW`, `TRADE`, `position`.
  func events(_ probe: WebSocketProbe) async throws -> [String] {
    var kinds: [String] = []
    while kinds.last != "position" { kinds.append(try await event(probe)) }
    return kinds
  }

  /// The next message's kind: `NEW`, `TRADE`, …, `position`, or another event's name.
  func event(_ probe: WebSocketProbe) async throws -> String {
    let event = try tree(try await probe.text())["event"]
    let name = event?["e"]?.text ?? ""
    return name == "executionReport" ? event?["x"]?.text ?? "" : name == "outboundAccountPosition" ? "position" : name
  }
}
