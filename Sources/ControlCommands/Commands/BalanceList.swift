import ArgumentParser
import BotAPI

struct BalanceList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "balances", abstract: "Lists balances at the venue.")

  @Flag(help: "Also assets with nothing in them.")
  var all = false

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let response = try await session.portfolio.getBalances(
      V1.GetBalancesRequest(includeZero: all), timeout: session.timeout)
    output.list(response.balances, empty: "no balances")
  }
}
