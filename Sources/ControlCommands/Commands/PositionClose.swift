import ArgumentParser
import BotAPI
import Presentation

struct PositionClose: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "Sells what a bot holds, at the market.")

  @Argument(help: ArgumentHelp("One or more bots.", valueName: "BOT_ID"), completion: .bots)
  var botIDs: [String]

  @Option(help: "Why; kept with the order.")
  var reason = "closed by hand"

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    try await ForEachBot.run(botIDs, session, output) { id in try await Self.close(id, reason: reason, session) }
  }

  /// Sells what a bot holds; returns what became of it, in words.
  static func close(_ id: String, reason: String, _ session: Session) async throws -> String {
    let request = V1.ClosePositionRequest(
      requestID: Session.requestID(), botID: id, reason: reason)
    let response = try await session.bots.closePosition(request, timeout: session.timeout)
    guard let order = response.order else {
      // The exit follows its stop's cancellation, so the order may not be there yet.
      let bot = try await session.bots.getBot(V1.GetBotRequest(botID: id), timeout: session.timeout).bot
      guard bot?.heldText != nil else { return "\(id) holds nothing" }
      return "\(id) is closing: its sale is on the way. Watch it with: botctl orders --bot \(id)"
    }
    return
      "\(id): order \(order.clientOrderID) sells \(DecimalText.trimmed(order.quantity)) \(order.symbol), \(order.status.name)"
  }
}
