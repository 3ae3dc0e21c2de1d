import ArgumentParser
package import BotAPI
package import TradingCore

/// The limits above all bots, by the same names in `risk set`, `backtest` and `optimize`: each is its field in `RiskLimits` without the
/// unit.
package struct LimitOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: ArgumentHelp("Largest value of one entry, in the quote asset; 0: no limit.", valueName: "amount"))
  var maxOrder: String?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Largest value of all positions in one symbol; 0: no limit.", valueName: "amount"))
  var maxSymbol: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Largest value of all positions; 0: no limit.", valueName: "amount"))
  var maxTotal: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Largest loss since midnight UTC before trading stops (--on-breach); 0: no limit.", valueName: "amount"))
  var maxDailyLoss: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Largest fall from the highest equity before trading stops, a fraction (0.2 is 20 %); 0: no limit.", valueName: "fraction"))
  var maxDrawdown: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Most open positions of all bots together; 0: no limit.", valueName: "count"))
  var maxOpenPositions: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Most orders that are open at the same time; 0: no limit.", valueName: "count"))
  var maxOpenOrders: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Most orders in 60 seconds; 0: no limit.", valueName: "count"))
  var maxOrdersPerMinute: String?

  @Option(
    help: ArgumentHelp(
      "What a breach of --max-daily-loss or --max-drawdown does: reducing (no entries) or halted (no strategy exits either). (default: reducing)",
      valueName: "state"), completion: .list(["reducing", "halted"]))
  var onBreach: String?

  @Option(
    name: .customLong("symbol-guard"),
    help: ArgumentHelp(
      "Locks entries of a symbol for a while after trades on it went badly, for every symbol by itself, for example \"stoploss trades=3 lookback=1d stop=4h\"; may be repeated; none: no guard (botctl locks --help).",
      valueName: "guard"))
  var symbolGuards: [String] = []

  @Option(
    name: .customLong("account-guard"),
    help: ArgumentHelp(
      "Locks all entries for a while after trades of all bots went badly, for example \"drawdown max=0.1 lookback=2d stop=12h\"; may be repeated; none: no guard.",
      valueName: "guard"))
  var accountGuards: [String] = []

  @Option(
    help: ArgumentHelp(
      "The asset that amounts of limits are in; those of bots with other quote assets are converted. (default: the quote asset, where there is one)",
      valueName: "asset"))
  var currency: String?

  @OptionGroup(visibility: .hidden) var former: FormerLimitOptions

  package init() {}

  private struct Given {
    var field: RiskLimits.Field
    var option: String
    var text: String?
    /// The same under names of version 0.1.0.
    var former: [(option: String, text: String?)]
  }

  private var all: [Given] {
    [
      Given(field: .orderNotional, option: "--max-order", text: maxOrder, former: [("--order-value", former.orderValue)]),
      Given(
        field: .symbolNotional, option: "--max-symbol", text: maxSymbol,
        former: [("--symbol-value", former.symbolValue), ("--max-symbol-exposure", former.maxSymbolExposure)]),
      Given(
        field: .totalNotional, option: "--max-total", text: maxTotal,
        former: [("--total-value", former.totalValue), ("--max-exposure", former.maxExposure)]),
      Given(field: .dailyLoss, option: "--max-daily-loss", text: maxDailyLoss, former: [("--daily-loss", former.dailyLoss)]),
      Given(field: .drawdown, option: "--max-drawdown", text: maxDrawdown, former: [("--drawdown", former.drawdown)]),
      Given(
        field: .openPositions, option: "--max-open-positions", text: maxOpenPositions,
        former: [("--open-positions", former.openPositions), ("--max-positions", former.maxPositions)]),
      Given(field: .openOrders, option: "--max-open-orders", text: maxOpenOrders, former: [("--open-orders", former.openOrders)]),
      Given(
        field: .ordersPerMinute, option: "--max-orders-per-minute", text: maxOrdersPerMinute,
        former: [("--orders-per-minute", former.ordersPerMinute)]),
      Given(field: .onBreach, option: "--on-breach", text: onBreach, former: []),
      Given(field: .symbolGuards, option: "--symbol-guard", text: Self.joined(symbolGuards), former: []),
      Given(field: .accountGuards, option: "--account-guard", text: Self.joined(accountGuards), former: []),
      Given(field: .currency, option: "--currency", text: currency?.uppercased(), former: []),
    ]
  }

  private static func joined(_ guards: [String]) -> String? { guards.isEmpty ? nil : guards.joined(separator: "; ") }

  /// The limits that were given, as texts; what is given twice is added to `problems`.
  private func texts(_ problems: inout [Problem]) -> RiskLimitsText {
    var texts = RiskLimitsText()
    for limit in all {
      let given = ([(limit.option, limit.text)] + limit.former).filter { $0.1 != nil }
      if given.count > 1 {
        problems.append(Problem(option: limit.option, "is given twice: \(given.map(\.0).joined(separator: " and ")) are one limit"))
      }
      texts[limit.field] = given.first?.1
    }
    return texts
  }

  /// The limits, and which of them were given; everything that is wrong is added to `problems`, and nothing of the limits may be used then.
  package func limits(_ problems: inout [Problem]) -> (limits: RiskLimits, fields: [RiskLimits.Field]) {
    let texts = texts(&problems)
    let (limits, violations) = texts.judged()
    problems += violations.map { Problem(field: $0.field, $0.message) }
    return (limits, texts.fields)
  }

  /// The same for a request: the limits, and the names of those that were given.
  package func message(_ problems: inout [Problem]) -> (limits: V1.RiskLimits, fields: [String]) {
    var doubles: [Problem] = []
    let texts = texts(&doubles)
    let (limits, fields) = limits(&problems)
    let message = V1.RiskLimits(
      maxOrderNotional: texts[.orderNotional] ?? "", maxSymbolNotional: texts[.symbolNotional] ?? "",
      maxTotalNotional: texts[.totalNotional] ?? "", maxDailyLoss: texts[.dailyLoss] ?? "",
      maxDrawdownFraction: texts[.drawdown] ?? "", maxOpenOrders: Int64(limits.openOrdersMaximum),
      maxOrdersPerMinute: Int64(limits.ordersPerMinuteMaximum), maxOpenPositions: Int64(limits.openPositionsMaximum),
      onBreach: limits.breachState == .halted ? .halted : .reducing, symbolGuards: texts[.symbolGuards] ?? "",
      accountGuards: texts[.accountGuards] ?? "", currency: texts[.currency] ?? "")
    return (message, fields.map(\.rawValue))
  }

  /// The limits as words of a command line, by their names of today.
  package var words: [String] {
    var problems: [Problem] = []
    let texts = texts(&problems)
    return all.flatMap { limit in texts[limit.field].map { [limit.option, $0] } ?? [] }
  }
}

/// The names that `risk set` and `backtest` had for limits in version 0.1.0: not shown, so that scripts go on working.
package struct FormerLimitOptions: ParsableArguments {
  @Option(parsing: .unconditional) var orderValue: String?
  @Option(parsing: .unconditional) var symbolValue: String?
  @Option(parsing: .unconditional) var totalValue: String?
  @Option(parsing: .unconditional) var dailyLoss: String?
  @Option(parsing: .unconditional) var drawdown: String?
  @Option(parsing: .unconditional) var openPositions: String?
  @Option(parsing: .unconditional) var openOrders: String?
  @Option(parsing: .unconditional) var ordersPerMinute: String?
  @Option(parsing: .unconditional) var maxPositions: String?
  @Option(parsing: .unconditional) var maxExposure: String?
  @Option(parsing: .unconditional) var maxSymbolExposure: String?

  package init() {}
}
