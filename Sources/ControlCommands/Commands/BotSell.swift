import ArgumentParser
import BotAPI
import Presentation

struct BotSell: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "sell", abstract: "Sells by hand all that a bot holds, at the market, as botctl close does; shows it first.",
    discussion: """
      The bot stays as it is: one that runs may enter again at its strategy's next signal. In live mode it asks. Example:
        botctl sell rsi-btc --dry-run
      """)

  @Argument(help: ArgumentHelp("The bot.", valueName: "BOT_ID"), completion: .bots)
  var botID: String

  @Flag(help: "Only shows what would be sold, and which orders would be canceled.")
  var dryRun = false

  @Flag(help: "Live mode: does it without asking.")
  var yes = false

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let isAsked = try await HandTrade.isAsked(yes: yes, dryRun: dryRun, session)
    if dryRun || isAsked {
      try await show(session, output)
      if dryRun { return }
      try await HandTrade.ask(output)
    }
    output.line(try await PositionClose.close(botID, reason: "by hand", session))
  }

  private func show(_ session: Session, _ output: Output) async throws {
    let bot = try await session.bots.getBot(V1.GetBotRequest(botID: botID), timeout: session.timeout).bot ?? V1.Bot(id: botID)
    guard let held = bot.heldText else { throw CommandFailure(.refused, "\(botID) holds nothing: nothing would be sold") }
    let value = DecimalText.trimmed(bot.position?.marketValue ?? "")
    output.line(
      "\(botID) would sell \(held) at the market\(value.isEmpty ? "" : ", worth \(value) \(bot.quoteAsset) at the last price")")
    for order in try await BotCensus.openOrders(of: botID, session) {
      let price = order.stopPrice.isEmpty ? order.price : order.stopPrice
      output.line("  cancels \(order.purpose.name) \(order.clientOrderID)\(price.isEmpty ? "" : " at \(DecimalText.trimmed(price))")")
    }
  }
}
