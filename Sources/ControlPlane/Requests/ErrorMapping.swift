import BotAPI
import TTRPC
import TradingCore

/// The one table from the core's refusals to statuses.
enum ErrorMapping {
  static func status(of code: CommandError.Code) -> RPCStatusCode {
    switch code {
    case .invalidArgument: .invalidArgument
    case .notFound: .notFound
    case .alreadyExists: .alreadyExists
    case .failedPrecondition: .failedPrecondition
    case .unavailable: .unavailable
    case .aborted: .aborted
    }
  }

  static func error(_ error: CommandError) -> RPCError {
    let violations = error.violations.map { V1.FieldViolation(field: field($0.field), reason: $0.reason, message: $0.message) }
    if error.code == .invalidArgument { return RPCError(violations: violations) }
    guard let first = violations.first else { return RPCError(code: status(of: error.code), reason: "REFUSED", message: "refused") }
    return RPCError(
      code: status(of: error.code),
      info: V1.ErrorInfo(
        reason: first.reason, field: first.field, message: violations.map(\.message).joined(separator: "; "),
        violations: violations.count > 1 ? violations : []))
  }

  /// Where a field that the core names stands in the request.
  static func field(_ name: String) -> String {
    switch name {
    case "", "bot_id", "request_id", "client_order_id", "duration_ms", "lock_id": name
    case _ where name.hasPrefix("limits."): name
    default: "spec.\(name)"
    }
  }

  static func botNotFound(_ id: String) -> RPCError {
    RPCError(code: .notFound, reason: "BOT_NOT_FOUND", field: "bot_id", message: "there is no bot \(id); `botctl list` shows them all")
  }

  static func orderNotFound(_ id: String) -> RPCError {
    RPCError(
      code: .notFound, reason: "ORDER_NOT_FOUND", field: "client_order_id",
      message: "there is no order \(id); `botctl orders` shows them all")
  }

  static func symbolNotFound(_ symbol: String) -> RPCError {
    RPCError(
      code: .notFound, reason: "SYMBOL_UNKNOWN", field: "symbol",
      message: "the exchange has no symbol \(symbol); `botctl symbols` lists them")
  }
}
