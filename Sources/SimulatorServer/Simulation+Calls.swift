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
    let arrival = WallClock.now()
    let weight = endpoint.weight(parameters)
    if configuration.enforcesRateLimits {
      if limits.weight.count(at: arrival) + weight > limits.weight.limit {
        var answer = APIAnswer.failure(
          ExchangeError(
            -1003,
            "Too much request weight used; current limit is \(limits.weight.limit) request weight per 1 MINUTE. "
              + "Please use WebSocket Streams for live updates to avoid polling the API."))
        answer.retryAfter = limits.weight.secondsLeft(at: arrival)
        return answer
      }
      if endpoint.effect == .placed, let answer = orderLimit(at: arrival) { return answer }
    }
    do throws(ExchangeError) {
      var call = APICall(parameters: parameters, account: -1, arrival: arrival, session: session)
      if endpoint.security == .signed { call.account = try authenticate(parameters, credentials, arrival: arrival) }
      let body = try endpoint.handle(self, call)
      if endpoint.effect == .none { limits.weight.add(weight, at: arrival) }
      if endpoint.effect == .placed { limits.addOrders(1, at: arrival) }
      flush()
      return APIAnswer(status: 200, body: body, isOrder: endpoint.effect == .placed)
    } catch {
      limits.weight.add(weight, at: arrival)
      return .failure(error)
    }
  }

  private func orderLimit(at time: Timestamp) -> APIAnswer? {
    for (window, name) in [(limits.ordersTenSeconds, "10 SECOND"), (limits.ordersDay, "1 DAY")] {
      var window = window
      guard window.count(at: time) >= window.limit else { continue }
      var answer = APIAnswer.failure(
        ExchangeError(-1015, "Too many new orders; current limit is \(window.limit) orders per \(name)."))
      answer.retryAfter = window.secondsLeft(at: time)
      return answer
    }
    return nil
  }

  /// The account of a signed call.
  private func authenticate(
    _ parameters: RequestParameters, _ credentials: Credentials, arrival: Timestamp
  ) throws(ExchangeError) -> Int {
    do throws(ExchangeError) {
      guard let key = credentials.apiKey, !key.isEmpty else { throw ExchangeError(-2014, "API-key format invalid.") }
      guard let account = configuration.accounts.firstIndex(where: { $0.apiKey == key }) else {
        throw ExchangeError(-2015, "Invalid API-key, IP, or permissions for action.")
      }
      guard let timestamp = try parameters.integer("timestamp") else {
        throw ExchangeError(-1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.")
      }
      // Before 2017 nothing was traded; this also keeps every later subtraction in range.
      guard timestamp >= 1_483_228_800_000 else {
        throw ExchangeError(-1021, "Timestamp for this request is outside of the recvWindow.")
      }
      guard let signature = credentials.signature, !signature.isEmpty else {
        throw ExchangeError(-1102, "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.")
      }
      let window = parameters["recvWindow"].map { Double($0) } ?? 5_000
      guard let window, window >= 0, window <= 60_000 else { throw ExchangeError(-1131, "recvWindow must be less than 60000.") }
      let expected = HMACSHA256.hex(credentials.payload, secret: configuration.accounts[account].secret)
      guard ConstantTime.equal(expected, signature.lowercased()) else {
        throw ExchangeError(-1022, "Signature for this request is not valid.")
      }
      let milliseconds = timestamp > 100_000_000_000_000 ? timestamp / 1_000 : timestamp
      try requestClock.check(timestamp: milliseconds, recvWindow: window, market: marketTime, wall: arrival)
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
}
