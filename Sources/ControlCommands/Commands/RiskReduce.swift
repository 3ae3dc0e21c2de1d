import ArgumentParser
import BotAPI

struct RiskReduce: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "reduce", abstract: "Allows exits only.")

  @Option(help: "Why; kept in the journal.")
  var reason = "asked for by botctl"

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.SetTradingStateRequest(
      requestID: Session.requestID(), tradingState: .reducing, reason: reason)
    let response = try await session.risk.setTradingState(request, timeout: session.timeout)
    output.line("trading is \(response.tradingState.name)")
  }
}
