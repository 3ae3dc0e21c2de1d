import ArgumentParser
import BotAPI
import Presentation

struct PositionRelease: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Takes coins out of a bot without selling them; they stay on the account.",
    discussion: """
      They leave at the market's price, as capital and not as a sale. No bot protects them from then on.
      """)

  @Argument(help: ArgumentHelp("The bot.", valueName: "BOT_ID"), completion: .bots)
  var botID: String

  @Option(help: ArgumentHelp("How much of the base asset; default: all that it holds.", valueName: "quantity"))
  var quantity: String?

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.ReleasePositionRequest(requestID: Session.requestID(), botID: botID, quantity: quantity ?? "")
    let bot = try await session.bots.releasePosition(request, timeout: session.timeout).bot
    let left = DecimalText.trimmed(bot?.position?.quantity ?? "")
    output.line("\(botID) holds \(left.isEmpty ? "0" : left) \(bot?.baseAsset ?? "") now; what it released stays on the account")
  }
}
