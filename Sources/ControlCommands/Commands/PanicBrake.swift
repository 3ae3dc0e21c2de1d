import ArgumentParser
import BotAPI
import Presentation

struct PanicBrake: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "panic", abstract: "Halts trading, stops every bot, cancels their orders and sells what they hold, at the market.",
    discussion: """
      It first shows what it would do, and asks for the account's number (uid); in the paper modes for the word paper. Scripts give it with \
      --yes: a daemon with another account does nothing. Coins that no bot holds are not touched. Trading stays halted until \
      botctl risk activate.
      """)

  @Flag(help: "Also cancels every open order of the account that no bot placed, those of people too.")
  var account = false

  @Option(help: ArgumentHelp("The account's number, or paper, instead of the question.", valueName: "uid"))
  var yes: String?

  @Flag(help: "Only shows what it would do.")
  var dryRun = false

  @Option(help: "Why; kept in the journal.")
  var reason = "asked for by botctl"

  @OptionGroup var daemon: DaemonOptions

  /// What is canceled one symbol after the other takes its time.
  private static let timeMinimum = Duration.seconds(60)

  func run(_ session: Session, _ output: Output) async throws {
    let timeout = max(session.timeout, Self.timeMinimum)
    var given = yes ?? ""
    if dryRun || yes == nil {
      let preview = try await session.risk.panic(
        V1.PanicRequest(account: given, allOrders: account, validateOnly: true), timeout: timeout)
      output.line(
        "this would, in \(preview.mode.name) mode\(Self.place(preview)): halt trading, stop \(CountText.of(preview.stoppedBotIDs.count, "bot")), cancel "
          + "\(CountText.of(preview.orderCount, "order"))\(account ? "" : " of bots") and sell at the market what \(CountText.of(preview.sellingBotIDs.count, "bot holds", "bots hold"))"
      )
      show(preview, output)
      if dryRun { return }
      guard !preview.account.isEmpty else {
        throw CommandFailure(
          .refused, "nothing was done: the daemon has not reached the exchange yet; botctl risk halt keeps all bots from entering")
      }
      output.line("type \(preview.account) to do it:")
      given = try await Self.answer()
      guard given == preview.account else {
        throw CommandFailure(.usage, "nothing was done: \"\(given.prefix(40))\" is not \(preview.account)")
      }
    }
    let request = V1.PanicRequest(requestID: Session.requestID(), reason: reason, account: given, allOrders: account)
    let done = try await session.risk.panic(request, timeout: timeout)
    output.line(
      "\(done.mode.name) mode\(Self.place(done)): trading is halted, \(CountText.of(done.stoppedBotIDs.count, "bot is", "bots are")) stopped, \(CountText.of(done.orderCount, "order is", "orders are")) "
        + "canceled, \(CountText.of(done.sellingBotIDs.count, "bot sells what it holds", "bots sell what they hold"))")
    show(done, output)
    if !done.sellingBotIDs.isEmpty { output.line("watch it with: botctl positions") }
  }

  private static func place(_ answer: V1.PanicResponse) -> String {
    if answer.account.isEmpty { return " with an account that is not known yet" }
    return answer.exchange.isEmpty ? "" : " with account \(answer.account) of \(answer.exchange)"
  }

  private func show(_ answer: V1.PanicResponse, _ output: Output) {
    for sale in answer.sales {
      output.line("  sells   \(sale.botID): \(DecimalText.trimmed(sale.quantity)) \(sale.baseAsset) (\(sale.symbol))")
    }
    for order in answer.orders {
      let price = order.price.isEmpty ? "" : " at \(DecimalText.trimmed(order.price))"
      let whose = order.botID.isEmpty ? "nobody's here" : order.botID
      output.line(
        "  cancels \(whose): \(order.symbol) \(order.side.cell.text) \(DecimalText.trimmed(order.quantity))\(price), order \(order.clientOrderID)"
      )
    }
    let more = answer.orderCount - Int64(answer.orders.count)
    if more > 0 { output.line("  and \(more) more orders") }
    if answer.sales.isEmpty { output.line("  no bot holds anything") }
    for problem in answer.problems {
      let place = [problem.botID, problem.symbol].filter { !$0.isEmpty }.joined(separator: ", ")
      output.line("  but \(place.isEmpty ? "" : "\(place): ")\(problem.message)", .warning)
    }
  }

  /// What a person types; empty where nobody can.
  private static func answer() async throws -> String {
    var lines = InputLines()
    let line = try await lines.next()?.line ?? []
    return String(decoding: line.filter { $0 > 32 }, as: UTF8.self)
  }
}
