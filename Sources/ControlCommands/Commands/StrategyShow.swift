import ArgumentParser
import BotAPI

struct StrategyShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "strategy", abstract: "Explains a strategy and its parameters.")

  @Argument(help: ArgumentHelp("Its name.", valueName: "NAME"), completion: .strategies)
  var name: String

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let response = try await session.strategies.getStrategy(
      V1.GetStrategyRequest(name: name), timeout: session.timeout)
    let strategy = response.strategy ?? V1.Strategy(name: name)
    guard format == .table else {
      output.json(strategy)
      return
    }
    output.line(strategy.name, .bold)
    output.line(strategy.description.isEmpty ? strategy.summary : strategy.description)
    output.line(
      "Needs \(strategy.warmUpCandles) closed candles before its first signal (with default parameters)."
    )
    if !strategy.parameters.isEmpty {
      output.line("")
      output.rowsOnly(strategy.parameters)
    }
  }
}
