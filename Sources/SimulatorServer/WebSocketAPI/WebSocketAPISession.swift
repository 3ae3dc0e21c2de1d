import Presentation
import Time
import NIOCore
import ServiceRuntime
import TradingModel
import ExchangeSimulation

/// One connection to the WebSocket API: requests, and the user data streams subscribed on it.
final class WebSocketAPISession: WebSocketSession {
  weak var peer: WebSocketPeer?
  private let simulation: Simulation
  private let wire: ConnectionWire
  let showsRateLimits: Bool
  let connectedSince = WallClock.now()
  private let timeUnit: TimeUnit
  /// Who is logged on, and since when.
  private(set) var logon: (account: Int, apiKey: String, since: Timestamp)?
  /// Those with `ofLogon` end with the logon.
  fileprivate var subscriptions: [(id: Int64, account: Int, ofLogon: Bool)] = []
  private var nextSubscriptionID: Int64 = 0

  init(simulation: Simulation, wire: ConnectionWire, showsRateLimits: Bool, timeUnit: TimeUnit = .milliseconds) {
    self.simulation = simulation
    self.wire = wire
    self.timeUnit = timeUnit
    self.showsRateLimits = showsRateLimits
  }

  var subscriptionCount: Int { subscriptions.count }

  func opened() { simulation.apiSessions[ObjectIdentifier(self)] = self }
  func closed() { simulation.apiSessions[ObjectIdentifier(self)] = nil }

  func announceShutdown() {
    var json = JSONWriter()
    json.object {
      $0.key("event")
      $0.literal(StreamPayloads.serverShutdown(at: self.simulation.marketTime))
    }
    peer?.send(json.bytes)
  }

  /// Sends a user event to the subscriptions of its account. Not flushed.
  func publish(_ event: [UInt8], account: Int) {
    for subscription in subscriptions where subscription.account == account {
      var json = JSONWriter(capacity: event.count + 48)
      json.object {
        $0.field("subscriptionId", subscription.id)
        $0.key("event")
        $0.literal(event)
      }
      peer?.send(ByteBuffer(bytes: timeUnit.written(json.bytes)))
    }
  }

  func forgetSubscriptions() { subscriptions.removeAll() }

  /// Ends every subscription and says so.
  func terminate() { _ = try? unsubscribe(nil) }

  func received(_ text: [UInt8]) {
    let message = JSONTree(text)
    let number = wire.countRequest()
    simulation.record(
      .request(
        TruthRequest(
          connection: wire.number, number: number, isWebSocket: true, name: message?["method"]?.text ?? "", bytes: text)))
    handle(message, number: number)
  }

  private func handle(_ message: JSONTree?, number: Int64) {
    guard let message, case .object = message else {
      reply(id: .null, .failure(ExchangeError(-1135, "JSON Request is invalid.")))
      return
    }
    let id = message["id"] ?? .null
    switch id {
    case .null, .number, .string: break
    default:
      reply(id: .null, .failure(ExchangeError(-1135, "Invalid 'id' in JSON request; an integer, a string or null is expected.")))
      return
    }
    guard var method = message["method"]?.text else {
      reply(id: id, .failure(ExchangeError(-1135, "Missing 'method' in JSON request.")))
      return
    }
    if method.hasPrefix("v3/") { method = String(method.dropFirst(3)) }
    let parameters = RequestParameters(json: message["params"])
    guard let endpoint = EndpointTable.webSocket[method] else {
      reply(id: id, .failure(ExchangeError(-1020, "This operation is not supported.")))
      return
    }
    let showsRateLimits = message["params"]?["returnRateLimits"] != .bool(false) && message["returnRateLimits"] != .bool(false)
    guard let loop = peer?.eventLoop else { return }
    let request = FaultedRequest(
      connection: wire.number, number: number, name: method, endpoint: endpoint, parameters: parameters, apiKey: parameters["apiKey"])
    simulation.carryOut(request, on: loop) { [self] in
      simulation.limits.address = peer?.address ?? ""
      return simulation.answer(
        endpoint, parameters: parameters,
        credentials: Simulation.Credentials(
          apiKey: parameters["apiKey"], payload: Array(parameters.sortedPayload.utf8), signature: parameters["signature"]), session: self)
    } deliver: { [self] answer, faults in
      if let end = faults.end { wire.endAfter(bytes: end.bytes, resets: end.resets) }
      if let answer { reply(id: id, answer, showsRateLimits: showsRateLimits) }
      wire.answerIsWritten()
    }
  }

  func logOn(_ account: Int, apiKey: String, at time: Timestamp) {
    if logon?.account != account { logOff() }
    logon = (account, apiKey, time)
  }

  /// Nobody is logged on any more; what was subscribed as who was, ends.
  func logOff() {
    logon = nil
    _ = try? end(subscriptions.filter(\.ofLogon))
  }

  fileprivate func subscribe(_ account: Int, ofLogon: Bool = false) throws(ExchangeError) -> [UInt8] {
    guard !subscriptions.contains(where: { $0.account == account }) else {
      throw ExchangeError(-2035, "User Data Stream subscription is already active.")
    }
    guard nextSubscriptionID < 65_535 else {
      throw ExchangeError(-2042, "All subscription ids are used up; open a new connection.")
    }
    subscriptions.append((nextSubscriptionID, account, ofLogon))
    nextSubscriptionID += 1
    return Array("{\"subscriptionId\":\(nextSubscriptionID - 1)}".utf8)
  }

  fileprivate func unsubscribe(_ id: Int64?) throws(ExchangeError) -> [UInt8] {
    try end(subscriptions.filter { id == nil || $0.id == id })
  }

  private func end(_ ended: [(id: Int64, account: Int, ofLogon: Bool)]) throws(ExchangeError) -> [UInt8] {
    guard !ended.isEmpty else { throw ExchangeError(-2036, "User Data Stream subscription is not active.") }
    for subscription in ended {
      var json = JSONWriter()
      json.object {
        $0.field("subscriptionId", subscription.id)
        $0.object("event") {
          $0.field("e", "eventStreamTerminated")
          $0.field("E", self.simulation.marketTime)
        }
      }
      peer?.send(ByteBuffer(bytes: json.bytes))
    }
    subscriptions.removeAll { entry in ended.contains { $0.id == entry.id } }
    return Array("{}".utf8)
  }

  private func reply(id: JSONTree, _ answer: APIAnswer, showsRateLimits shows: Bool = true) {
    var json = JSONWriter(capacity: answer.body.count + 512)
    let now = WallClock.now()
    json.object {
      $0.key("id")
      $0.value(id)
      $0.field("status", answer.status)
      if let error = answer.error {
        $0.object("error") {
          $0.field("code", error.code)
          $0.field("msg", error.message)
          if let data = error.data {
            $0.key("data")
            $0.literal(data)
          } else if let seconds = answer.retryAfter {
            $0.object("data") {
              $0.field("serverTime", now)
              $0.field("retryAfter", now.milliseconds + seconds * 1_000)
            }
          }
        }
      } else {
        $0.key("result")
        $0.literal(answer.body)
      }
      if shows, self.showsRateLimits {
        $0.key("rateLimits")
        self.simulation.limits.write(orders: answer.isOrder, weight: true, counts: true, at: now, to: &$0)
      }
    }
    peer?.send(timeUnit.written(json.bytes))
  }
}

/// Methods that belong to one connection of the WebSocket API.
enum UserStreamEndpoints {
  private static func session(_ call: APICall) throws(ExchangeError) -> WebSocketAPISession {
    guard let session = call.session else { throw ExchangeError(-1020, "This operation is not supported.") }
    return session
  }

  static let subscribe = APIEndpoint(.signed, weight: 2) { _, call throws(ExchangeError) in
    try session(call).subscribe(call.account)
  }

  /// For who is logged on.
  static let subscribeLoggedOn = APIEndpoint(weight: 2) { _, call throws(ExchangeError) in
    let session = try session(call)
    guard let logon = session.logon else { throw ExchangeError(-2015, "Invalid API-key, IP, or permissions for action.") }
    return try session.subscribe(logon.account, ofLogon: true)
  }

  static let unsubscribe = APIEndpoint(weight: 2) { _, call throws(ExchangeError) in
    try session(call).unsubscribe(try call.parameters.integer("subscriptionId"))
  }

  static let list = APIEndpoint(weight: 2) { _, call throws(ExchangeError) in
    let subscriptions = try session(call).subscriptions
    var json = JSONWriter()
    json.array { for subscription in subscriptions { $0.object { $0.field("subscriptionId", subscription.id) } } }
    return json.bytes
  }
}
