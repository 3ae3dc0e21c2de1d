import Foundation

/// One account, one daemon of this user on this machine, whatever their state directories: a locked file below `~/.botd/accounts`. It ends
/// with the process.
final class AccountLock: Sendable {
  private let descriptor: Int32

  /// - Parameters:
  ///   - directory: made with mode 0700 if absent.
  ///   - name: the account's, fit for a file name.
  /// - Throws: ``DaemonError`` when another process has it.
  /// - Returns: `nil` where no such file can be made: the lock is one guard of several.
  init?(directory: String, name: String) throws(DaemonError) {
    for part in [(directory as NSString).deletingLastPathComponent, directory] { _ = unsafe mkdir(part, 0o700) }
    let descriptor = unsafe open("\(directory)/\(name).lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let isTaken = errno == EWOULDBLOCK
      var bytes = [UInt8](repeating: 0, count: 16)
      let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
      close(descriptor)
      guard isTaken else { return nil }
      let holder = String(decoding: bytes.prefix(max(count, 0)).prefix { (48...57).contains($0) }, as: UTF8.self)
      throw DaemonError(
        "another botd (pid \(holder.isEmpty ? "unknown" : holder)) trades this account (\(name)) with another state directory: stop it first; "
          + "nothing was sent")
    }
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = unsafe pwrite(descriptor, text, text.count, 0)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
