import BinanceJSON
import TradingModel
import Venue

/// One message of the WebSocket API as the user data stream uses it (FACTS §15, §16).
enum UserStreamMessage {
  /// An answer to a request of ours.
  case answer(Answer)
  case report(ExecutionReport)
  /// Assets that may have changed, absolute.
  case balances([AssetBalance])
  /// Deposit, withdrawal or transfer: balances must be read anew.
  case balanceUpdate
  case terminated
  case serverShutdown
  case ignored

  /// What the exchange says to a request.
  struct Answer: Hashable {
    /// The request's; `nil` where the exchange names none.
    var id: Int64?
    /// `nil`: it was done.
    var error: APIError?
    /// The subscription that was made.
    var subscriptionID: Int64?
    /// The subscriptions of the connection, where they were asked for.
    var subscriptionIDs: [Int64]?
  }

  init(parsing message: UnsafeBufferPointer<UInt8>) throws(FrameRefusal) {
    let value = try unsafe JSONValue(parsing: message, valuesMaximum: 200_000)
    guard let event = value["event"] else {
      guard let status = value["status"]?.integer else {
        self = .ignored
        return
      }
      let error = value["error"].map { APIError($0) }
      let failed = error == nil && status != 200 ? APIError(code: 0, message: "status \(status)") : error
      let result = value["result"]
      self = .answer(
        Answer(
          id: value["id"]?.integer, error: failed, subscriptionID: result?["subscriptionId"]?.integer,
          subscriptionIDs: result?.array?.compactMap { $0["subscriptionId"]?.integer }))
      return
    }
    switch event["e"]?.string {
    case "executionReport": self = .report(try ReportDecoding.report(event))
    case "outboundAccountPosition":
      guard let entries = event["B"]?.array else { throw FrameRefusal(.missingField, field: "B") }
      self = .balances(try RestDecoding.balances(entries, "a", "f", "l"))
    case "balanceUpdate", "externalLockUpdate": self = .balanceUpdate
    case "eventStreamTerminated": self = .terminated
    case "serverShutdown": self = .serverShutdown
    default: self = .ignored
    }
  }
}
