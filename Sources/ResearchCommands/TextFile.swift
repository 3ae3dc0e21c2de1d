import ControlCommands

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
    guard let file = unsafe fopen(partial, "w") else { throw CommandFailure(.failure, "cannot write \(path): \(reason)") }
    let bytes = Array(text.utf8)
    let written = unsafe fwrite(bytes, 1, bytes.count, file)
    let failure = reason
    let isClosed = unsafe fclose(file) == 0
    guard written == bytes.count, isClosed, unsafe rename(partial, path) == 0 else {
      unsafe unlink(partial)
      throw CommandFailure(.failure, "cannot write \(path): \(failure)")
    }
  }

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

  private static var reason: String { unsafe String(cString: strerror(errno)) }
}
