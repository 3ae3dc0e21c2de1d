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
