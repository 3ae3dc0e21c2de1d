import ArgumentParser
import BotAPI
import ControlCommands
import Journal
import Presentation

struct BackupRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copies the daemon's journal, whole and checked, into one file.",
    discussion: """
      The daemon goes on meanwhile. The file is private to its owner (mode 0600), appears under its name only when it is whole and on the
      disk, and replaces nothing. Every entry is checked as it comes. Without a running daemon, give the state directory.

      To restore: make an empty directory, copy the file into it as journal.sqlite, and start botd with it as --state-dir.

      Examples:
        botctl backup ~/backups/paper-$(date +%F).botd
        botctl backup --state-dir ~/.botd/paper ~/backups/paper.botd
        botctl verify ~/backups/paper.botd
      """)

  @Argument(help: ArgumentHelp("The file to make.", valueName: "file"), completion: .file())
  var file: String

  @Option(name: .customLong("state-dir"), help: "Read this state directory instead of asking a daemon.", completion: .directory)
  var stateDirectory: String?

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  private struct Connection: DaemonCommandOptions {
    var daemon: DaemonOptions
  }

  func run() async throws {
    let output = Output(outputOptions, environment: .current, noColor: daemon.noColor)
    let progress = ProgressLine(.current)
    defer { progress.clear() }
    do {
      if let stateDirectory {
        try copy(stateDirectory, progress)
      } else {
        try await Connection(daemon: daemon).connected(output) { session, _ in try await fetch(session, progress) }
      }
      progress.clear()
      try VerifyRun.show(try JournalCheck.run(file), output)
    } catch let error as JournalError {
      throw CommandFailure(error.code == .directory ? .refused : .failure, error.message)
    }
  }

  /// Page by page from the daemon, up to what was durable when it began.
  private func fetch(_ session: Session, _ progress: ProgressLine) async throws {
    let backup = try JournalBackup(path: file)
    defer { backup.cancel() }
    var target: UInt64?
    while true {
      let request = V1.GetJournalRequest(afterSequence: Int64(clamping: backup.lastSequence))
      let page = try await session.system.getJournal(request, timeout: session.timeout)
      let last = target ?? UInt64(clamping: page.lastSequence)
      target = last
      try backup.add(payloads: page.payloads, upTo: last)
      progress.show(
        "backup", Double(backup.lastSequence) / Double(max(last, 1)),
        "\(backup.lastSequence) of \(CountText.of(Int(clamping: last), "entry", "entries"))")
      if backup.lastSequence >= last { break }
      guard !page.payloads.isEmpty else {
        throw CommandFailure(.failure, "the daemon's journal ends at entry \(backup.lastSequence), but \(last) were promised")
      }
    }
    try backup.finish()
  }

  private func copy(_ directory: String, _ progress: ProgressLine) throws {
    guard Journal.exists(in: directory) else {
      throw CommandFailure(.notFound, "\(directory) holds no journal; give the daemon's --state-dir, for example ~/.botd/paper")
    }
    let journal: Journal
    do { journal = try Journal.open(directory: directory) } catch {
      guard error.code == .locked else { throw error }
      throw CommandFailure(.refused, "a daemon uses \(directory); leave --state-dir out to back it up while it runs")
    }
    defer { journal.close() }
    let backup = try JournalBackup(path: file)
    defer { backup.cancel() }
    while true {
      let rows = try journal.rows(after: backup.lastSequence, limit: Journal.readEntriesMaximum)
      if rows.isEmpty { break }
      try backup.add(rows)
      progress.show(
        "backup", Double(backup.lastSequence) / Double(max(journal.lastSequence, 1)),
        CountText.of(Int(clamping: backup.lastSequence), "entry", "entries"))
    }
    try backup.finish()
  }
}
