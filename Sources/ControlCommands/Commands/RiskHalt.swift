import ArgumentParser
import BotAPI

struct RiskHalt: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "halt",
    abstract: "Halts trading: no entries and no strategy exits; protective orders stay.")

  @Option(help: "Why; kept in the journal.")
  var reason = "asked for by botctl"

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.SetTradingStateRequest(
      requestID: Session.requestID(), tradingState: .halted, reason: reason)
    let response = try await session.risk.setTradingState(request, timeout: session.timeout)
    output.line("trading is \(response.tradingState.name)")
  }
}
