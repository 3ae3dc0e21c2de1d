import ArgumentParser
import BotAPI
import TTRPC

struct StrategyList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "strategies", abstract: "Lists strategies.")

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let strategies = try await Pages.read { (size, token) throws(RPCError) in
      let request = V1.ListStrategiesRequest(pageSize: size, pageToken: token)
      let response = try await session.strategies.listStrategies(request, timeout: session.timeout)
      return (response.strategies, response.nextPageToken)
    }
    output.list(strategies, empty: "no strategies")
  }
}
