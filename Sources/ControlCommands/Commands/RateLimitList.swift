import ArgumentParser
import BotAPI

struct RateLimitList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits", abstract: "Lists the venue's rate limits and their use.")

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let response = try await session.portfolio.getRateLimits(timeout: session.timeout)
    output.list(response.limits, empty: "the venue has named no limits")
  }
}
