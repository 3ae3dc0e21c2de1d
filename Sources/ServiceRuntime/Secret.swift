#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Bytes that must never be shown: an API secret, a private key, a password.
///
/// The bytes live in pages of their own that are excluded from core dumps and are overwritten when the last reference goes.
/// The type prints as stars, has no reflection children and is not `Codable`, so no log, error or dump can carry it by accident.
@safe public final class Secret: @unchecked Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The largest secret that is accepted, in bytes.
  public static let sizeBytesMaximum = 65_536

  // Written in `init` only, so sharing between threads is safe.
  private let storage: UnsafeMutableRawPointer?
  private let mappedSize: Int
  /// Length in bytes.
  public let count: Int

  /// Copies `bytes`; anything beyond ``sizeBytesMaximum`` is cut off. The caller's own copy is the caller's to forget.
  public init(bytes: UnsafeRawBufferPointer) {
    let wanted = min(bytes.count, Self.sizeBytesMaximum)
    let pageSize = 4_096
    let size = (wanted + pageSize) / pageSize * pageSize
    let mapped = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    if let mapped = unsafe mapped, unsafe mapped != MAP_FAILED {
      _ = unsafe madvise(mapped, size, MADV_DONTDUMP)
      if wanted > 0, let source = bytes.baseAddress { unsafe mapped.copyMemory(from: source, byteCount: wanted) }
      unsafe storage = mapped
      count = wanted
    } else {
      unsafe storage = nil
      count = 0
    }
    mappedSize = size
  }

  /// Copies the UTF-8 bytes of `text`.
  public convenience init(_ text: some StringProtocol) {
    var bytes = Array(text.utf8)
    self.init(consuming: &bytes)
  }

  /// Copies `bytes` and overwrites them with zeros.
  public convenience init(consuming bytes: inout [UInt8]) {
    let count = bytes.count
    let address = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 1)
    unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe address.copyMemory(from: base, byteCount: count)
      unsafe explicit_bzero(base, count)
    }
    unsafe self.init(bytes: UnsafeRawBufferPointer(start: address, count: count))
    unsafe explicit_bzero(address, count)
    unsafe address.deallocate()
  }

  /// Reads a secret from a file that ``PrivateFile`` takes; trailing line ends are cut off.
  ///
  /// - Throws: ``RuntimeError`` with code `secretFile` that names the path and what to do, never the content.
  public static func reading(path: String) throws(RuntimeError) -> Secret {
    let descriptor = try PrivateFile.open(path, sizeBytesMaximum: sizeBytesMaximum)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: sizeBytesMaximum)
    var filled = 0
    while filled < bytes.count {
      let got = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw RuntimeError(.secretFile, "cannot read \(path): \(RuntimeError.systemMessage())") }
      if got == 0 { break }
      filled += got
    }
    while filled > 0, bytes[filled - 1] == 10 || bytes[filled - 1] == 13 { filled -= 1 }
    let secret = unsafe bytes.withUnsafeMutableBytes { buffer -> Secret in
      let made = unsafe Secret(bytes: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
      if let base = buffer.baseAddress { unsafe explicit_bzero(base, buffer.count) }
      return made
    }
    let hasMark = unsafe secret.withUnsafeBytes { unsafe $0.starts(with: [0xEF, 0xBB, 0xBF]) }
    guard !hasMark else {
      throw RuntimeError(
        .secretFile, "\(path) begins with a byte order mark, which would be part of the secret; save it as UTF-8 without one")
    }
    guard !secret.isEmpty else { throw RuntimeError(.secretFile, "\(path) is empty") }
    return secret
  }

  deinit {
    guard let storage = unsafe storage else { return }
    unsafe explicit_bzero(storage, mappedSize)
    unsafe munmap(storage, mappedSize)
  }

  public var isEmpty: Bool { count == 0 }

  /// Lends the bytes for the call; they must not be copied into anything that is printed or stored.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: storage, count: count))
  }

  public var description: String { "***" }
  public var debugDescription: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
