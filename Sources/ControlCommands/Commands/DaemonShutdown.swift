import ArgumentParser
import BotAPI

struct DaemonShutdown: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "shutdown",
    abstract: "Stops the daemon in order; bots that run start again with it.")

  @Option(help: "Why; kept in the log.")
  var reason = "asked for by botctl"

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.ShutdownRequest(requestID: Session.requestID(), reason: reason)
    _ = try await session.system.shutdown(request, timeout: session.timeout)
    output.line("botd at \(session.address) is stopping")
  }
}
