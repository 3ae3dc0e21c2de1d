import ArgumentParser
import BotAPI
import Presentation
import TradingModel

struct BotSell: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "sell", abstract: "Sells by hand what a bot holds, or a part of it, at the market.",
    discussion: """
      Without an amount it sells all, as botctl close does. With one the bot keeps the rest: first its stop is made as small as the rest, \
      then one order sells the part. What is too little to be sold, or would leave too little, is refused; where the exchange refuses the \
      sale, the stop covers all again, and nothing is tried anew. A target that rested beside the stop is watched by botd from then on, and \
      does not act while botd is down.

      The bot stays as it is: one that runs may enter again at its strategy's next signal once it holds nothing. In live mode it asks. \
      Examples:
        botctl sell rsi-btc --dry-run
        botctl sell rsi-btc --percent 50
      """)

  @Argument(help: ArgumentHelp("The bot.", valueName: "BOT_ID"), completion: .bots)
  var botID: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How much of the base asset; sold as it is or not at all. (default: all)", valueName: "amount"))
  var quantity: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("For how much of the quote asset at the last price, rounded down to what the exchange takes.", valueName: "amount"))
  var quote: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many percent of what it holds, rounded down to what the exchange takes.", valueName: "percent"))
  var percent: String?

  @Flag(help: "Only shows what would be sold, and which orders would be canceled.")
  var dryRun = false

  @Flag(help: "Live mode: does it without asking.")
  var yes = false

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let part = try Part(quantity: quantity, quote: quote, percent: percent)
    let isAsked = try await HandTrade.isAsked(yes: yes, dryRun: dryRun, session)
    if dryRun || isAsked {
      if let part { try await show(part, session, output) } else { try await show(session, output) }
      if dryRun { return }
      try await HandTrade.ask(output)
    }
    guard let part else { return output.line(try await PositionClose.close(botID, reason: "by hand", session)) }
    guard let order = try await sell(part, isPlan: false, session).order else {
      return output.line("\(botID): the sale follows the change of its stop; watch it with: botctl orders --bot \(botID)")
    }
    output.line("\(botID): order \(order.clientOrderID) sells \(DecimalText.trimmed(order.quantity)) \(order.symbol), \(order.status.name)")
  }

  /// How much of a position; `nil`: all of it.
  private struct Part {
    var quantity = ""
    var quote = ""
    var fraction = ""

    init?(quantity: String?, quote: String?, percent: String?) throws {
      let given = [("--quantity", quantity), ("--quote", quote), ("--percent", percent)].filter { $0.1 != nil }
      guard let (option, text) = given.first else { return nil }
      guard given.count == 1 else {
        throw CommandFailure(.usage, "\(given.map(\.0).joined(separator: " and ")): only one of them says how much is sold")
      }
      // An empty text is no wish to sell all.
      guard let text, !text.isEmpty else {
        throw CommandFailure(.invalidArgument, "\(option): is empty: name an amount, or leave the option out to sell all")
      }
      self.quantity = quantity ?? ""
      self.quote = quote ?? ""
      guard percent != nil else { return }
      let hundred = FixedDecimal(100)
      guard let value = FixedDecimal(plain: text), value.isPositive, value < hundred else {
        throw CommandFailure(
          .invalidArgument, "--percent: must be a number above 0 and below 100, not \"\(text)\"; without an amount all is sold")
      }
      fraction = (value / hundred).description
    }
  }

  private func sell(_ part: Part, isPlan: Bool, _ session: Session) async throws -> V1.ReducePositionResponse {
    let request = V1.ReducePositionRequest(
      requestID: Session.requestID(), botID: botID, reason: "by hand", quantity: part.quantity, quoteQuantity: part.quote,
      fraction: part.fraction, validateOnly: isPlan)
    return try await session.bots.reducePosition(request, timeout: session.timeout)
  }

  private func show(_ part: Part, _ session: Session, _ output: Output) async throws {
    let order = try await sell(part, isPlan: true, session).order ?? V1.Order()
    let bot = try await session.bots.getBot(V1.GetBotRequest(botID: botID), timeout: session.timeout).bot ?? V1.Bot(id: botID)
    output.line(
      "\(botID) would sell \(DecimalText.trimmed(order.quantity)) of \(bot.heldText ?? "what it holds") at the market (last price \(DecimalText.trimmed(order.decisionPrice)))"
    )
    for order in try await BotCensus.openOrders(of: botID, session) {
      output.line("  makes \(order.purpose.name) \(order.clientOrderID)\(Self.place(of: order)) as small as the rest first")
    }
  }

  private func show(_ session: Session, _ output: Output) async throws {
    let bot = try await session.bots.getBot(V1.GetBotRequest(botID: botID), timeout: session.timeout).bot ?? V1.Bot(id: botID)
    guard let held = bot.heldText else { throw CommandFailure(.refused, "\(botID) holds nothing: nothing would be sold") }
    let value = DecimalText.trimmed(bot.position?.marketValue ?? "")
    output.line(
      "\(botID) would sell \(held) at the market\(value.isEmpty ? "" : ", worth \(value) \(bot.quoteAsset) at the last price")")
    for order in try await BotCensus.openOrders(of: botID, session) {
      output.line("  cancels \(order.purpose.name) \(order.clientOrderID)\(Self.place(of: order))")
    }
  }

  private static func place(of order: V1.Order) -> String {
    let price = order.stopPrice.isEmpty ? order.price : order.stopPrice
    return price.isEmpty ? "" : " at \(DecimalText.trimmed(price))"
  }
}
