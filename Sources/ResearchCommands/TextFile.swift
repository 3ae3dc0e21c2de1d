import ControlCommands

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files that commands write: whole or not at all.
enum TextFile {
  /// Writes beside the target and renames, so that nobody ever reads half a file. A link is followed; what is no regular file (a device, a
  /// pipe) is written in place, never replaced.
  ///
  /// Throws with exit code 1 and the system's words when not all of it could be written.
  static func write(_ text: String, to path: String) throws(CommandFailure) {
    var target = path
    if let real = unsafe realpath(path, nil) {
      unsafe target = String(cString: real)
      unsafe free(real)
    }
    var info = stat()
    let isThere = unsafe stat(target, &info) == 0
    guard isThere, info.st_mode & S_IFMT != S_IFREG else {
      let partial = target + ".part"
      do throws(CommandFailure) {
        try put(text, into: partial, for: path)
        guard unsafe rename(partial, target) == 0 else { throw failure(path) }
      } catch {
        unsafe unlink(partial)
        throw error
      }
      return
    }
    try put(text, into: target, for: path)
  }

  private static func put(_ text: String, into file: String, for path: String) throws(CommandFailure) {
    guard let stream = unsafe fopen(file, "w") else { throw failure(path) }
    let bytes = Array(text.utf8)
    guard unsafe fwrite(bytes, 1, bytes.count, stream) == bytes.count, unsafe fflush(stream) == 0 else {
      let error = failure(path)
      unsafe fclose(stream)
      throw error
    }
    guard unsafe fclose(stream) == 0 else { throw failure(path) }
  }

  private static func failure(_ path: String) -> CommandFailure { CommandFailure(.failure, "cannot write \(path): \(reason)") }

  /// The bytes of a file of at most 64 MiB.
  static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { throw CommandFailure(.invalidArgument, "cannot read \(path): \(reason)") }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= 64 << 20 else { throw CommandFailure(.invalidArgument, "\(path) is larger than 64 MiB") }
    }
    guard unsafe ferror(file) == 0 else { throw CommandFailure(.invalidArgument, "cannot read \(path): \(reason)") }
    return bytes
  }

  /// Why the file cannot be read; `nil` where it can.
  static func unreadable(_ path: String) -> String? { unsafe access(path, R_OK) == 0 ? nil : reason }

  /// Why ``write(_:to:)`` would fail, as far as the path and its folder tell before; `nil` where nothing does.
  static func unwritable(_ path: String) -> String? {
    guard path.last != "/" else { return "cannot write \(path): it is a directory" }
    let folder = path.lastIndex(of: "/").map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
    return unsafe access(folder, X_OK) == 0 ? nil : "cannot write \(path): \(reason)"
  }

  private static var reason: String { unsafe String(cString: strerror(errno)) }
}
