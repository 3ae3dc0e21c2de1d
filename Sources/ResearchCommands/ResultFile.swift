import BotAPI
import ControlCommands
import Foundation
import ParameterSearch
import Strategies

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The file of `--results`: a header that says which search it belongs to, then one line of JSON for each finished trial. A line is written
/// whole as soon as its trial is finished, so that a search that ends in any way loses only what was running.
final class ResultFile: Sendable {
  let path: String
  /// Trials of this search that the file had.
  let trials: [SearchTrial]
  /// How many of them.
  var resumedCount: Int { trials.count }
  private let descriptor: Int32

  /// Opens or makes the file. What follows its last whole line is cut off: the end of a search that was killed while it wrote.
  ///
  /// Throws for a file of another search, one that is no result file, and one that another process is writing.
  init(_ path: String, _ search: Search) throws(CommandFailure) {
    self.path = path
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path, "opened") }
    self.descriptor = descriptor
    do throws(CommandFailure) {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        throw CommandFailure(.refused, "\(path) is in use by another search; name another file with --results")
      }
      var reader = ResultReader(path, search)
      try reader.read(descriptor)
      trials = reader.trials
      guard ftruncate(descriptor, off_t(reader.wholeBytes)) == 0 else { throw Self.failure(path, "written") }
      if reader.wholeBytes == 0 { try Self.write(ResultReader.header(search) + "\n", descriptor, path) }
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Adds a finished trial. May be called by several workers at once: a line is one write.
  func append(_ trial: SearchTrial, _ parameters: [StrategyParameters.Entry]) throws(CommandFailure) {
    try Self.write(ResultLine.text(trial, parameters) + "\n", descriptor, path)
  }

  private static func write(_ text: String, _ descriptor: Int32, _ path: String) throws(CommandFailure) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Self.systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // After half a line, as on a full disk, the next write says why; the next start cuts the half off.
      guard count > 0 else { throw failure(path, "written") }
      rest = rest.dropFirst(count)
    }
  }

  private static func systemWrite(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, base, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, base, count)
    #endif
  }

  static func failure(_ path: String, _ what: String) -> CommandFailure {
    CommandFailure(.failure, unsafe "\(path) cannot be \(what): \(String(cString: strerror(errno)))")
  }
}
