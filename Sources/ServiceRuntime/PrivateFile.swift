#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Opens a file that holds secrets, if it is one that only its owner can have written and can read.
public enum PrivateFile {
  /// Opens `path` for reading; the caller closes it. Never waits, not even for a FIFO.
  ///
  /// - Throws: ``RuntimeError`` with code `secretFile`: a sentence of its own for a file that is absent, a symbolic link, a directory, a FIFO
  ///   or another kind, of a foreign owner, readable by others, or too large.
  public static func open(_ path: String, sizeBytesMaximum: Int) throws(RuntimeError) -> Int32 {
    let descriptor = systemOpen(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      if errno == ELOOP { throw RuntimeError(.secretFile, "\(path) is a symbolic link: name the file itself") }
      throw RuntimeError(.secretFile, "cannot open secret file \(path): \(RuntimeError.systemMessage())")
    }
    do throws(RuntimeError) {
      try check(descriptor, path, sizeBytesMaximum)
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func systemOpen(_ path: String, _ flags: Int32) -> Int32 {
    #if canImport(Glibc)
      unsafe Glibc.open(path, flags)
    #elseif canImport(Musl)
      unsafe Musl.open(path, flags)
    #endif
  }

  private static func check(_ descriptor: Int32, _ path: String, _ sizeBytesMaximum: Int) throws(RuntimeError) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw RuntimeError(.secretFile, "cannot examine \(path): \(RuntimeError.systemMessage())")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw RuntimeError(.secretFile, "\(path) is a directory, not a file")
    case S_IFIFO: throw RuntimeError(.secretFile, "\(path) is a FIFO: write the secret into a file")
    default: throw RuntimeError(.secretFile, "\(path) is not a regular file")
    }
    // Root reads and writes everything anyway.
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw RuntimeError(
        .secretFile,
        "\(path) belongs to user \(status.st_uid), not to user \(geteuid()) who runs this program; run: chown \(geteuid()) \(path)"
      )
    }
    // systemd's credentials: root's, and an access list lets the service's user read them, which shows as a right of root's group.
    let isCredential = status.st_uid == 0 && status.st_gid == 0 && status.st_mode & 0o777 == 0o440
    guard isCredential || status.st_mode & 0o077 == 0 else {
      throw RuntimeError(.secretFile, "\(path) can be read by others; run: chmod 600 \(path)")
    }
    guard status.st_size <= sizeBytesMaximum else { throw RuntimeError(.secretFile, "\(path) is larger than \(sizeBytesMaximum) bytes") }
  }
}
