import ArgumentParser
import BotAPI

struct BotsStopAll: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop-all", abstract: "Stops all bots.")

  @Flag(help: "Sell what they hold first.")
  var close = false

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.StopAllBotsRequest(requestID: Session.requestID(), closePositions: close)
    let response = try await session.bots.stopAllBots(request, timeout: session.timeout)
    try Outcomes.print(response.outcomes, output)
  }
}
