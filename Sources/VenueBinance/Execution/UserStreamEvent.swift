import BinanceJSON
import TradingModel
import Venue

/// One message of the WebSocket API as the user data stream uses it (FACTS §15, §16).
enum UserStreamMessage {
  /// An answer to a request of ours.
  case answer(id: Int64?, error: APIError?, status: Int64)
  case report(ExecutionReport)
  /// Assets that may have changed, absolute.
  case balances([AssetBalance])
  /// Deposit, withdrawal or transfer: balances must be read anew.
  case balanceUpdate
  case terminated
  case serverShutdown
  case ignored

  init(parsing message: UnsafeBufferPointer<UInt8>) throws(FrameRefusal) {
    let value = try unsafe JSONValue(parsing: message, valuesMaximum: 200_000)
    guard let event = value["event"] else {
      guard let status = value["status"]?.integer else {
        self = .ignored
        return
      }
      let error = value["error"].map { APIError($0) }
      let failed = error == nil && status != 200 ? APIError(code: 0, message: "status \(status)") : error
      self = .answer(id: value["id"]?.integer, error: failed, status: status)
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
