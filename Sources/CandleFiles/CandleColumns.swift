#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Which cell of a row is what, as the header says.
struct CandleColumns: Hashable {
  /// What a cell holds. The raw value is its slot in ``CandleRowParser``.
  enum Kind: UInt8, CaseIterable {
    case openTime, open, high, low, close, volume, quoteVolume, trades, other

    /// The column's name in a header; `nil` for columns that are passed over.
    var name: String? {
      switch self {
      case .openTime: "open_time"
      case .open: "open"
      case .high: "high"
      case .low: "low"
      case .close: "close"
      case .volume: "volume"
      case .quoteVolume: "quote_volume"
      case .trades: "trades"
      case .other: nil
      }
    }

    var isRequired: Bool { rawValue <= Kind.volume.rawValue }
  }

  /// Columns a header may have.
  static let columnsMaximum = 256
  static let expected = "the first line must be open_time,open,high,low,close,volume (other columns may be among them)"

  private(set) var kinds: [Kind] = []

  /// The columns of the exchange's archive, whose files have no header (github.com/binance/binance-public-data).
  static let archive: [Kind] = [
    .openTime, .open, .high, .low, .close, .volume, .other, .quoteVolume, .trades, .other, .other, .other,
  ]

  /// The columns of a file without a header: ``archive``, by its twelve cells of which the first is a time. `nil` for any other line.
  init?(row: [UInt8]) {
    let cells = row.split(separator: UInt8(ascii: ","), maxSplits: Self.archive.count, omittingEmptySubsequences: false)
    guard cells.count == Self.archive.count, [13, 16].contains(cells[0].count), cells[0].allSatisfy({ $0 &- 48 <= 9 }) else { return nil }
    kinds = Self.archive
  }

  /// Reads a header line. Throws what is wrong with it in words.
  init(header: [UInt8]) throws(Problem) {
    guard !header.contains(0) else { throw Problem("\(Self.expected); this one holds a zero byte: not a text file") }
    let cells = header.split(separator: UInt8(ascii: ","), maxSplits: Self.columnsMaximum, omittingEmptySubsequences: false)
    guard cells.count <= Self.columnsMaximum else { throw Problem("\(Self.expected); this one has more than \(Self.columnsMaximum)") }
    for cell in cells {
      let name = String(decoding: cell, as: UTF8.self)
      let kind = Kind.allCases.first { $0.name == name } ?? .other
      guard kind == .other || !kinds.contains(kind) else { throw Problem("\(Self.expected); \(name) is named twice") }
      kinds.append(kind)
    }
    let missing = Kind.allCases.filter { $0.isRequired && !kinds.contains($0) }.compactMap(\.name)
    guard missing.isEmpty else {
      // The exchange's own monthly files come without a header.
      let isData = header.first.map { $0 &- 48 <= 9 } ?? false
      let remark = isData ? "; this one looks like a row: put the header before it" : ""
      let verb = missing.count == 1 ? "is" : "are"
      throw Problem("\(Self.expected); \(missing.joined(separator: ", ")) \(verb) missing in \(Excerpt.text(header))\(remark)")
    }
  }

  /// What is wrong, in words.
  struct Problem: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }
}

/// The start of a file: its first line, and where in the workspace it ends.
struct HeaderLine {
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The line's characters, without a byte order mark and CR.
  let text: [UInt8]
  /// Bytes of the line and its end.
  let bytes: Int
  /// Bytes in the workspace.
  let held: Int

  /// Fills the workspace from the file's start.
  init(_ file: InputFile, _ workspace: CandleWorkspace) throws(CandleFileError) {
    held = try unsafe file.read(into: workspace.space(after: 0), after: 0)
    func problem(_ words: String) -> CandleFileError {
      CandleFileError(.header, path: file.path, line: 1, "\(CandleColumns.expected); \(words)")
    }
    guard held > 0 else { throw problem("the file is empty") }
    let start = unsafe UnsafePointer(workspace.bytes)
    let end = unsafe memchr(start, 10, held).map { unsafe UnsafeRawPointer(start).distance(to: UnsafeRawPointer($0)) }
    let length = end ?? held
    guard length <= CandleFile.lineBytesMaximum else { throw problem("this one does not end: not a text file of candles") }
    bytes = end.map { $0 + 1 } ?? held
    var line = unsafe Array(UnsafeBufferPointer(start: start, count: length))
    if line.starts(with: Self.byteOrderMark) { line.removeFirst(Self.byteOrderMark.count) }
    if line.last == 13 { line.removeLast() }
    text = line
  }
}
