import TradingModel

/// Limits as people write them: the one reader of them, for the command line, the RPC, backtests and searches.
///
/// A limit whose text is empty, or that is not given, is none.
public struct RiskLimitsText: Hashable, Sendable {
  private var texts: [RiskLimits.Field: String] = [:]

  /// Nothing given.
  public init() {}

  /// What was written for a limit; `nil`: it was not given.
  public subscript(_ field: RiskLimits.Field) -> String? {
    get { texts[field] }
    set { texts[field] = newValue }
  }

  /// The limits that were given, in the order of ``RiskLimits/Field``.
  public var fields: [RiskLimits.Field] { RiskLimits.Field.allCases.filter { texts[$0] != nil } }

  /// The limits that the texts describe, and everything that is wrong with them, each with its field (`limits.max_order_notional`).
  /// Nothing of the limits may be used unless the list is empty.
  public func judged() -> (limits: RiskLimits, violations: [CommandError.Violation]) {
    var limits = RiskLimits()
    var violations: [CommandError.Violation] = []
    func wrong(_ field: RiskLimits.Field, _ reason: String, _ message: String) {
      violations.append(CommandError.Violation(field: "limits.\(field.rawValue)", reason: reason, message: "\(field.rawValue) \(message)"))
    }
    func decimal(_ field: RiskLimits.Field) -> FixedDecimal {
      guard let text = texts[field], !text.isEmpty else { return .zero }
      if let value = FixedDecimal(text: text) { return value }
      wrong(
        field, "NOT_A_DECIMAL",
        "\"\(Self.shown(text))\" is not a decimal number: digits and at most 8 decimals, for example 1000 or 0.02")
      return .zero
    }
    func count(_ field: RiskLimits.Field) -> Int {
      guard let text = texts[field], !text.isEmpty else { return 0 }
      if text.utf8.count <= 20, let value = Int(text) { return value }
      wrong(field, "NOT_A_NUMBER", "\"\(Self.shown(text))\" is not a whole number, for example 3")
      return 0
    }
    limits.orderNotionalMaximum = decimal(.orderNotional)
    limits.symbolNotionalMaximum = decimal(.symbolNotional)
    limits.totalNotionalMaximum = decimal(.totalNotional)
    limits.dailyLossMaximum = decimal(.dailyLoss)
    limits.drawdownMaximum = decimal(.drawdown)
    limits.openPositionsMaximum = count(.openPositions)
    limits.openOrdersMaximum = count(.openOrders)
    limits.ordersPerMinuteMaximum = count(.ordersPerMinute)
    func guards(_ field: RiskLimits.Field) -> [TradeGuard] {
      let (guards, problems) = TradeGuardText.read(texts[field] ?? "", allowsCandles: false)
      guard !problems.isEmpty else { return guards }
      wrong(field, "GUARD_INVALID", problems.joined(separator: "; "))
      return []
    }
    limits.symbolGuards = guards(.symbolGuards)
    limits.accountGuards = guards(.accountGuards)
    limits.currency = texts[.currency] ?? ""
    switch texts[.onBreach] {
    case nil, "", "reducing": break
    case "halted": limits.breachState = .halted
    case let text?: wrong(.onBreach, "OUT_OF_RANGE", "must be reducing or halted, not \"\(Self.shown(text))\"")
    }
    for violation in limits.violations where !violations.contains(where: { $0.field == violation.field }) { violations.append(violation) }
    return (limits, violations)
  }

  /// A text as it may be shown: no control characters, not too long.
  private static func shown(_ text: String) -> String {
    let plain = String(String.UnicodeScalarView(text.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
    return text.unicodeScalars.count > 40 ? plain + "…" : plain
  }
}
