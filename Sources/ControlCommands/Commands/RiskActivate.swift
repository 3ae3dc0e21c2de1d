import ArgumentParser
import BotAPI

struct RiskActivate: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "activate", abstract: "Allows entries and exits again, after a breach or a halt.", aliases: ["resume"])

  @Option(help: "Why; kept in the journal.")
  var reason = "asked for by botctl"

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.SetTradingStateRequest(
      requestID: Session.requestID(), tradingState: .active, reason: reason)
    let response = try await session.risk.setTradingState(request, timeout: session.timeout)
    output.line("trading is \(response.tradingState.name)")
  }
}
