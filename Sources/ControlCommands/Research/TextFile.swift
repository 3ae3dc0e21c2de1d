#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files that commands write: whole or not at all.
enum TextFile {
  /// Writes beside the target and renames, so that nobody ever reads half a file.
  static func write(_ text: String, to path: String) throws(CommandFailure) {
    let partial = path + ".part"
    guard let file = fopen(partial, "w") else { throw CommandFailure(.failure, "cannot write \(path): \(reason)") }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    let failure = reason
    let isClosed = fclose(file) == 0
    guard written == bytes.count, isClosed, rename(partial, path) == 0 else {
      unlink(partial)
      throw CommandFailure(.failure, "cannot write \(path): \(failure)")
    }
  }

  private static var reason: String { String(cString: strerror(errno)) }
}
