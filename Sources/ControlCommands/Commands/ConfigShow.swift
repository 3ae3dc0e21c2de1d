import ArgumentParser
import BotAPI

struct ConfigShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Lists the daemon's settings and where they come from; secrets are not shown.")

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let response = try await session.system.getConfig(timeout: session.timeout)
    output.list(response.entries, empty: "no settings")
  }
}
