#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The directory that holds one journal: ours alone (mode 0700, own user, no symbolic link), locked for as long as it is open.
final class StateDirectory: @unchecked Sendable {
  static let lockName = "botd.lock"

  let path: String
  // Set in `init`, closed once in `unlock`, which the journal calls when nothing else runs.
  private var directory: Int32
  private var lock: Int32 = -1

  /// Makes the directory if needed, checks it, and takes the lock.
  ///
  /// - Throws: ``JournalError`` `directory` or `locked`; the latter names the holder's process id.
  init(path: String) throws(JournalError) {
    self.path = path
    directory = try Self.openDirectory(path)
    do {
      lock = try Self.takeLock(directory: directory, path: path)
    } catch {
      close(directory)
      throw error
    }
  }

  deinit { unlock() }

  func unlock() {
    if lock >= 0 { close(lock) }
    if directory >= 0 { close(directory) }
    lock = -1
    directory = -1
  }

  /// Opens the head (``HeadFile``), made if absent. Its name is not durable before ``synchronize()``.
  func openHead() throws(JournalError) -> HeadFile {
    try secureFile(HeadFile.name, create: true)
    return try HeadFile(directory: directory, path: "\(path)/\(HeadFile.name)")
  }

  /// Makes directory entries durable.
  func synchronize() throws(JournalError) {
    guard fsync(directory) == 0 else { throw JournalError(.storage, "cannot sync \(path): \(systemMessage())") }
  }

  /// Makes sure that `name` is a regular file of ours, mode 0600; makes it if `create`. False when it is absent and not made.
  @discardableResult func secureFile(_ name: String, create: Bool) throws(JournalError) -> Bool {
    let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (create ? O_CREAT : 0)
    let file = unsafe openat(directory, name, flags, 0o600 as mode_t)
    guard file >= 0 else {
      if errno == ENOENT { return false }
      throw JournalError(.directory, "cannot open \(path)/\(name): \(errno == ELOOP ? "it is a symbolic link" : systemMessage())")
    }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw JournalError(.directory, "\(path)/\(name) is not a regular file")
    }
    guard status.st_uid == geteuid() else {
      throw JournalError(.directory, "\(path)/\(name) belongs to user \(status.st_uid), not to user \(geteuid()) who runs this program")
    }
    guard status.st_mode & 0o022 == 0 else {
      throw JournalError(.directory, "\(path)/\(name) can be written by others; check its content, then run: chmod 600 \(path)/\(name)")
    }
    if status.st_mode & 0o077 != 0 { _ = fchmod(file, 0o600) }
    return true
  }

  private static func openDirectory(_ path: String) throws(JournalError) -> Int32 {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw JournalError(.directory, "the state directory's path is empty or malformed") }
    try makeDirectories(path)
    let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard directory >= 0 else {
      let reason = errno == ELOOP || errno == ENOTDIR ? "it is a symbolic link or no directory" : systemMessage()
      throw JournalError(.directory, "cannot use \(path) as state directory: \(reason)")
    }
    var status = stat()
    guard unsafe fstat(directory, &status) == 0, status.st_uid == geteuid() else {
      close(directory)
      throw JournalError(
        .directory, "the state directory \(path) belongs to user \(status.st_uid), not to user \(geteuid()) who runs this program")
    }
    if status.st_mode & 0o077 != 0, fchmod(directory, 0o700) != 0 {
      close(directory)
      throw JournalError(.directory, "the state directory \(path) is open to others; run: chmod 700 \(path)")
    }
    return directory
  }

  private static func makeDirectories(_ path: String) throws(JournalError) {
    var status = stat()
    if unsafe lstat(path, &status) == 0 { return }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try makeDirectories(String(path[..<slash])) }
    if path.hasSuffix("/") { return }
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw JournalError(.directory, "cannot make the state directory \(path): \(systemMessage())")
    }
  }

  private static func takeLock(directory: Int32, path: String) throws(JournalError) -> Int32 {
    let file = unsafe openat(directory, lockName, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600 as mode_t)
    guard file >= 0 else { throw JournalError(.directory, "cannot open \(path)/\(lockName): \(systemMessage())") }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      defer { close(file) }
      guard errno == EWOULDBLOCK else { throw JournalError(.directory, "cannot lock \(path)/\(lockName): \(systemMessage())") }
      throw JournalError(
        .locked, "another botd (pid \(holder(file))) uses the state directory \(path): stop it first, or choose another directory")
    }
    let text = Array("\(getpid())\n".utf8)
    guard ftruncate(file, 0) == 0, unsafe pwrite(file, text, text.count, 0) == text.count else {
      let error = JournalError(.storage, "cannot write \(path)/\(lockName): \(systemMessage())")
      close(file)
      throw error
    }
    return file
  }

  private static func holder(_ file: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = unsafe pread(file, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }
    return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
  }
}

/// The text of the calling thread's `errno`.
func systemMessage() -> String {
  let code = errno
  guard let text = unsafe strerror(code) else { return "error \(code)" }
  return unsafe String(cString: text)
}
