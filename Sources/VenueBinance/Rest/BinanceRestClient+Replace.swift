import BinanceJSON
import HTTPClient
import Signing
public import TradingModel
public import Venue

/// One order in the place of another.
extension BinanceRestClient {
  /// What became of the two halves, and the reports of other orders that ended with the old one.
  public struct Replacement: Sendable {
    public var cancel: CancelOutcome
    public var others: [ExecutionReport] = []
    public var submit: SubmitOutcome
  }

  /// Cancels an order of which nothing was filled and, only if that was done, places another one. One request where the symbol takes it
  /// (rest-api.md, "Cancel an Existing Order and Send a New Order": `STOP_ON_FAILURE`, `cancelRestrictions=ONLY_NEW`), else two.
  public func replace(_ old: ClientOrderID, with request: OrderRequest, completion: @escaping (Replacement) -> Void) {
    guard !unreplaceable.contains(request.symbol) else { return replaceInTwo(old, with: request, completion: completion) }
    var call = RestCall(
      method: .post, path: "/api/v3/order/cancelReplace",
      parameters: Self.parameters(of: request) + [
        RequestParameter("cancelReplaceMode", "STOP_ON_FAILURE"), RequestParameter("cancelOrigClientOrderId", old.text),
        RequestParameter("cancelRestrictions", "ONLY_NEW"),
      ] + preventing(request), security: .signed, weight: 1, purpose: .protective, timeoutMilliseconds: Self.orderTimeoutMilliseconds)
    call.receiveWindowMilliseconds = Self.protectiveWindowMilliseconds
    perform(call) { [weak self] result in
      if let self, case .refused(let error, _) = result, error.data == nil, Self.isUnsupported(error) {
        // Nothing was done.
        unreplaceable.insert(request.symbol)
        return replaceInTwo(old, with: request, completion: completion)
      }
      completion(Self.replacement(result, of: old))
    }
  }

  private static func isUnsupported(_ error: APIError) -> Bool {
    error.message.lowercased().contains("cancel-replace is not supported")
  }

  private func replaceInTwo(_ old: ClientOrderID, with request: OrderRequest, completion: @escaping (Replacement) -> Void) {
    cancel(old, symbol: request.symbol) { [weak self] outcome, others in
      guard let self, case .canceled(let report) = outcome, report.executedQuantity.isZero else {
        return completion(
          Replacement(cancel: outcome, others: others, submit: .notAttempted(message: SubmitOutcome.notSent + Self.words(outcome))))
      }
      submit(request) { completion(Replacement(cancel: outcome, others: others, submit: $0)) }
    }
  }

  private static func words(_ outcome: CancelOutcome) -> String {
    switch outcome {
    case .canceled: "the order in its place was filled in part"
    case .notOpen(let message), .unknown(let message), .rejected(_, let message):
      "the order in its place was not cancelled: \(message)"
    }
  }

  static func replacement(_ result: RestResult, of old: ClientOrderID) -> Replacement {
    switch result {
    case .answered(let value): return halves(value, of: old)
    case .refused(let error, let status):
      guard let data = error.data, data["cancelResult"] != nil else {
        // Judged before anything was done: the old order is as it was.
        let refused = submitOutcome(.refused(error, status: status))
        return Replacement(cancel: .rejected(code: error.code, message: error.message), submit: refused)
      }
      return halves(data, of: old)
    case .notSent, .unknown: return Replacement(cancel: cancelOutcome(result, of: old), submit: submitOutcome(result))
    }
  }

  /// `cancelResult`, `newOrderResult` (SUCCESS, FAILURE, NOT_ATTEMPTED) and the answer of each half.
  private static func halves(_ value: JSONValue, of old: ClientOrderID) -> Replacement {
    let cancel = half(value["cancelResult"]?.string, value["cancelResponse"])
    var replacement = Replacement(
      cancel: cancelOutcome(cancel, of: old), others: others(of: old, cancel),
      submit: submitOutcome(half(value["newOrderResult"]?.string, value["newOrderResponse"])))
    if value["newOrderResult"]?.string == "NOT_ATTEMPTED" {
      replacement.submit = .notAttempted(message: SubmitOutcome.notSent + words(replacement.cancel))
    }
    return replacement
  }

  private static func half(_ word: String?, _ answer: JSONValue?) -> RestResult {
    guard let word, let answer else { return .unknown("the answer does not say what became of it") }
    if word == "SUCCESS" { return .answered(answer) }
    let error = APIError(answer)
    return word == "FAILURE" && error.code < 0 ? .refused(error, status: 400) : .unknown("\(word): \(error.message)")
  }
}
