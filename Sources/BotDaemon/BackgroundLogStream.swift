import Logging
import ServiceRuntime

/// Where log lines go: to standard error through a ``LineWriter``, as swift-log's `StreamLogHandler` words them. A full pipe loses
/// lines, and says how many; it never holds up who logs.
struct BackgroundLogStream: TextOutputStream, Sendable {
  private let writer: LineWriter

  init(_ writer: LineWriter) { self.writer = writer }

  /// Takes one line with its line feed; never waits.
  mutating func write(_ line: String) { writer.write(line) }

  /// A handler that writes to this stream.
  func handler(label: String, level: Logger.Level) -> any LogHandler {
    var handler = StreamLogHandler(label: label, stream: self)
    handler.logLevel = level
    return handler
  }
}
