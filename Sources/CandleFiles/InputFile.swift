import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An open file, plain, gzip or zip; of candles also JSON and feather, whose rows come as lines of text. Closed with its last reference.
@safe final class InputFile {
  /// Files that are read as a whole (zip, feather) have so many bytes at most.
  static let wholeBytesMaximum = 1 << 30

  let path: String
  /// On disk, in bytes; 0 where that is unknown (a pipe).
  let sizeBytes: Int
  /// The rows come from a format that names no columns of its own in a first line: freqtrade's JSON.
  private(set) var hasBareRows = false
  private var source: any ByteSource

  /// - Parameter ofCandles: rows of JSON and feather are put into lines; `false` leaves them as they are.
  init(path: String, ofCandles: Bool = false) throws(CandleFileError) {
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
    let disk = unsafe DiskSource(file, path: path, sizeBytes: sizeBytes)
    source = disk
    do throws(SourceProblem) {
      source = try unpacked(disk, ofCandles: ofCandles)
    } catch {
      throw Self.unreadable(path, after: 0, error)
    }
  }

  /// Bytes in memory that a file would hold; not gzip.
  init(bytes: [UInt8], path: String) throws(CandleFileError) {
    self.path = path
    sizeBytes = bytes.count
    source = MemorySource(bytes)
    do throws(SourceProblem) {
      source = try unpacked(source, ofCandles: true)
    } catch {
      throw Self.unreadable(path, after: 0, error)
    }
  }

  private func unpacked(_ disk: any ByteSource, ofCandles: Bool) throws(SourceProblem) -> any ByteSource {
    var peeked = try PeekedSource(disk, count: 4_096)
    if peeked.head.starts(with: ZipSource.magic) {
      let zip = try ZipSource(try PeekedSource.bytes(of: peeked, upTo: Self.wholeBytesMaximum))
      peeked = try PeekedSource(zip, count: 4_096)
    }
    guard ofCandles else { return peeked }
    if peeked.head.starts(with: FeatherFile.magic) {
      return MemorySource(try FeatherFile.rows(try PeekedSource.bytes(of: peeked, upTo: Self.wholeBytesMaximum)))
    }
    if peeked.head.starts(with: Array("PAR1".utf8)) {
      throw SourceProblem("is a Parquet file, which is not read here: \(Self.conversion("parquet"))")
    }
    if peeked.head.starts(with: Array("FEA1".utf8)) {
      throw SourceProblem("is a feather file of version 1, which is not read here: \(Self.conversion("feather"))")
    }
    if peeked.head.starts(with: [0xFF, 0xFE]) || peeked.head.starts(with: [0xFE, 0xFF]) {
      throw SourceProblem("is text in UTF-16: save it as UTF-8")
    }
    switch peeked.head.first(where: { ![9, 10, 13, 32].contains($0) }) {
    case UInt8(ascii: "["):
      hasBareRows = true
      return JSONRowSource(peeked)
    case UInt8(ascii: "{"):
      throw SourceProblem("is a JSON object; JSON must be a list of rows, [[time, open, high, low, close, volume], …], as freqtrade's is")
    default: return peeked
    }
  }

  /// How another program makes a file of it that can be read.
  private static func conversion(_ format: String) -> String {
    "python3 -c 'import pandas, sys; pandas.read_\(format)(sys.argv[1]).to_csv(sys.argv[2])' FILE FILE.csv makes a CSV of it (needs pandas and pyarrow)"
  }

  func close() { source.close() }

  /// Whether the bytes on disk are the text itself. Known after the first read.
  var isPlain: Bool { source.isPlain }

  /// How much of the file has been read, 0…1.
  var fraction: Double { source.fraction }

  /// Fills `buffer` (less than 2 GiB) as far as the file goes and returns how many bytes that are; 0 at the end.
  ///
  /// - Parameter line: the last line known, for the error.
  func read(into buffer: UnsafeMutableBufferPointer<UInt8>, after line: Int) throws(CandleFileError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let got: Int
      do throws(SourceProblem) {
        got = try unsafe source.read(into: UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
      } catch {
        throw Self.unreadable(path, after: line, error)
      }
      guard got > 0 else { break }
      filled += got
    }
    return filled
  }

  private static func unreadable(_ path: String, after line: Int, _ problem: SourceProblem) -> CandleFileError {
    // What says what the file is needs no place in it.
    if problem.text.hasPrefix("is ") || problem.text.hasPrefix("holds ") { return CandleFileError(.damaged, path: path, problem.text) }
    return CandleFileError(.damaged, path: path, line: line + 1, "cannot be read on from about here: \(problem.text)")
  }

  static func text(_ code: Int32) -> String { unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)" }
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
