import BotAPI

/// One thing that is missing or wrong in what was asked for.
package struct Problem: Sendable, Hashable {
  /// The option a person wrote or should write, for example `--capital`.
  let option: String
  /// What to do.
  let message: String
  /// The field of the request, for example `spec.capital`.
  let field: String

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

  private static let options = [
    "candles": "--candles", "from": "--from", "bot_id": "BOT_ID", "symbol": "--symbol", "strategy": "--strategy", "interval": "--interval",
    "capital": "--capital",
    "risk_per_trade": "--risk-per-trade", "max_position_fraction": "--max-position",
    "stop_loss": "--stop-loss",
    "take_profit": "--take-profit", "trailing_stop": "--trailing-stop",
    "trailing_stop_atr": "--trailing-stop-atr", "time_stop_candles": "--time-stop", "cooldown_candles": "--cooldown", "sizing": "--sizing",
    "sizing_atr": "--sizing-atr", "parameters": "--param",
  ]

  /// The option that sets a field of the request, for example `--capital` for `spec.capital`; the field itself where there is none.
  package static func option(forField field: String) -> String {
    let name = field.hasPrefix("spec.") ? String(field.dropFirst(5)) : field
    if name.hasPrefix("parameters["), name.hasSuffix("]") {
      return "--param \(name.dropFirst(11).dropLast())"
    }
    return options[name] ?? field
  }
}
