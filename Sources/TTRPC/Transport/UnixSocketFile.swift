internal import Glibc

/// A listening Unix socket on the file system, private to its owner, or shared with one group.
///
/// Rules: the directory belongs to this user and nobody else can enter it (0700, created when missing; shared: the group may, 0750); the
/// socket is 0600 (shared: 0660) from its first moment; a symbolic link, a file that is no socket, or anything of another user is refused; a socket left by a dead process is removed
/// only after a connection to it was refused, under a lock file that one live listener holds.
struct UnixSocketFile: Sendable {
  let path: String
  /// The listening socket; belongs to the channel made of it.
  let descriptor: CInt
  private let lock: CInt
  private let device: UInt
  private let inode: UInt

  /// Binds and listens. Blocks for a few system calls.
  static func bind(path: String, isShared: Bool) throws(RPCError) -> UnixSocketFile {
    try RPCAddress.checkPath(path)
    try prepareDirectory(of: path, isShared: isShared)
    let lock = try takeLock(path)
    do throws(RPCError) {
      try removeStale(path)
      let descriptor = try listen(path, mode: isShared ? 0o660 : 0o600)
      var info = stat()
      guard unsafe lstat(path, &info) == 0 else {
        _ = close(descriptor)
        throw failure(.internalError, "cannot look at the socket just made", path)
      }
      return UnixSocketFile(path: path, descriptor: descriptor, lock: lock, device: UInt(info.st_dev), inode: UInt(info.st_ino))
    } catch {
      _ = close(lock)
      throw error
    }
  }

  /// Removes the socket file if it is still ours, and gives up the lock.
  func remove() {
    var info = stat()
    if unsafe lstat(path, &info) == 0, UInt(info.st_dev) == device, UInt(info.st_ino) == inode { _ = unsafe unlink(path) }
    _ = close(lock)
  }

  /// ``remove()`` for a socket that no channel took over.
  func abandon() {
    _ = close(descriptor)
    remove()
  }

  // MARK: Steps

  private static func prepareDirectory(of path: String, isShared: Bool) throws(RPCError) {
    let directory = directory(of: path)
    var info = stat()
    if unsafe lstat(directory, &info) != 0 {
      guard errno == ENOENT else { throw failure(.invalidArgument, "cannot look at the directory \(directory)", path) }
      guard unsafe mkdir(directory, isShared ? 0o750 : 0o700) == 0 || errno == EEXIST else {
        throw failure(.invalidArgument, "cannot make the directory \(directory) (its parent must exist)", path)
      }
      guard unsafe lstat(directory, &info) == 0 else { throw failure(.invalidArgument, "cannot look at the directory \(directory)", path) }
    }
    guard info.st_mode & S_IFMT == S_IFDIR else { throw refusal("\(directory) is not a directory (a symbolic link is refused)", path) }
    guard info.st_uid == geteuid() else {
      throw refusal("the directory \(directory) belongs to user id \(info.st_uid), not to this user", path)
    }
    guard info.st_mode & (isShared ? 0o027 : 0o077) == 0 else {
      if isShared {
        throw refusal("its group can write the directory \(directory), or others can enter it; run: chmod 750 \(directory)", path)
      }
      throw refusal("others can enter the directory \(directory); make it private: chmod 700 \(directory)", path)
    }
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func takeLock(_ path: String) throws(RPCError) -> CInt {
    let lock = unsafe open(path + ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw failure(.invalidArgument, "cannot open the lock file \(path).lock", path) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      _ = close(lock)
      throw RPCError(code: .unavailable, message: "another process listens on unix:\(path): stop it, or choose another address")
    }
    return lock
  }

  private static func removeStale(_ path: String) throws(RPCError) {
    var info = stat()
    guard unsafe lstat(path, &info) == 0 else {
      guard errno == ENOENT else { throw failure(.invalidArgument, "cannot look at it", path) }
      return
    }
    guard info.st_mode & S_IFMT == S_IFSOCK else { throw refusal("a file that is not a socket is in the way", path) }
    guard info.st_uid == geteuid() else { throw refusal("the socket belongs to user id \(info.st_uid)", path) }
    let probe = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
    guard probe >= 0 else { throw failure(.internalError, "cannot make a socket", path) }
    defer { _ = close(probe) }
    let result = unsafe withAddress(path) { unsafe connect(probe, $0, $1) }
    guard result != 0, errno == ECONNREFUSED else {
      throw RPCError(code: .unavailable, message: "another process listens on unix:\(path): stop it, or choose another address")
    }
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure(.invalidArgument, "cannot remove the stale socket", path) }
  }

  private static func listen(_ path: String, mode: mode_t) throws(RPCError) -> CInt {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw failure(.internalError, "cannot make a socket", path) }
    // On Linux a socket's own mode before bind is the file's mode after it: no moment with a wider one, no change of the process's umask.
    guard fchmod(descriptor, mode) == 0, unsafe withAddress(path, { unsafe Glibc.bind(descriptor, $0, $1) }) == 0 else {
      defer { _ = close(descriptor) }
      throw failure(.unavailable, "cannot bind", path)
    }
    guard unsafe chmod(path, mode) == 0, Glibc.listen(descriptor, 256) == 0 else {
      defer {
        _ = close(descriptor)
        _ = unsafe unlink(path)
      }
      throw failure(.unavailable, "cannot listen", path)
    }
    return descriptor
  }

  private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      for (index, byte) in path.utf8.prefix(room.count - 1).enumerated() { unsafe room[index] = byte }
    }
    return unsafe withUnsafePointer(to: &address) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }

  private static func refusal(_ reason: String, _ path: String) -> RPCError {
    RPCError(code: .invalidArgument, message: "unix:\(path) is refused: \(reason)")
  }

  private static func failure(_ code: RPCStatusCode, _ what: String, _ path: String) -> RPCError {
    let reason = unsafe String(cString: strerror(errno))
    return RPCError(code: code, message: "unix:\(path): \(what): \(reason)")
  }
}
