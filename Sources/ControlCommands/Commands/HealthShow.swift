import ArgumentParser
import BotAPI

struct HealthShow: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "Shows the health of the daemon's parts.",
    discussion: "Exit code 8 when a part is down. See also: botctl doctor.")

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  func run(_ session: Session, _ output: Output) async throws {
    let health = try await session.system.getHealth(timeout: session.timeout)
    if format == .json {
      output.json(health)
    } else {
      output.card([
        CardLine("health", health.status.cell), CardLine("trading", health.tradingState.cell),
        CardLine("up for", TimeText.length(health.uptimeNs)),
        CardLine("memory", health.memoryBytes == 0 ? "" : "\(health.memoryBytes / 1024 / 1024) MiB"),
      ])
      output.line("")
      output.rowsOnly(health.components)
    }
    if health.status == .down { throw ExitRequest(status: .unhealthy) }
  }
}
