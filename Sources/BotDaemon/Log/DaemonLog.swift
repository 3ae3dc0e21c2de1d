import Foundation
import Logging
import ServiceRuntime

/// The daemon's log: one format, to standard error through a ``LineWriter``. A full pipe loses lines, and says how many; it never holds up
/// who logs. From any thread.
final class DaemonLog: Sendable {
  typealias Fields = [(name: String, value: String)]

  private let writer: LineWriter
  private let format: LogFormat
  private let hasTime: Bool
  private let level: Logger.Level

  /// - Throws: ``DaemonError`` when the system refuses the thread that writes.
  init(
    _ settings: DaemonSettings.LogSettings, environment: [String: String], descriptor: Int32 = STDERR_FILENO
  ) throws(DaemonError) {
    let format = settings.format
    let hasTime =
      switch settings.timestamps {
      case .always: true
      case .never: false
      case .auto: !Self.isJournal(descriptor, environment: environment)
      }
    self.format = format
    self.hasTime = hasTime
    level = settings.level
    do {
      writer = try LineWriter(name: "log", descriptor: descriptor) { count in
        LogLine(
          time: hasTime ? WallClock.now() : nil, level: "warning", logger: "botd", message: "lines were dropped: the reader was too slow",
          fields: [("count", "\(count)")]
        ).text(format)
      }
    } catch {
      throw DaemonError(error.message)
    }
  }

  /// Writes a line, unless its level is below the least. Never waits.
  func write(_ level: Logger.Level, _ message: String, _ fields: @autoclosure () -> Fields = [], logger: String = "botd") {
    guard level >= self.level else { return }
    writer.write(
      LogLine(time: hasTime ? WallClock.now() : nil, level: level.rawValue, logger: logger, message: message, fields: fields()).text(format)
    )
  }

  /// Waits until everything is written, a second at most. Later lines are written too: parts that end later may still log.
  func flush() { writer.flush(within: .seconds(1)) }

  /// A handler for swift-log that writes here.
  func handler(label: String) -> any LogHandler { Handler(log: self, label: label, logLevel: level) }

  /// Whether a descriptor leads to systemd's journal, which keeps the time of every line itself: `JOURNAL_STREAM` names the device and
  /// inode of the stream that the service manager opened (systemd.exec(5)); a stream that was redirected since is another one.
  static func isJournal(_ descriptor: Int32, environment: [String: String]) -> Bool {
    guard let words = environment["JOURNAL_STREAM"]?.split(separator: ":", omittingEmptySubsequences: false), words.count == 2,
      let device = UInt64(words[0]), let inode = UInt64(words[1])
    else { return false }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return false }
    return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
  }

  private struct Handler: LogHandler {
    let log: DaemonLog
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      log.write(
        event.level, event.message.description, all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }, logger: label)
    }
  }
}
