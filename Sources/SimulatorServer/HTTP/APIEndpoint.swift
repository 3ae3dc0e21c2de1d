import Time
import TradingModel
import ExchangeSimulation

/// One call of the REST or WebSocket API.
struct APICall {
  var parameters: RequestParameters
  /// Whose call it is; -1 for public endpoints.
  var account: Int
  var arrival: Timestamp
  /// The WebSocket API connection it came on; `nil` for REST.
  var session: WebSocketAPISession?
}

/// One thing that can be asked of the exchange, however it is asked.
struct APIEndpoint: Sendable {
  enum Security: Sendable {
    case none
    /// Key, timestamp and signature.
    case signed
  }

  /// What a successful order request counts for.
  enum OrderEffect: Sendable {
    case none, placed, canceled
    /// Counts its new order itself, whether or not it succeeds.
    case replaced

    /// Whether answers tell the order counts.
    var placesOrders: Bool { self == .placed || self == .replaced }
  }

  typealias Handler = @Sendable (Simulation, APICall) throws(ExchangeError) -> [UInt8]

  var security: Security
  var effect: OrderEffect
  var weight: @Sendable (RequestParameters) -> Int
  var handle: Handler

  init(
    _ security: Security = .none, effect: OrderEffect = .none, weight: @escaping @Sendable (RequestParameters) -> Int,
    _ handle: @escaping Handler
  ) {
    self.security = security
    self.effect = effect
    self.weight = weight
    self.handle = handle
  }

  init(_ security: Security = .none, effect: OrderEffect = .none, weight: Int, _ handle: @escaping Handler) {
    self.init(security, effect: effect, weight: { _ in weight }, handle)
  }

  /// HTTP status of an error code. The documents only say "4xx"; 401 for keys, 429 for limits and 400 for the rest is what is observed.
  static func status(of code: Int) -> Int {
    switch code {
    case -2014, -2015: 401
    case -1003, -1015: 429
    case -1008: 503
    case -2021: 409
    default: 400
    }
  }
}

/// An answer before it is wrapped for HTTP or for the WebSocket API.
struct APIAnswer {
  var status: Int
  /// JSON, unless ``contentType`` says otherwise.
  var body: [UInt8]
  var error: ExchangeError?
  /// Seconds; set with status 429.
  var retryAfter: Int64?
  var isOrder = false
  var contentType = "application/json;charset=UTF-8"

  static func failure(_ error: ExchangeError, status: Int? = nil) -> APIAnswer {
    var json = JSONWriter()
    json.object {
      $0.field("code", error.code)
      $0.field("msg", error.message)
      if let data = error.data {
        $0.key("data")
        $0.literal(data)
      }
    }
    return APIAnswer(status: status ?? error.status ?? APIEndpoint.status(of: error.code), body: json.bytes, error: error)
  }
}
