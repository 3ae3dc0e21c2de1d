import BotAPI
import Presentation
import TradingCore
import TradingModel

/// What would change, in lines: `+` a new bot, `~` a changed one, `-` one that is removed, `!` one for which nothing is done.
struct BotDifference {
  let plans: [BotPlan]
  let census: BotCensus

  var isNothing: Bool { plans.allSatisfy(\.isNothing) }
  var hasObstacle: Bool { plans.contains { $0.obstacle != nil } }

  func show(_ output: Output) {
    for plan in plans where !plan.isNothing {
      let (sign, style): (String, Style) = plan.isRemoved ? ("-", .bad) : plan.isNew ? ("+", .good) : ("~", .warning)
      // All that the file says of a new bot is one line; what changes of another one is read field by field.
      let texts =
        plan.isNew
        ? [plan.changes.map { "\($0.field): \($0.new)" }.joined(separator: ", ")].filter { !$0.isEmpty } : plan.changes.map(\.text)
      for text in texts {
        output.line(Cell("\(plan.obstacle == nil ? sign : "!") \(plan.id) \(text)").text, plan.obstacle == nil ? style : .bad)
      }
      if let obstacle = plan.obstacle {
        output.line(Cell("! \(plan.id) is left as it is: \(obstacle)").text, .bad)
      } else if plan.isNew || plan.isRemoved || plan.steps.count > 1 {
        output.line("\(sign) \(plan.id) to be \(Self.list(plan.steps))", style)
      }
    }
  }

  private static func list(_ steps: [BotPlan.Step]) -> String {
    steps.map { step in
      if case .create(let start) = step { return start ? "created and started" : "created, not started" }
      return step.past
    }.joined(separator: ", ")
  }

  /// `1 new, 2 changed, 1 removed, 1 left as it is because of what stands in the way; 7 are as the file says`.
  var summary: String {
    func count(_ word: String, _ isMeant: (BotPlan) -> Bool) -> String? {
      let count = plans.count { isMeant($0) }
      return count == 0 ? nil : "\(count) \(word)"
    }
    let parts = [
      count("new") { $0.obstacle == nil && $0.isNew }, count("removed") { $0.obstacle == nil && $0.isRemoved },
      count("changed") { $0.obstacle == nil && !$0.isNothing && !$0.isNew && !$0.isRemoved },
      count("left as they are, see !") { $0.obstacle != nil }, count("as the file says") { $0.isNothing },
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }

  // MARK: Orders

  /// Which orders would follow.
  ///
  /// - Parameter judged: what the daemon said of the settings, by bot.
  func showOrders(_ judged: [String: V1.Bot], _ output: Output) {
    output.line("orders that would follow:", .bold)
    for plan in plans where !plan.isNothing && plan.obstacle == nil {
      for line in orders(plan, judged[plan.id]) { output.line(Cell("  \(plan.id): \(line)").text) }
    }
  }

  private func orders(_ plan: BotPlan, _ judged: V1.Bot?) -> [String] {
    var lines: [String] = []
    let standing = census.bots[plan.id]
    if plan.steps.contains(.stop) || plan.steps.contains(.pause) {
      let entries = (census.openOrders[plan.id] ?? []).filter { $0.purpose == .entry }
      lines += entries.map { order in
        "cancels \(order.clientOrderID), its entry of \(DecimalText.trimmed(order.quantity)) \(order.symbol)"
          + (order.price.isEmpty ? "" : " at \(DecimalText.trimmed(order.price))")
      }
      if let held = standing?.heldText { lines.append("none for what it holds: \(held) stays, with its stop and target") }
    }
    let runs = plan.steps.contains { [.start, .resume, .create(start: true)].contains($0) }
    if runs, let judged, let spec = judged.spec {
      let configuration = spec.configuration(id: plan.id)
      let most = configuration.largestEntry(capital: configuration.capital)
      let base = spec.compound ? " (while its equity is its capital)" : ""
      lines.append(
        "none at once; at its strategy's next signal it buys for at most \(most) \(judged.quoteAsset)\(base), \(Self.entry(spec))")
      lines += judged.protection.map { level in
        "then \(level.kind.replacing("_", with: " ")) \(level.price.isEmpty ? "" : DecimalText.trimmed(level.price) + ": ")\(level.explanation)"
      }
      if !judged.protection.isEmpty, judged.protection.allSatisfy(\.price.isEmpty) {
        lines.append("(no price of \(spec.symbol) is known yet)")
      }
    }
    return lines.isEmpty ? ["none"] : lines
  }

  private static func entry(_ spec: V1.BotSpec) -> String {
    guard spec.entry != "market" else { return "at the market" }
    let offset = spec.entryOffset.isEmpty ? "at the price" : "\(DecimalText.percent(spec.entryOffset)) below the price"
    return "by a \(spec.entry) order that rests \(offset)"
  }
}
