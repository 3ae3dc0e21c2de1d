#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The last 64 bytes of a backup: how long it is, and a checksum (CRC-32C) over all bytes before, those included that SQLite does not use.
///
/// SQLite passes over them: they are less than a page, and its header says how many pages there are. They are gone once the backup is a
/// journal again and its first log was moved into it.
struct BackupSeal: Equatable {
  static let bytesCount = 64
  private static let magic = "botd backup"

  var length: UInt64
  var checksum: UInt32

  /// A line of text, padded with spaces.
  var line: [UInt8] {
    let digits = String(checksum, radix: 16)
    let text = "\(Self.magic) bytes=\(length) crc32c=\(String(repeating: "0", count: 8 - digits.count))\(digits)"
    let padding = max(0, Self.bytesCount - text.utf8.count - 1)
    return Array(text.utf8.prefix(Self.bytesCount - 1)) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  }

  /// Of the first `length` bytes of an open file.
  init(file: Int32, length: UInt64, path: String) throws(JournalError) {
    self.length = length
    checksum = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset: UInt64 = 0
    while offset < length {
      let wanted = Int(min(UInt64(buffer.count), length - offset))
      let count = unsafe pread(file, &buffer, wanted, off_t(offset))
      guard count > 0 else { throw JournalError(.storage, "cannot read \(path): \(count < 0 ? systemMessage() : "it ends too early")") }
      checksum = unsafe buffer.withUnsafeBytes {
        unsafe CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[..<count]), continuing: checksum)
      }
      offset += UInt64(count)
    }
  }

  /// Seals a backup whose last byte is written; durable on return.
  static func append(to path: String) throws(JournalError) {
    try with(path, O_RDWR) { (file, size) throws(JournalError) in
      let line = try BackupSeal(file: file, length: size, path: path).line
      guard unsafe pwrite(file, line, line.count, off_t(size)) == line.count, fsync(file) == 0 else {
        throw JournalError(.storage, "cannot write \(path): \(systemMessage())")
      }
    }
  }

  /// Looks whether a file is a backup by its header, and whether it is as it was made. Anything but a backup passes.
  ///
  /// - Throws: ``JournalError`` `corrupt` for a backup of which a bit is not what it was.
  static func check(_ path: String) throws(JournalError) {
    try with(path, O_RDONLY) { (file, size) throws(JournalError) in
      var header = [UInt8](repeating: 0, count: 72)
      guard unsafe pread(file, &header, header.count, 0) == header.count else { return }
      let application = header[68...].reduce(0) { $0 << 8 | Int($1) }
      guard application == JournalSchema.backupApplicationID else { return }
      var found = [UInt8](repeating: 0, count: bytesCount)
      let length = size > UInt64(bytesCount) ? size - UInt64(bytesCount) : 0
      let count = unsafe pread(file, &found, bytesCount, off_t(length))
      guard length > 0, count == bytesCount, try BackupSeal(file: file, length: length, path: path).line == found else {
        throw JournalError(.corrupt, "\(path) is a backup that is damaged: its checksum is not that of its bytes; use another backup")
      }
    }
  }

  private static func with(_ path: String, _ flags: Int32, _ body: (Int32, UInt64) throws(JournalError) -> Void) throws(JournalError) {
    let file = unsafe open(path, flags | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw JournalError(.storage, "cannot open \(path): \(systemMessage())") }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw JournalError(.storage, "cannot read \(path): \(systemMessage())") }
    try body(file, UInt64(max(0, status.st_size)))
  }
}
