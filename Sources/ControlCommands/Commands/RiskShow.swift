import ArgumentParser
import BotAPI

struct RiskShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows limits, their use and the trading state.")

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    output.show(try await session.risk.getRiskLimits(timeout: session.timeout))
  }
}
