import ArgumentParser
import BotAPI

struct BotsStartAll: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "start-all", abstract: "Starts all bots that are not halted.")

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.StartAllBotsRequest(requestID: Session.requestID())
    let response = try await session.bots.startAllBots(request, timeout: session.timeout)
    try Outcomes.print(response.outcomes, output)
  }
}

/// What became of many bots.
enum Outcomes {
  static func print(_ outcomes: [V1.BotOutcome], _ output: Output) throws {
    output.list(outcomes, empty: "no bots")
    if outcomes.contains(where: { $0.error != nil }) { throw ExitRequest(status: .refused) }
  }
}
