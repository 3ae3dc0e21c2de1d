import ArgumentParser
import ControlCommands
import Journal
import Presentation
import Time
import TradingCore

struct VerifyRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Reads a whole journal and says whether anything in it is damaged or missing.",
    discussion: """
      Takes a state directory (also of a daemon that runs), or a backup. Changes nothing. Checks that no entry is missing, that the chain of
      checksums holds from the first entry to the last, that columns and indexes say what the entries say, and that the journal reaches
      as far as its head (journal.head) knows. Two journals with the same entries have the same chain. Exit code 8: it is damaged.

      --accept-end is for a journal whose head file is lost or damaged while the journal is not (a copy that was made without it): if all
      entries are sound, the last one counts as the end from then on. It doesn't accept a journal that is shorter than its head says.

      Examples:
        botctl verify ~/.botd/paper
        botctl verify ~/backups/paper.botd --output json
      """)

  @Argument(help: ArgumentHelp("A state directory or a backup.", valueName: "place"), completion: .file())
  var place: String

  @Flag(help: "Writes a new head for a journal whose head is missing or damaged.")
  var acceptEnd = false

  @OptionGroup var outputOptions: OutputOptions

  @Flag(help: "No colours (also: NO_COLOR).")
  var noColor = false

  func run() async throws {
    try outputOptions.refuseCSV()
    let output = Output(outputOptions, environment: .current, noColor: noColor)
    do {
      if acceptEnd { try JournalCheck.acceptEnd(directory: place) }
      let check = try JournalCheck.run(place)
      try Self.show(check, output)
    } catch let error as JournalError {
      let status: ExitStatus =
        switch error.code {
        case .corrupt: .unhealthy
        case .directory: .notFound
        case .locked: .refused
        case .newerFormat: .unsupported
        default: .failure
        }
      if output.format == .json { output.line(Self.json(error)) }
      throw CommandFailure(status, error.message)
    }
  }

  /// - Throws: exit code 8 when SQLite finds fault with the file.
  static func show(_ check: JournalCheck, _ output: Output) throws {
    switch output.format {
    case .json: output.line(json(check))
    case .table, .csv:
      output.card([
        CardLine(check.isBackup ? "backup" : "journal", check.path),
        CardLine("belongs to", check.identity.map { "\($0.id), \($0.mode) mode" } ?? "nobody yet: it is empty"),
        CardLine("entries", "\(check.entries)"), CardLine("chain", hex(check.chain)),
        CardLine("head", check.headSequence.map { "entry \($0)" } ?? "none (written by an older botd)"),
        CardLine("format", "\(check.format)"), CardLine("from", check.firstTime.map { TimeText.dateTime($0.nanoseconds) } ?? ""),
        CardLine("to", check.lastTime.map { TimeText.dateTime($0.nanoseconds) } ?? ""),
        CardLine("verdict", check.storageFaults.isEmpty ? "whole" : "damaged", check.storageFaults.isEmpty ? .good : .bad),
      ])
    }
    guard check.storageFaults.isEmpty else {
      throw CommandFailure(
        .unhealthy,
        "every entry is sound, but SQLite finds fault with \(check.path): \(check.storageFaults.joined(separator: "; ")). Make a backup of it (botctl backup) and restore that"
      )
    }
  }

  private static func hex(_ chain: UInt32) -> String {
    let digits = String(chain, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private static func json(_ check: JournalCheck) -> String {
    var json = JSONText(pretty: true)
    json.beginObject()
    json.field("verdict", check.storageFaults.isEmpty ? "whole" : "damaged")
    json.field("path", check.path)
    json.field("is_backup", check.isBackup)
    json.field("journal_id", check.identity?.id ?? "")
    json.field("mode", check.identity?.mode.description ?? "")
    json.field("entries", check.entries)
    json.field("chain", hex(check.chain))
    if let head = check.headSequence { json.field("head_sequence", head) }
    json.field("format", check.format)
    if let time = check.firstTime { json.field("first_time_ns", time.nanoseconds) }
    if let time = check.lastTime { json.field("last_time_ns", time.nanoseconds) }
    json.field("error", check.storageFaults.joined(separator: "; "))
    json.endObject()
    return json.text
  }

  private static func json(_ error: JournalError) -> String {
    var json = JSONText(pretty: true)
    json.beginObject()
    json.field("verdict", error.code == .corrupt ? "damaged" : "unreadable")
    json.field("damaged_sequence", error.sequence)
    json.field("error", error.message)
    json.endObject()
    return json.text
  }
}
