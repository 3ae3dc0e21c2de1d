#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file in the state directory while a restore from PostgreSQL runs: a process that finds it there must not trade on half a journal.
enum RestoreMark {
  static let name = "restore.incomplete"

  static func isPresent(in directory: String) -> Bool { unsafe access(path(directory), F_OK) == 0 }

  /// Makes it; durable on return.
  static func set(in directory: String) throws(DaemonError) {
    let descriptor = unsafe open(path(directory), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw DaemonError(unsafe "cannot write \(path(directory)): \(String(cString: strerror(errno)))") }
    close(descriptor)
    try synchronize(directory)
  }

  static func clear(in directory: String) throws(DaemonError) {
    guard unsafe unlink(path(directory)) == 0 || errno == ENOENT else {
      throw DaemonError(unsafe "cannot remove \(path(directory)): \(String(cString: strerror(errno)))")
    }
    try synchronize(directory)
  }

  private static func path(_ directory: String) -> String { directory.hasSuffix("/") ? directory + name : directory + "/" + name }

  private static func synchronize(_ directory: String) throws(DaemonError) {
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DaemonError(unsafe "cannot open \(directory): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw DaemonError(unsafe "cannot sync \(directory): \(String(cString: strerror(errno)))") }
  }
}
