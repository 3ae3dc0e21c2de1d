#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The file `journal.snapshot` beside the journal: what folding the journal up to an entry gave, so that a restart folds only what follows.
///
/// Never needed and never believed on doubt: it names the program that wrote it, the entry, and the chain up to it (so that it belongs to this
/// journal and to no other, nor to one that was cut and written on), and ends with a checksum over all of it. The journal alone is the truth.
enum SnapshotFile {
  static let name = "journal.snapshot"
  /// The first bytes; the number is the format.
  static let magic = Array("botd snapshot 1\n".utf8)
  /// No state is so large: some 500 bytes for each of 10,000 remembered orders, a kilobyte for each bot ever.
  static let bytesMaximum = 1 << 30

  struct Header: Equatable {
    /// Whoever wrote it.
    var program: String
    /// Where the journal ended.
    var end: JournalHead
    /// ``StateEncoder/layout``.
    var layout: UInt64
  }

  /// What cannot be used, and why.
  struct Refusal: Error { var reason: String }

  static func bytes(_ header: Header, body: [UInt8]) -> [UInt8] {
    var writer = ByteWriter(capacity: body.count + 256)
    for byte in magic { writer.byte(byte) }
    writer.text(header.program)
    writer.varint(header.end.sequence)
    writer.fixed32(header.end.chain)
    writer.varint(header.layout)
    writer.blob(body)
    let checksum = unsafe writer.bytes.withUnsafeBytes { unsafe CRC32C.checksum($0) }
    writer.fixed32(checksum)
    return writer.bytes
  }

  /// The parts of a file's bytes.
  ///
  /// - Throws: ``Refusal`` when they are not exactly what ``bytes(_:body:)`` writes.
  static func parse(_ bytes: [UInt8]) throws(Refusal) -> (header: Header, body: [UInt8]) {
    guard bytes.count > magic.count + 4, bytes.starts(with: magic) else { throw Refusal(reason: "it is no snapshot of this format") }
    let stored = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[bytes.count - 4 + $1]) << UInt32(8 * $1) }
    let result = unsafe bytes.withUnsafeBytes { all -> Result<(header: Header, body: [UInt8]), Refusal> in
      let covered = unsafe UnsafeRawBufferPointer(rebasing: all[..<(all.count - 4)])
      guard unsafe CRC32C.checksum(covered) == stored else { return .failure(Refusal(reason: "its checksum is wrong")) }
      var reader = unsafe ByteReader(UnsafeRawBufferPointer(rebasing: covered[magic.count...]))
      do throws(CodecFault) {
        let program = try reader.text()
        let sequence = try reader.varint()
        var chain: UInt32 = 0
        for index in 0..<4 { chain |= UInt32(try reader.byte()) << UInt32(8 * index) }
        let header = Header(program: program, end: JournalHead(sequence: sequence, chain: chain), layout: try reader.varint())
        let body = try reader.blob(maximum: bytesMaximum)
        guard reader.isAtEnd else { throw CodecFault(reason: "bytes follow its end") }
        return .success((header, body))
      } catch {
        return .failure(Refusal(reason: error.reason))
      }
    }
    return try result.get()
  }

  /// A file's bytes; `nil` when there is none.
  static func read(_ path: String) throws(Refusal) -> [UInt8]? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw Refusal(reason: systemMessage())
    }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= bytesMaximum else {
      throw Refusal(reason: "it is no regular file of a possible size")
    }
    guard status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else { throw Refusal(reason: "others may have written it") }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var known = 0
    while known < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { unsafe fill(file, $0, from: known) }
      guard count > 0 else { throw Refusal(reason: "it cannot be read: \(count < 0 ? systemMessage() : "it ends too early")") }
      known += count
    }
    return bytes
  }

  private static func fill(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer, from offset: Int) -> Int {
    guard let start = buffer.baseAddress else { return 0 }
    return unsafe pread(file, start + offset, buffer.count - offset, off_t(offset))
  }

  /// Writes a file whole: under another name first, durable, then in place of the one before.
  ///
  /// - Throws: ``JournalError`` `storage`; the file before is untouched then.
  static func write(_ bytes: [UInt8], path: String) throws(JournalError) {
    let unfinished = path + ".unfinished"
    unsafe unlink(unfinished)
    let file = unsafe open(unfinished, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw JournalError(.storage, "cannot make \(unfinished): \(systemMessage())") }
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer -> Int in
        guard let start = buffer.baseAddress else { return 0 }
        // A piece at a time: one large write would hold back the journal's.
        return unsafe pwrite(file, start + written, min(buffer.count - written, pieceBytes), off_t(written))
      }
      guard count > 0 else { break }
      written += count
    }
    let isDurable = written == bytes.count && fsync(file) == 0
    let problem = systemMessage()
    close(file)
    guard isDurable, unsafe rename(unfinished, path) == 0 else {
      unsafe unlink(unfinished)
      throw JournalError(.storage, "cannot write \(path): \(problem)")
    }
  }

  private static let pieceBytes = 1 << 20
}
