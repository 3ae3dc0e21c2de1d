import ArgumentParser
import BotAPI
import TTRPC

struct HealthShow: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "Shows the health of the daemon's parts.",
    discussion: "Exit code 8 when a part is down. See also: botctl doctor.")

  @Flag(name: [.long, .customShort("f")], help: "Show it again after every change.")
  var follow = false

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  mutating func run() async throws {
    let command = self
    guard follow else { return try await connected(output) { try await command.run($0, $1) } }
    let output = output
    try await LiveFollow.run(daemon, V1.WatchHealthRequest()) { (session) throws(RPCError) in
      try await session.system.watchHealth()
    } _: { message in
      if let health = message.health { command.show(health, output, isStream: true) }
    }
  }

  func run(_ session: Session, _ output: Output) async throws {
    let health = try await session.system.getHealth(timeout: session.timeout)
    show(health, output, isStream: false)
    if health.status == .down { throw ExitRequest(status: .unhealthy) }
  }

  private func show(_ health: V1.GetHealthResponse, _ output: Output, isStream: Bool) {
    if format == .json {
      if isStream { output.jsonLine(health) } else { output.json(health) }
    } else {
      output.card([
        CardLine("health", health.status.cell), CardLine("trading", health.tradingState.cell),
        CardLine("up for", TimeText.length(health.uptimeNs)),
        CardLine(
          "memory", health.memoryBytes == 0 ? "" : "\(health.memoryBytes / 1024 / 1024) MiB"),
      ])
      output.line("")
      output.rowsOnly(health.components)
      if isStream { output.line("") }
    }
  }
}
