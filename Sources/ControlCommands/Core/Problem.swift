import BotAPI
import TTRPC
import TradingCore

/// One thing that is missing or wrong in what was asked for.
package struct Problem: Sendable, Hashable {
  /// The option a person wrote or should write, for example `--capital`.
  let option: String
  /// What to do.
  let message: String
  /// The field of the request, for example `spec.capital`.
  package let field: String

  /// About a field of the request; the option follows from it.
  package init(field: String, _ message: String) {
    self.field = field
    self.option = Self.option(forField: field)
    self.message = message
  }

  /// About an option that no field of the request has.
  package init(option: String, _ message: String) {
    self.option = option
    self.message = message
    field = option
  }

  /// What the one judge of settings found.
  init(_ violation: CommandError.Violation) { self.init(field: "spec.\(violation.field)", violation.message) }

  init(_ violation: V1.FieldViolation) {
    self.init(
      field: violation.field, violation.message.isEmpty ? violation.reason : violation.message)
  }

  /// A line of a list.
  package var line: String { option.isEmpty ? "  \(message)" : "  \(option): \(message)" }

  /// Joins what was found here and what the daemon found: one entry per field, ours first.
  static func merged(_ ours: [Problem], _ theirs: [Problem]) -> [Problem] {
    var result = ours
    for problem in theirs where !result.contains(where: { $0.field == problem.field }) {
      result.append(problem)
    }
    return result
  }

  /// What an error of a call names field by field; empty where it names no field.
  static func all(of error: RPCError) -> [Problem] {
    guard let info = error.info else { return [] }
    if !info.violations.isEmpty { return info.violations.map { Problem($0) } }
    return info.field.isEmpty || info.field == "request_id" ? [] : [Problem(field: info.field, info.message)]
  }

  /// A list of problems as the failure of a command: `the bot was not created:` and a line for each.
  package static func failure(_ head: String, _ problems: [Problem]) -> CommandFailure {
    let count = problems.count == 1 ? "" : ", \(problems.count) things are missing or wrong"
    return CommandFailure(.invalidArgument, "\(head)\(count):\n" + problems.map(\.line).joined(separator: "\n"))
  }

  /// The error of a call: a list where its fields are wrong, else what it says.
  static func failure(_ head: String, _ error: RPCError, address: RPCAddress) -> CommandFailure {
    let problems = all(of: error)
    guard error.code == .invalidArgument, !problems.isEmpty else { return CommandFailure(error, address: address) }
    return failure(head, problems)
  }

  /// Beside those of a bot's settings (``BotField``).
  private static let otherOptions = [
    "candles": "--candles", "from": "--from", "bot_id": "BOT_ID", "detail": "--detail",
    "max_order_notional": "--max-order", "max_symbol_notional": "--max-symbol", "max_total_notional": "--max-total",
    "max_daily_loss": "--max-daily-loss", "max_drawdown_fraction": "--max-drawdown",
    "max_open_positions": "--max-open-positions", "max_open_orders": "--max-open-orders",
    "max_orders_per_minute": "--max-orders-per-minute", "on_breach": "--on-breach",
    "symbol_guards": "--symbol-guard", "account_guards": "--account-guard", "duration_ms": "--for",
    "currency": "--currency", "quote_quantity": "--quote", "fraction": "--percent",
  ]

  /// The option that sets a field of the request, for example `--capital` for `spec.capital`; the field itself where there is none.
  package static func option(forField field: String) -> String {
    let name = ["spec.", "limits."].first { field.hasPrefix($0) }.map { String(field.dropFirst($0.count)) } ?? field
    if name.hasPrefix("parameters["), name.hasSuffix("]") {
      return "--param \(name.dropFirst(11).dropLast())"
    }
    if name.hasPrefix("symbols[") { return "--symbol" }
    if name.hasPrefix("bot_ids[") { return "--bot" }
    return BotField.named(name)?.option ?? otherOptions[name] ?? field
  }
}
