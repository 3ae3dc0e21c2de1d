import Time
import ServiceRuntime
import Signing
import TradingModel
import ExchangeSimulation

extension Simulation {
  /// What was signed, by whom, and the signature.
  struct Credentials {
    var apiKey: String?
    var payload: [UInt8]
    var signature: String?
  }

  /// Answers a call: limits, key, signature, timestamp, then the endpoint itself.
  func answer(
    _ endpoint: APIEndpoint, parameters: RequestParameters, credentials: Credentials, session: WebSocketAPISession? = nil
  ) -> APIAnswer {
    pump()
    countRequest()
    limits.account = configuration.accounts.firstIndex { $0.apiKey == credentials.apiKey } ?? session?.logon?.account ?? 0
    let arrival = WallClock.now()
    let weight = endpoint.weight(parameters)
    if configuration.enforcesRateLimits {
      if let answer = limits.refusal(weight: weight, at: arrival) { return answer }
      if endpoint.effect == .placed, let answer = limits.orderRefusal(at: arrival) { return answer }
    }
    do throws(ExchangeError) {
      var call = APICall(parameters: parameters, account: -1, arrival: arrival, session: session)
      if endpoint.security == .signed { call.account = try authenticate(parameters, credentials, arrival: arrival, session: session) }
      if endpoint.effect != .none { refreshReferencePrice(of: parameters["symbol"]) }
      let body = try endpoint.handle(self, call)
      if endpoint.effect == .none { limits.weight.add(weight, at: arrival) }
      if endpoint.effect == .placed { limits.addOrders(1, at: arrival) }
      flush()
      return APIAnswer(status: 200, body: body, isOrder: endpoint.effect.placesOrders)
    } catch {
      limits.weight.add(weight, at: arrival)
      return .failure(error)
    }
  }

  /// Why the account that is being answered may place no more orders now.
  func orderLimit(at time: Timestamp) -> APIAnswer? { limits.orderRefusal(at: time) }

  /// HMAC signatures are hexadecimal in any case, those of RSA and Ed25519 keys base64 (rest-api.md, SIGNED).
  private func isSigned(_ payload: [UInt8], _ signature: String, by account: SimulatorConfiguration.Account) -> Bool {
    if let key = account.publicKey { return key.isValid(signatureBase64: signature, of: payload) }
    return ConstantTime.equal(HMACSHA256.hex(payload, secret: account.secret), signature.lowercased())
  }

  /// Why an address may open no WebSocket now: 300 attempts in five minutes (web-socket-streams.md, web-socket-api.md); `nil`: it may. One of
  /// the WebSocket API costs a weight of 2.
  func upgradeRefusal(path: Substring) -> APIAnswer? {
    let now = WallClock.now()
    if path.hasPrefix("/ws-api/") { limits.weight.add(2, at: now) }
    guard configuration.enforcesRateLimits, limits.refusesConnection(at: now) else { return nil }
    return .failure(
      ExchangeError(-1034, "Too many connection attempts; \(RateLimits.connectionLimit) in 5 minutes are the limit."), status: 429)
  }

  /// The account of a signed call. On a WebSocket API connection where somebody is logged on, key and signature may be left out
  /// (web-socket-api.md, Authenticate after connection); the timestamp may not.
  private func authenticate(
    _ parameters: RequestParameters, _ credentials: Credentials, arrival: Timestamp, session: WebSocketAPISession?
  ) throws(ExchangeError) -> Int {
    do throws(ExchangeError) {
      if let loggedOn = session?.logon?.account, credentials.apiKey == nil, credentials.signature == nil {
        try checkTime(parameters, arrival: arrival)
        return loggedOn
      }
      guard let key = credentials.apiKey, !key.isEmpty else { throw ExchangeError(-2014, "API-key format invalid.") }
      guard let account = configuration.accounts.firstIndex(where: { $0.apiKey == key }) else {
        throw ExchangeError(-2015, "Invalid API-key, IP, or permissions for action.")
      }
      guard parameters["timestamp"] != nil else {
        throw ExchangeError(-1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.")
      }
      guard let signature = credentials.signature, !signature.isEmpty else {
        throw ExchangeError(-1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.")
      }
      guard isSigned(credentials.payload, signature, by: configuration.accounts[account]) else {
        throw ExchangeError(-1022, "Signature for this request is not valid.")
      }
      try checkTime(parameters, arrival: arrival)
      return account
    } catch {
      // Order requests that fail here never reach the exchange, but the truth log knows that they arrived.
      if parameters["newClientOrderId"] != nil || parameters["side"] != nil {
        exchange.recordRefusal(
          .place, symbol: parameters["symbol"] ?? "", clientOrderID: parameters["newClientOrderId"] ?? "",
          order: "\(parameters["side"] ?? "") \(parameters["type"] ?? "")", arrival: arrival, at: marketTime, error: error)
      }
      throw error
    }
  }

  private func checkTime(_ parameters: RequestParameters, arrival: Timestamp) throws(ExchangeError) {
    guard let timestamp = try parameters.integer("timestamp") else {
      throw ExchangeError(-1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.")
    }
    // Before 2017 nothing was traded; this also keeps every later subtraction in range.
    guard timestamp >= 1_483_228_800_000 else {
      throw ExchangeError(-1021, "Timestamp for this request is outside of the recvWindow.")
    }
    let window = parameters["recvWindow"].map { Double($0) } ?? 5_000
    guard let window, window >= 0, window <= 60_000 else { throw ExchangeError(-1131, "recvWindow must be less than 60000.") }
    let milliseconds = timestamp > 100_000_000_000_000 ? timestamp / 1_000 : timestamp
    try requestClock.check(timestamp: milliseconds, recvWindow: window, market: marketTime, wall: arrival)
  }
}
