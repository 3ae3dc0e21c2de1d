import ArgumentParser
import BotAPI

struct RiskSet: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Changes limits; those that are not named stay, 0 lifts one.")

  @Option(parsing: .unconditional, help: "Largest value of one order, in the quote asset.")
  var orderValue: String?

  @Option(parsing: .unconditional, help: "Largest value of all positions in one symbol.")
  var symbolValue: String?

  @Option(parsing: .unconditional, help: "Largest value of all positions.")
  var totalValue: String?

  @Option(parsing: .unconditional, help: "Largest loss since midnight UTC before trading stops (--on-breach).")
  var dailyLoss: String?

  @Option(
    parsing: .unconditional,
    help: "Largest fall from the highest equity before trading stops (fraction).")
  var drawdown: String?

  @Option(help: "What a breach of those two does: reducing (no entries) or halted (no strategy exits either).")
  var onBreach: String?

  @Option(parsing: .unconditional, help: "Most open positions of all bots together.")
  var openPositions: Int64?

  @Option(parsing: .unconditional, help: "Most open orders.")
  var openOrders: Int64?

  @Option(parsing: .unconditional, help: "Most orders in a minute.")
  var ordersPerMinute: Int64?

  @OptionGroup var daemon: DaemonOptions

  func validate() throws {
    let decimals = [
      ("--order-value", orderValue), ("--symbol-value", symbolValue), ("--total-value", totalValue),
      ("--daily-loss", dailyLoss),
      ("--drawdown", drawdown),
    ]
    var wrong = decimals.filter { $0.1.map { (DecimalText.units($0) ?? -1) < 0 } ?? false }.map {
      "  \($0.0): \($0.1 ?? "")"
    }
    if let onBreach, onBreach != "reducing", onBreach != "halted" { wrong.append("  --on-breach: reducing or halted, not \(onBreach)") }
    if openPositions ?? 0 < 0 { wrong.append("  --open-positions: below 0") }
    if openOrders ?? 0 < 0 { wrong.append("  --open-orders: below 0") }
    if ordersPerMinute ?? 0 < 0 { wrong.append("  --orders-per-minute: below 0") }
    guard wrong.isEmpty else {
      throw CommandFailure(
        .invalidArgument,
        "nothing was changed; limits are 0 (none) or more:\n" + wrong.joined(separator: "\n"))
    }
  }

  func run(_ session: Session, _ output: Output) async throws {
    var limits =
      try await session.risk.getRiskLimits(timeout: session.timeout).limits ?? V1.RiskLimits()
    if let orderValue { limits.maxOrderNotional = Self.lifted(orderValue) }
    if let symbolValue { limits.maxSymbolNotional = Self.lifted(symbolValue) }
    if let totalValue { limits.maxTotalNotional = Self.lifted(totalValue) }
    if let dailyLoss { limits.maxDailyLoss = Self.lifted(dailyLoss) }
    if let drawdown { limits.maxDrawdownFraction = Self.lifted(drawdown) }
    if let onBreach { limits.onBreach = onBreach == "reducing" ? .reducing : .halted }
    if let openPositions { limits.maxOpenPositions = openPositions }
    if let openOrders { limits.maxOpenOrders = openOrders }
    if let ordersPerMinute { limits.maxOrdersPerMinute = ordersPerMinute }
    let request = V1.SetRiskLimitsRequest(requestID: Session.requestID(), limits: limits)
    let response = try await session.risk.setRiskLimits(request, timeout: session.timeout)
    output.show(response.limits ?? V1.RiskLimits())
  }

  private static func lifted(_ text: String) -> String { DecimalText.units(text) == 0 ? "" : text }
}
