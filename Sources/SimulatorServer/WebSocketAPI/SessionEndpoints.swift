import Time
import ServiceRuntime
import Signing
import ExchangeSimulation

/// Who is logged on to a connection of the WebSocket API (web-socket-api.md, Session management).
enum SessionEndpoints {
  private static func session(_ call: APICall) throws(ExchangeError) -> WebSocketAPISession {
    guard let session = call.session else { throw ExchangeError(-1020, "This operation is not supported.") }
    return session
  }

  /// `session.logon`: signed; Ed25519 keys only. The documents name no code for other keys; this says what it says of what it does not do.
  static let logon = APIEndpoint(.signed, weight: 2) { simulation, call throws(ExchangeError) in
    let session = try session(call)
    let account = simulation.configuration.accounts[call.account]
    guard account.publicKey?.algorithm == .ed25519 else {
      throw ExchangeError(-1020, "This operation is not supported: only Ed25519 keys can log on.")
    }
    session.logOn(call.account, apiKey: account.apiKey, at: call.arrival)
    return status(session, call)
  }

  static let status = APIEndpoint(weight: 2) { _, call throws(ExchangeError) in status(try session(call), call) }

  /// `session.logout`: subscriptions of who was logged on end with an event each.
  static let logout = APIEndpoint(weight: 2) { _, call throws(ExchangeError) in
    let session = try session(call)
    session.logOff()
    return status(session, call)
  }

  private static func status(_ session: WebSocketAPISession, _ call: APICall) -> [UInt8] {
    var json = JSONWriter()
    json.object {
      if let logon = session.logon {
        $0.field("apiKey", logon.apiKey)
        $0.field("authorizedSince", logon.since)
      } else {
        $0.nullField("apiKey")
        $0.nullField("authorizedSince")
      }
      $0.field("connectedSince", session.connectedSince)
      $0.field("returnRateLimits", session.showsRateLimits)
      $0.field("serverTime", call.arrival)
      $0.field("userDataStream", session.subscriptionCount > 0)
    }
    return json.bytes
  }
}
