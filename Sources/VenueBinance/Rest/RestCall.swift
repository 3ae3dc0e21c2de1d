import HTTPClient
import BinanceJSON
import Signing

/// One call of the REST API before it is signed.
struct RestCall {
  enum Security { case none, signed }

  var method: HTTPRequest.Method
  /// `/api/v3/…`.
  var path: String
  var parameters: [RequestParameter]
  var security: Security
  var weight: Int
  var purpose: RateGovernor.Purpose
  var timeoutMilliseconds: Int
  /// A shorter time than the client's in which the exchange may take it, in milliseconds; `nil`: the client's.
  var receiveWindowMilliseconds: Int?
  /// How many orders it places, where its purpose is to place some.
  var orderCount = 1
  /// It uses the connections of orders.
  var goesWithOrders: Bool

  init(
    method: HTTPRequest.Method, path: String, parameters: [RequestParameter] = [], security: Security = .none, weight: Int,
    purpose: RateGovernor.Purpose = .read, timeoutMilliseconds: Int = 10_000
  ) {
    self.method = method
    self.path = path
    self.parameters = parameters
    self.security = security
    self.weight = weight
    self.purpose = purpose
    self.timeoutMilliseconds = timeoutMilliseconds
    goesWithOrders = purpose.isOrder
  }
}

/// How a call ended.
enum RestResult: Sendable {
  case answered(JSONValue)
  /// A 4xx with a code: the exchange certainly did not do it.
  case refused(APIError, status: Int)
  /// Not one byte was sent.
  case notSent(String)
  /// It may or may not have been done: 5xx, a code that says so, a lost or unreadable answer (FACTS §14, §17).
  case unknown(String)

  /// Judges a whole answer. Codes that admit ignorance, and everything that is not a definite refusal, are unknown.
  static func judge(_ response: HTTPResponse) -> RestResult {
    let value: JSONValue?
    do throws(FrameRefusal) { value = try JSONValue(parsing: response.body) } catch { value = nil }
    switch response.status {
    case 200...299:
      guard let value else { return .unknown("the answer is not JSON") }
      return .answered(value)
    case 409:
      // Half done (cancelReplace): a refusal only where it says of each half what became of it.
      if let value {
        let error = APIError(value)
        if error.code < 0, error.data?["cancelResult"] != nil { return .refused(error, status: response.status) }
      }
      return .unknown(told(response, value, "partly done"))
    case 400...499:
      guard let value, let code = value["code"]?.integer, code < 0 else {
        return .unknown(told(response, value, "without a code"))
      }
      let error = APIError(value)
      return isUndecided(code) ? .unknown("\(error.message) (\(code))") : .refused(error, status: response.status)
    default: return .unknown(told(response, value, "without a word"))
    }
  }

  /// The status with the exchange's own sentence, where it gave one: not every answer with words has a code (451, a firewall's 403).
  private static func told(_ response: HTTPResponse, _ value: JSONValue?, _ otherwise: String) -> String {
    let words = value.map { APIError($0).message } ?? ""
    return words.isEmpty ? "HTTP \(response.status) \(otherwise)" : "HTTP \(response.status): \(words)"
  }

  /// -1000, -1001, -1006, -1007: the exchange does not know; -1008: overloaded, may have been taken on.
  private static func isUndecided(_ code: Int64) -> Bool { [-1_000, -1_001, -1_006, -1_007, -1_008].contains(code) }

  /// The code of a refusal, 0 otherwise.
  var code: Int {
    guard case .refused(let error, _) = self else { return 0 }
    return error.code
  }

  var error: BinanceError? {
    switch self {
    case .answered: nil
    case .refused(let error, _): BinanceError(.refused(code: error.code), "\(error.message) (\(error.code))")
    case .notSent(let message): BinanceError(.notSent, message)
    case .unknown(let message): BinanceError(.unknown, message)
    }
  }
}
