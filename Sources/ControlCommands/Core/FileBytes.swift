import Foundation

/// The bytes of a file that a command line names.
enum FileBytes {
  /// - Parameter path: `-` is standard input.
  /// - Throws: exit code 6 for a file that cannot be read, or has more bytes than `maximum`.
  static func read(_ path: String, maximum: Int) async throws(CommandFailure) -> [UInt8] {
    let bytes = path == "-" ? try await input(maximum) : try file(path, maximum)
    guard bytes.count <= maximum else {
      throw CommandFailure(.invalidArgument, "\(path == "-" ? "standard input" : "the file \(path)") has more than \(maximum) bytes")
    }
    return bytes
  }

  private static func file(_ path: String, _ maximum: Int) throws(CommandFailure) -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: maximum + 1) ?? Data() else {
      throw CommandFailure(.invalidArgument, "the file \(path) cannot be read")
    }
    return Array(data)
  }

  private static func input(_ maximum: Int) async throws(CommandFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count <= maximum, let piece = try await ControlEnvironment.current.input() { bytes += piece }
    return bytes
  }
}
