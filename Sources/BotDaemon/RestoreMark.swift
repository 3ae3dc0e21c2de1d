#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file in the state directory while a restore from PostgreSQL runs: a process that finds it there must not trade on half a journal.
enum RestoreMark {
  static let name = "restore.incomplete"

  static func isPresent(in directory: String) -> Bool { access(path(directory), F_OK) == 0 }

  /// Makes it; durable on return.
  static func set(in directory: String) throws(DaemonError) {
    let descriptor = open(path(directory), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw DaemonError("cannot write \(path(directory)): \(String(cString: strerror(errno)))") }
    close(descriptor)
    try synchronize(directory)
  }

  static func clear(in directory: String) throws(DaemonError) {
    guard unlink(path(directory)) == 0 || errno == ENOENT else {
      throw DaemonError("cannot remove \(path(directory)): \(String(cString: strerror(errno)))")
    }
    try synchronize(directory)
  }

  private static func path(_ directory: String) -> String { directory.hasSuffix("/") ? directory + name : directory + "/" + name }

  private static func synchronize(_ directory: String) throws(DaemonError) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DaemonError("cannot open \(directory): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw DaemonError("cannot sync \(directory): \(String(cString: strerror(errno)))") }
  }
}
