import ArgumentParser
import BotAPI
import TTRPC

/// Form of an exported file.
enum FileForm: String, ExpressibleByArgument, CaseIterable, Sendable {
  case yaml, json
}

struct BotsExport: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes bots as a file that botctl apply takes: their settings and states.",
    discussion: """
      Applying it to the same daemon changes nothing. Positions, orders and history are not in it. Example:
        botctl export > bots.yaml
      """)

  @Argument(help: ArgumentHelp("Only these bots; none: all.", valueName: "BOT_ID"), completion: .bots)
  var botIDs: [String] = []

  @Option(name: [.customLong("output"), .customShort("o")], help: "Form of the file.")
  var form: FileForm = .yaml

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    var bots = try await BotCensus.all(session)
    if !botIDs.isEmpty {
      let missing = botIDs.filter { id in !bots.contains { $0.id == id } }
      guard missing.isEmpty else {
        throw CommandFailure(.notFound, "there is no bot \(missing.joined(separator: ", ")); botctl list shows them all")
      }
      bots.removeAll { !botIDs.contains($0.id) }
    }
    switch form {
    case .yaml: output.raw(BotFileWriter.yaml(bots))
    case .json: output.line(BotFileWriter.json(bots))
    }
  }
}
