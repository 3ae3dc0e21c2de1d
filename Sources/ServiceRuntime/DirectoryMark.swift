import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What tells a directory from a copy of it.
///
/// `mv` within a file system and a reboot keep it; `cp -a`, `rsync`, `tar` and a restore from a backup make another. A copy of the whole
/// file system (a snapshot of a virtual machine or a volume) has the same one, unless it runs on a machine with an identity of its own.
public struct DirectoryMark: Hashable, Sendable {
  /// Its number in its file system.
  public var inode: UInt64
  /// When it was made, in nanoseconds since 1970; 0 where the file system does not say.
  public var birth: Int64
  /// A fingerprint of `/etc/machine-id`; 0 where there is none, as in most containers.
  public var machine: UInt64

  /// - Returns: `nil` when there is no such directory.
  public init?(path: String) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    inode = UInt64(status.st_ino)
    birth = clinux_birth_time(descriptor)
    machine = Self.machineFingerprint()
  }

  private static func machineFingerprint() -> UInt64 {
    let descriptor = unsafe open("/etc/machine-id", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    let identity = bytes.prefix(max(count, 0)).prefix { $0 != 10 }
    // As long as the text of 128 bits; "uninitialized" is none.
    guard identity.count == 32 else { return 0 }
    // FNV-1a over a word of our own and the identity, which itself is not to be shown around (machine-id(5)).
    return (Array("botd".utf8) + identity).reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
