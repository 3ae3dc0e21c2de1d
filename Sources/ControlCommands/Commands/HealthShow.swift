import ArgumentParser
import BotAPI
import Presentation
import TTRPC

struct HealthShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "Shows the health of the daemon's parts.",
    discussion: "Exit code 8 when a part is degraded or down. See also: botctl doctor.")

  @Flag(name: [.long, .customShort("f")], help: "Show it again after every change.")
  var follow = false

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

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
    let status = Self.status(health)
    if status == .down || status == .degraded { throw ExitRequest(status: .unhealthy) }
  }

  /// The worst of the daemon's parts; bots that may not trade are not well either.
  static func status(_ health: V1.GetHealthResponse) -> V1.HealthStatus {
    let mayTrade = health.tradingState != .reducing && health.tradingState != .halted
    return health.status == .ok && !mayTrade ? .degraded : health.status
  }

  private func show(_ health: V1.GetHealthResponse, _ output: Output, isStream: Bool) {
    if format == .json {
      if isStream { output.jsonLine(health) } else { output.json(health) }
    } else {
      let because = health.tradingStateReason.isEmpty ? [] : [CardLine("because", health.tradingStateReason)]
      output.card(
        [CardLine("health", Self.status(health).cell), CardLine("trading", health.tradingState.cell)] + because + [
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
