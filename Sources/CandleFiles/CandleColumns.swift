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

    /// What others call the column, in the spelling of ``CandleColumns/normal(_:)``; of several columns with the time the first name counts.
    var names: [String] {
      switch self {
      case .openTime:
        [
          "open_time", "opentime", "kline_open_time", "timestamp", "time", "datetime", "date", "unix", "unix_timestamp", "date_time",
          "candle_begin_time", "gmt_time", "ts", "t",
        ]
      case .open: ["open", "open_price", "o"]
      case .high: ["high", "high_price", "h"]
      case .low: ["low", "low_price", "l"]
      case .close: ["close", "close_price", "c"]
      case .volume: ["volume", "vol", "base_volume", "base_asset_volume", "v"]
      case .quoteVolume: ["quote_volume", "quote_asset_volume", "quote_vol", "quotevolume", "qav"]
      case .trades: ["trades", "number_of_trades", "trade_count", "num_trades", "tradecount", "count"]
      case .other: []
      }
    }
  }

  /// Columns a header may have.
  static let columnsMaximum = 256
  static let expected = "the first line must be open_time,open,high,low,close,volume (other columns may be among them)"
  static let remedy = "--columns time=1,open=2,high=3,low=4,close=5,volume=6 says which column is which"

  private(set) var kinds: [Kind] = []
  /// What stands between cells.
  let delimiter: UInt8

  /// The columns of the exchange's archive, whose files have no header (github.com/binance/binance-public-data).
  static let archive: [Kind] = [
    .openTime, .open, .high, .low, .close, .volume, .other, .quoteVolume, .trades, .other, .other, .other,
  ]

  /// Characters that may stand between cells, the usual one first.
  private static let delimiters: [UInt8] = [",", ";", "\t", "|"].map { $0.utf8.first ?? 0 }

  /// Cells of one row, the first line's; what stands most often between cells is the delimiter.
  struct FirstLine {
    let delimiter: UInt8
    let cells: [[UInt8]]

    init(_ line: [UInt8]) throws(Problem) {
      guard !line.contains(0) else { throw Problem("\(expected); this one holds a zero byte: not a text file") }
      let counts = delimiters.map { delimiter in line.count { $0 == delimiter } }
      let most = counts.max() ?? 0
      let delimiter = delimiters[counts.firstIndex(of: most) ?? 0]
      self.delimiter = delimiter
      let cells = unsafe line.withUnsafeBufferPointer { line in
        var cells: [[UInt8]] = []
        var cursor = unsafe CellCursor(line, delimiter)
        while cells.count <= columnsMaximum, let cell = unsafe cursor.next() { cells.append(unsafe Array(cell)) }
        return cells
      }
      guard cells.count <= columnsMaximum else { throw Problem("\(expected); this one has more than \(columnsMaximum)") }
      self.cells = cells
    }

    /// Whether a cell is a time, as in a row and never in a header.
    func isTime(_ index: Int) -> Bool {
      guard cells.indices.contains(index), !cells[index].isEmpty else { return false }
      return unsafe cells[index].withUnsafeBufferPointer { cell in if case .success = unsafe OpenTime.read(cell) { true } else { false } }
    }
  }

  /// The columns of a file without a header: ``archive``, by its twelve cells of which the first is a time, or what JSON has, by its six.
  /// `nil` for any other line.
  init?(bare first: FirstLine, isJSON: Bool) {
    guard first.isTime(0), first.cells.count == Self.archive.count || isJSON && first.cells.count >= 6 else { return nil }
    kinds = first.cells.count == Self.archive.count ? Self.archive : first.cells.indices.map { $0 < 6 ? Self.archive[$0] : .other }
    delimiter = first.delimiter
  }

  /// Reads a header line. Throws what is wrong with it in words.
  init(header first: FirstLine) throws(Problem) {
    delimiter = first.delimiter
    kinds = Array(repeating: .other, count: first.cells.count)
    try find(Kind.allCases, in: first)
    try requireAll(first)
  }

  /// The columns that a person named, by number or by the header's word; the others as the header says.
  ///
  /// - Returns: also whether the first line is a header.
  static func chosen(_ choice: CandleColumnChoice, _ first: FirstLine) throws(Problem) -> (columns: CandleColumns, hasHeader: Bool) {
    var columns = CandleColumns(delimiter: first.delimiter, count: first.cells.count)
    for entry in choice.entries {
      let index: Int
      switch entry.column {
      case .number(let number):
        guard number <= first.cells.count else {
          throw Problem("--columns: there is no column \(number), the first line has \(first.cells.count)")
        }
        index = number - 1
      case .name(let name):
        guard let found = first.cells.firstIndex(where: { normal($0) == normal(Array(name.utf8)) }) else {
          throw Problem("--columns: no column is called \(Excerpt.text(name.utf8)) in \(Excerpt.text(first.cells.joined(separator: [44])))")
        }
        index = found
      }
      columns.kinds[index] = entry.kind
    }
    let hasHeader = columns.kinds.firstIndex(of: .openTime).map { !first.isTime($0) } ?? true
    let missing = Kind.allCases.filter { $0 != .other && !columns.kinds.contains($0) }
    if hasHeader { try columns.find(missing, in: first) }
    try columns.requireAll(first)
    return (columns, hasHeader)
  }

  private init(delimiter: UInt8, count: Int) {
    self.delimiter = delimiter
    kinds = Array(repeating: .other, count: count)
  }

  private mutating func find(_ wanted: [Kind], in first: FirstLine) throws(Problem) {
    let names = first.cells.map(Self.normal)
    for kind in wanted {
      for name in kind.names {
        let found = names.indices.filter { names[$0] == name && kinds[$0] == .other }
        guard let index = found.first else { continue }
        guard found.count == 1 else { throw Problem("\(Self.expected); \(name) is named twice") }
        kinds[index] = kind
        break
      }
    }
    // An index without a name, as pandas writes it.
    if wanted.contains(.openTime), !kinds.contains(.openTime), names.first == "", names.count > 1 { kinds[0] = .openTime }
  }

  private func requireAll(_ first: FirstLine) throws(Problem) {
    let missing = Kind.allCases.filter { $0.isRequired && !kinds.contains($0) }.compactMap(\.name)
    guard !missing.isEmpty else { return }
    let line = Array(first.cells.joined(separator: [delimiter]))
    // The exchange's own monthly files come without a header.
    let isData = line.first.map { $0 &- 48 <= 9 } ?? false
    let remark = isData ? "; this one looks like a row: put the header before it" : ""
    let verb = missing.count == 1 ? "is" : "are"
    throw Problem(
      "\(Self.expected); \(missing.joined(separator: ", ")) \(verb) missing in \(Excerpt.text(line))\(remark)", remedy: Self.remedy)
  }

  /// A column's name in small letters, with one `_` for whatever is neither letter nor digit between them.
  static func normal(_ name: [UInt8]) -> String {
    let words = String(decoding: name, as: UTF8.self).lowercased().split { !$0.isLetter && !$0.isNumber }
    return words.joined(separator: "_")
  }

  /// What is wrong, in words.
  struct Problem: Error {
    let text: String
    let remedy: String?
    init(_ text: String, remedy: String? = nil) {
      self.text = text
      self.remedy = remedy
    }
  }
}

/// Which column of a file is what, as a person says it: `time=2,open=3,high=4,low=5,close=6,volume=Vol BTC`, by number from 1 or by the header's
/// word. What is not named is found by the header.
public struct CandleColumnChoice: Hashable, Sendable {
  /// Why a text is no choice: a sentence.
  public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
  }

  enum Column: Hashable {
    case number(Int)
    case name(String)
  }

  struct Entry: Hashable {
    var kind: CandleColumns.Kind
    var column: Column
  }

  let entries: [Entry]

  /// - Throws: ``Refusal`` naming the first thing that is wrong.
  public init(_ text: String) throws(Refusal) {
    var entries: [Entry] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = part.firstIndex(of: "=") else {
        throw Refusal(description: "\"\(part.prefix(40))\" is not of the form name=column, for example time=1")
      }
      let name = CandleColumns.normal(Array(part[..<sign].utf8))
      let column = String(part[part.index(after: sign)...])
      guard let kind = CandleColumns.Kind.allCases.first(where: { $0.names.contains(name) }) else {
        let names = ["time"] + CandleColumns.Kind.allCases.dropFirst().compactMap(\.name)
        throw Refusal(description: "\"\(name.prefix(40))\" is none of \(names.joined(separator: ", "))")
      }
      guard !column.isEmpty else { throw Refusal(description: "\(name) has no column behind its =") }
      guard !entries.contains(where: { $0.kind == kind }) else { throw Refusal(description: "\(name) is given twice") }
      if column.allSatisfy({ $0.isASCII && $0.isNumber }) {
        guard let number = Int(column), (1...CandleColumns.columnsMaximum).contains(number) else {
          throw Refusal(description: "\(name)=\(column.prefix(20)): columns count from 1 to \(CandleColumns.columnsMaximum)")
        }
        entries.append(Entry(kind: kind, column: .number(number)))
      } else {
        entries.append(Entry(kind: kind, column: .name(column)))
      }
    }
    let numbers = entries.map(\.column)
    guard Set(numbers).count == numbers.count else { throw Refusal(description: "one column is given two meanings") }
    self.entries = entries
  }
}

/// The start of a file: its first line, and where in the workspace it ends.
struct HeaderLine {
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The line's characters, without a byte order mark and CR.
  let text: [UInt8]
  /// Bytes of the line and its end.
  let bytes: Int
  /// Bytes of the byte order mark.
  let markBytes: Int
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
    let isMarked = line.starts(with: Self.byteOrderMark)
    if isMarked { line.removeFirst(Self.byteOrderMark.count) }
    markBytes = isMarked ? Self.byteOrderMark.count : 0
    if line.last == 13 { line.removeLast() }
    text = line
  }
}
