import ArgumentParser
import BotAPI

struct PortfolioShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "portfolio", abstract: "Shows the account in one view.")

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    output.show(try await session.portfolio.getPortfolioSummary(timeout: session.timeout))
  }
}
