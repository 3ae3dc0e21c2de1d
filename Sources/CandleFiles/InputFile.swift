import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An open file, plain or gzip (zlib tells them apart). Closed with its last reference.
@safe final class InputFile {
  let path: String
  /// On disk, in bytes; 0 where that is unknown (a pipe).
  let sizeBytes: Int
  private var file: gzFile?

  init(path: String) throws(CandleFileError) {
    self.path = path
    // zlib cuts a name at a zero byte.
    guard !path.utf8.contains(0) else { throw CandleFileError(.file, path: path, "cannot be opened: its name holds a zero byte") }
    errno = 0
    guard let file = unsafe gzopen(path, "rbe") else {
      throw CandleFileError(.file, path: path, "cannot be opened: \(Self.text(errno == 0 ? ENOMEM : errno))")
    }
    var status = stat()
    let isKnown = unsafe stat(path, &status) == 0
    if isKnown, status.st_mode & S_IFMT == S_IFDIR {
      unsafe gzclose(file)
      throw CandleFileError(.file, path: path, "is a directory, not a file")
    }
    sizeBytes = isKnown && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0
    unsafe gzbuffer(file, 1 << 16)
    unsafe self.file = file
  }

  deinit { close() }

  func close() {
    if let file = unsafe file { unsafe gzclose(file) }
    unsafe file = nil
  }

  /// Whether the bytes on disk are the text itself. Known after the first read.
  var isPlain: Bool { unsafe file.map { unsafe gzdirect($0) == 1 } ?? true }

  /// How much of the file has been read, 0…1.
  var fraction: Double {
    guard let file = unsafe file, sizeBytes > 0 else { return 1 }
    return unsafe min(Double(max(gzoffset(file), 0)) / Double(sizeBytes), 1)
  }

  /// Fills `buffer` (less than 2 GiB) as far as the file goes and returns how many bytes that are; 0 at the end.
  ///
  /// - Parameter line: the last line known, for the error.
  func read(into buffer: UnsafeMutableBufferPointer<UInt8>, after line: Int) throws(CandleFileError) -> Int {
    guard let file = unsafe file else { return 0 }
    guard let base = buffer.baseAddress, let wanted = Int32(exactly: buffer.count), wanted > 0 else { return 0 }
    errno = 0
    let got = unsafe gzread(file, base, UInt32(wanted))
    guard got == wanted else {
      var code: Int32 = 0
      let text = unsafe gzerror(file, &code).map { unsafe String(cString: $0) } ?? ""
      // A gzip file that ends too early answers what it has, and this code.
      guard got >= 0, code == Z_OK || code == Z_STREAM_END else {
        let reason =
          switch code {
          case Z_ERRNO: Self.text(errno)
          case Z_BUF_ERROR: "the gzip data end too early"
          default: "damaged gzip data (\(words(text)))"
          }
        throw CandleFileError(.damaged, path: path, line: line + 1, "cannot be read on from about here: \(reason)")
      }
      return Int(got)
    }
    return Int(got)
  }

  /// zlib puts the file's name before its words.
  private func words(_ text: String) -> String { text.hasPrefix(path + ": ") ? String(text.dropFirst(path.count + 2)) : text }

  private static func text(_ code: Int32) -> String { unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)" }
}

/// The fixed memory of one reading: the bytes at hand, the columns, one row's numbers. Freed with its last reference.
@safe final class CandleWorkspace {
  /// Bytes of text at hand at most: some lines of the greatest length, and no more than fits a processor's cache.
  static let capacity = 1 << 18
  /// Bytes that may be looked at behind the text; their value does not matter.
  static let padding = 64

  let bytes: UnsafeMutablePointer<UInt8>
  /// ``CandleColumns/Kind`` of each cell.
  let kinds: UnsafeMutablePointer<UInt8>
  private(set) var columnCount = 0
  /// The numbers of a row by kind: nanoseconds, units of 10⁻⁸, trades. Slots of columns a file lacks stay 0.
  let slots: UnsafeMutablePointer<Int64>

  init() {
    unsafe bytes = .allocate(capacity: Self.capacity + Self.padding)
    unsafe memset(bytes, 0, Self.capacity + Self.padding)
    unsafe kinds = .allocate(capacity: CandleColumns.columnsMaximum)
    unsafe slots = .allocate(capacity: CandleColumns.Kind.allCases.count)
    unsafe slots.initialize(repeating: 0, count: CandleColumns.Kind.allCases.count)
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe kinds.deallocate()
    unsafe slots.deallocate()
  }

  func use(_ columns: CandleColumns) {
    columnCount = min(columns.kinds.count, CandleColumns.columnsMaximum)
    for (index, kind) in columns.kinds.prefix(columnCount).enumerated() { unsafe (kinds + index).initialize(to: kind.rawValue) }
  }

  /// Where text goes when `held` bytes are there already; a byte is left for a missing line end.
  func space(after held: Int) -> UnsafeMutableBufferPointer<UInt8> {
    unsafe UnsafeMutableBufferPointer(start: bytes + held, count: Self.capacity - 1 - held)
  }
}
