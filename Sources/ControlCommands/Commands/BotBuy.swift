import ArgumentParser
import BotAPI
import Presentation

struct BotBuy: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "buy",
    abstract: "Buys for a bot by hand, as its own entries do: by its sizing, limits and locks, with its stop and target.",
    discussion: """
      The bot must run and hold nothing. Its strategy, stop and target sell what was bought; the journal has the order with the reason \
      "by hand". In live mode it asks. Example:
        botctl buy rsi-btc --quote 100 --dry-run
      """)

  @Argument(help: ArgumentHelp("The bot.", valueName: "BOT_ID"), completion: .bots)
  var botID: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What to spend, in the quote asset; more than its rules allow is refused. (default: as its sizing says)", valueName: "amount"))
  var quote: String?

  @Flag(help: "Only shows the order, and where stop and target would be.")
  var dryRun = false

  @Flag(help: "Live mode: does it without asking.")
  var yes = false

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    if quote == "" { throw CommandFailure(.invalidArgument, "--quote: is empty: name an amount, or leave the option out") }
    let isAsked = try await HandTrade.isAsked(yes: yes, dryRun: dryRun, session)
    if dryRun || isAsked {
      let plan = try await open(session, isPlan: true)
      output.line("\(botID) would buy \(Self.words(plan.order ?? V1.Order()))")
      output.card(plan.protection.isEmpty ? [] : [.heading("then, for an entry at the latest price")] + plan.protection.map(\.line))
      if dryRun { return }
      try await HandTrade.ask(output)
    }
    let done = try await open(session, isPlan: false)
    guard let order = done.order else {
      return output.line("\(botID): the order is sent; watch it with: botctl orders --bot \(botID)")
    }
    output.line("\(botID): order \(order.clientOrderID) buys \(Self.words(order)), \(order.status.name)")
  }

  private func open(_ session: Session, isPlan: Bool) async throws -> V1.OpenPositionResponse {
    let request = V1.OpenPositionRequest(
      requestID: Session.requestID(), botID: botID, quoteQuantity: quote ?? "", validateOnly: isPlan)
    return try await session.bots.openPosition(request, timeout: session.timeout)
  }

  /// What an entry buys, for example `BTCUSDT for 100, at the market (last price 60000)`.
  private static func words(_ order: V1.Order) -> String {
    let size =
      order.quoteQuantity.isEmpty
      ? "\(DecimalText.trimmed(order.quantity)) \(order.symbol)" : "\(order.symbol) for \(DecimalText.trimmed(order.quoteQuantity))"
    guard !order.price.isEmpty else { return "\(size), at the market (last price \(DecimalText.trimmed(order.decisionPrice)))" }
    return "\(size), at \(DecimalText.trimmed(order.price)) or lower (last price \(DecimalText.trimmed(order.decisionPrice)))"
  }
}

/// What buying and selling by hand share.
enum HandTrade {
  /// Whether a person must agree first: in live mode, unless that was said.
  static func isAsked(yes: Bool, dryRun: Bool, _ session: Session) async throws -> Bool {
    guard !yes, !dryRun else { return false }
    return try await session.system.hello(V1.HelloRequest(client: Version.client), timeout: session.timeout).mode == .live
  }

  /// Throws unless a person types yes.
  static func ask(_ output: Output) async throws {
    output.line("this is live mode: real money. type yes:")
    try await Confirmation.yes("nothing was sent")
  }
}

/// A word that a person types.
enum Confirmation {
  /// Returns when `yes` was typed.
  ///
  /// - Throws: exit code 2, its text begins with `head`.
  static func yes(_ head: String) async throws {
    var lines = InputLines()
    let answer = String(decoding: (try await lines.next()?.line ?? []).filter { $0 > 32 }, as: UTF8.self)
    guard answer == "yes" else {
      throw CommandFailure(.usage, "\(head): \(answer.isEmpty ? "nobody answered; say --yes" : "that is not yes")")
    }
  }
}
