import ArgumentParser
import BotAPI
import Presentation

struct PositionAdopt: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt", abstract: "Gives a bot coins that the account has and no bot holds.",
    discussion: """
      Nothing is bought: the coins come at the market's price, as capital and not as profit. From then on the bot protects and sells them \
      by its settings.
      """)

  @Argument(help: ArgumentHelp("The bot.", valueName: "BOT_ID"), completion: .bots)
  var botID: String

  @Option(help: ArgumentHelp("How much of the base asset.", valueName: "quantity"))
  var quantity: String

  @Option(help: ArgumentHelp("What the bot's stop hangs from; default: the market's price. It changes nothing else.", valueName: "price"))
  var entryPrice: String?

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.AdoptPositionRequest(
      requestID: Session.requestID(), botID: botID, quantity: quantity, entryPrice: entryPrice ?? "")
    let bot = try await session.bots.adoptPosition(request, timeout: session.timeout).bot
    output.line(
      "\(botID) holds \(DecimalText.trimmed(bot?.position?.quantity ?? "")) \(bot?.baseAsset ?? "")"
        + (bot?.position.map { $0.stopPrice.isEmpty || $0.stopPrice == "0" ? "" : ", its stop is \(DecimalText.trimmed($0.stopPrice))" }
          ?? ""))
  }
}
