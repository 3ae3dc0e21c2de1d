/// Reads a feather file (Arrow's IPC file format, arrow.apache.org/docs/format/Columnar.html), as freqtrade keeps candles: columns of numbers and times,
/// plain or packed by LZ4. Other columns are passed over.
struct FeatherFile {
  static let magic = Array("ARROW1".utf8)
  static let rowsMaximum = 50_000_000

  private struct Column {
    enum Kind {
      case double, float
      /// Of so many bytes.
      case integer(Int)
      /// Whole numbers of this many milliseconds.
      case days
      /// Nothing that is read, of so many buffers.
      case other(buffers: Int)
    }
    let name: String
    let kind: Kind

    var buffers: Int { if case .other(let buffers) = kind { buffers } else { 2 } }
  }

  /// A column's numbers in one batch of rows.
  private struct Values {
    let valid: ArraySlice<UInt8>
    let data: ArraySlice<UInt8>
  }

  private let bytes: [UInt8]

  /// The rows as lines of text, behind a first line with the columns' names.
  static func rows(_ bytes: [UInt8]) throws(SourceProblem) -> [UInt8] {
    let file = FeatherFile(bytes: bytes)
    guard bytes.count > 20, bytes.suffix(6).elementsEqual(magic),
      let length = file.number(bytes.count - 10, 4), length > 0, length <= bytes.count - 18
    else { throw SourceProblem("the feather data end too early") }
    let footer = try FlatTable(root: bytes[(bytes.count - 10 - length)..<(bytes.count - 10)])
    let columns = try file.columns(footer)
    guard columns.contains(where: { if case .other = $0.kind { false } else { true } }) else {
      throw SourceProblem("is a feather file without a column of numbers")
    }
    var text = Array((columns.map { Self.plain($0.name) }.joined(separator: ",") + "\n").utf8)
    for block in try footer.structs(3, size: 24) { try file.batch(block, columns, &text) }
    return text
  }

  /// A name as a cell can hold it.
  private static func plain(_ name: String) -> String {
    String(String.UnicodeScalarView(name.unicodeScalars.map { $0 == "," || $0 == "\"" || $0.value < 32 ? "_" : $0 }))
  }

  private func number(_ at: Int, _ count: Int) -> Int? {
    guard at >= 0, at <= bytes.count - count else { return nil }
    return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private func columns(_ footer: FlatTable) throws(SourceProblem) -> [Column] {
    guard let schema = try footer.table(1) else { throw SourceProblem("damaged feather data") }
    var columns: [Column] = []
    for field in try schema.tables(1) {
      guard columns.count < CandleColumns.columnsMaximum else { throw SourceProblem("is a feather file of too many columns") }
      let name = try field.text(0) ?? ""
      columns.append(Column(name: name, kind: try kind(field, name)))
    }
    return columns
  }

  private func kind(_ field: FlatTable, _ name: String) throws(SourceProblem) -> Column.Kind {
    // An index into a dictionary is a number that says nothing.
    if try field.table(4) != nil { return .other(buffers: 2) }
    let type = try field.table(3)
    switch try field.integer(2, 1) ?? 0 {
    case 1: return .other(buffers: 0)
    case 2:
      let bits = try type?.integer(0, 4) ?? 0
      guard [8, 16, 32, 64].contains(bits) else { throw SourceProblem("damaged feather data") }
      return .integer(bits / 8)
    case 3:
      switch try type?.integer(0, 2) ?? 0 {
      case 1: return .float
      case 2: return .double
      default: return .other(buffers: 2)
      }
    case 8: return try (type?.integer(0, 2) ?? 1) == 0 ? .days : .integer(8)
    case 10: return .integer(8)
    case 6, 7, 9, 11, 15, 18: return .other(buffers: 2)
    case 4, 5, 19, 20: return .other(buffers: 3)
    default:
      throw SourceProblem("is a feather file whose column \(Excerpt.text(name.utf8)) is of a kind that is not read here: leave it out")
    }
  }

  private func batch(_ block: ArraySlice<UInt8>, _ columns: [Column], _ text: inout [UInt8]) throws(SourceProblem) {
    let block = FlatTable.Reader(block)
    guard let offset = block.number(0, 8), let prefix = block.number(8, 4), let body = block.number(16, 8), offset >= 0, prefix > 8,
      body >= 0,
      offset <= bytes.count, prefix <= bytes.count - offset, body <= bytes.count - offset - prefix
    else { throw SourceProblem("damaged feather data") }
    let message = try FlatTable(root: bytes[(offset + 8)..<(offset + prefix)])
    guard try message.integer(1, 1) == 3, let batch = try message.table(2), let rows = try batch.integer(0, 8) else {
      throw SourceProblem("damaged feather data")
    }
    guard (0...Self.rowsMaximum).contains(rows) else { throw SourceProblem("is a feather file of more than \(Self.rowsMaximum) rows") }
    let packing = try batch.table(3)
    if let packing, try packing.integer(0, 1) == 1 {
      throw SourceProblem(
        "is a feather file packed by zstd, which is not read here: write it again with compression=\"lz4\" or \"uncompressed\"")
    }
    let slots = try batch.structs(2, size: 16)
    var values: [Values] = []
    var slot = 0
    let whole = bytes[(offset + prefix)..<(offset + prefix + body)]
    for column in columns {
      guard slot + column.buffers <= slots.count else { throw SourceProblem("damaged feather data") }
      if case .other = column.kind {
        values.append(Values(valid: [], data: []))
      } else {
        values.append(
          Values(
            valid: try buffer(slots[slot], of: whole, isPacked: packing != nil, rows: rows),
            data: try buffer(slots[slot + 1], of: whole, isPacked: packing != nil, rows: rows)))
      }
      slot += column.buffers
    }
    for row in 0..<rows { try append(row, columns, values, &text) }
  }

  private func buffer(
    _ slot: ArraySlice<UInt8>, of body: ArraySlice<UInt8>, isPacked: Bool, rows: Int
  ) throws(SourceProblem) -> ArraySlice<UInt8> {
    let slot = FlatTable.Reader(slot)
    guard let offset = slot.number(0, 8), let length = slot.number(8, 8), offset >= 0, length >= 0, offset <= body.count,
      length <= body.count - offset
    else { throw SourceProblem("damaged feather data") }
    let part = body[(body.startIndex + offset)..<(body.startIndex + offset + length)]
    guard isPacked, length > 0 else { return part }
    guard let size = FlatTable.Reader(part).number(0, 8) else { throw SourceProblem("damaged feather data") }
    let packed = part.dropFirst(8)
    if size == -1 { return packed }
    // Eight bytes a row, and what they are rounded up to.
    guard size >= 0, size <= rows * 8 + 128 else { throw SourceProblem("damaged feather data") }
    return try LZ4Frame.unpacked(packed, size: size)[...]
  }

  private func append(_ row: Int, _ columns: [Column], _ values: [Values], _ text: inout [UInt8]) throws(SourceProblem) {
    for (index, column) in columns.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      let (valid, data) = (values[index].valid, FlatTable.Reader(values[index].data))
      if !valid.isEmpty {
        guard row / 8 < valid.count else { throw SourceProblem("damaged feather data") }
        if valid[valid.startIndex + row / 8] >> UInt8(row % 8) & 1 == 0 { continue }
      }
      let word: String?
      switch column.kind {
      case .other: continue
      case .double: word = data.number(row * 8, 8).map { "\(Double(bitPattern: UInt64(bitPattern: Int64($0))))" }
      case .float: word = data.number(row * 4, 4).map { "\(Float(bitPattern: UInt32(truncatingIfNeeded: $0)))" }
      case .integer(let size): word = data.number(row * size, size).map { "\($0)" }
      case .days: word = data.number(row * 4, 4).map { "\($0 * 86_400_000)" }
      }
      guard let word else { throw SourceProblem("damaged feather data") }
      text += Array(word.utf8)
    }
    text.append(10)
  }
}

/// A table of a flat buffer (flatbuffers.dev, "Internals"): fields by number, each where the table's own list says. Every position is checked.
struct FlatTable {
  /// Little-endian numbers.
  struct Reader {
    let bytes: ArraySlice<UInt8>
    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// A signed number of 1, 2, 4 or 8 bytes at an offset; `nil` beyond the end.
    func number(_ at: Int, _ count: Int) -> Int? {
      guard at >= 0, count <= bytes.count, at <= bytes.count - count else { return nil }
      var value: UInt64 = 0
      for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[bytes.startIndex + at + index]) }
      let unused = UInt64(64 - count * 8)
      return Int(Int64(bitPattern: value << unused) >> Int64(unused))
    }
  }

  private let reader: Reader
  private let position: Int
  private let list: Int
  private let listBytes: Int

  init(root bytes: ArraySlice<UInt8>) throws(SourceProblem) {
    let reader = Reader(bytes)
    try self.init(reader, at: try Self.pointer(reader, 0))
  }

  private init(_ reader: Reader, at position: Int) throws(SourceProblem) {
    guard let back = reader.number(position, 4), let listBytes = reader.number(position - back, 2), listBytes >= 4 else {
      throw Self.damaged
    }
    (self.reader, self.position, list, self.listBytes) = (reader, position, position - back, listBytes)
  }

  private static var damaged: SourceProblem { SourceProblem("damaged feather data") }

  private static func pointer(_ reader: Reader, _ at: Int) throws(SourceProblem) -> Int {
    guard let offset = reader.number(at, 4), offset > 0 else { throw damaged }
    return at + offset
  }

  /// Where a field is; `nil` when it is not there.
  private func place(_ field: Int) throws(SourceProblem) -> Int? {
    let slot = 4 + field * 2
    guard slot + 2 <= listBytes else { return nil }
    guard let offset = reader.number(list + slot, 2), offset >= 0 else { throw Self.damaged }
    return offset == 0 ? nil : position + offset
  }

  func integer(_ field: Int, _ size: Int) throws(SourceProblem) -> Int? {
    guard let place = try place(field) else { return nil }
    guard let value = reader.number(place, size) else { throw Self.damaged }
    return value
  }

  func table(_ field: Int) throws(SourceProblem) -> FlatTable? {
    guard let place = try place(field) else { return nil }
    return try FlatTable(reader, at: try Self.pointer(reader, place))
  }

  /// Where the elements of a list begin, and how many there are.
  private func elements(_ field: Int, size: Int) throws(SourceProblem) -> (start: Int, count: Int) {
    guard let place = try place(field) else { return (0, 0) }
    let start = try Self.pointer(reader, place)
    guard let count = reader.number(start, 4), count >= 0, count <= (reader.bytes.count - start) / size else { throw Self.damaged }
    return (start + 4, count)
  }

  func structs(_ field: Int, size: Int) throws(SourceProblem) -> [ArraySlice<UInt8>] {
    let (start, count) = try elements(field, size: size)
    guard start + count * size <= reader.bytes.count else { throw Self.damaged }
    let base = reader.bytes.startIndex + start
    return (0..<count).map { reader.bytes[(base + $0 * size)..<(base + ($0 + 1) * size)] }
  }

  func tables(_ field: Int) throws(SourceProblem) -> [FlatTable] {
    let (start, count) = try elements(field, size: 4)
    var tables: [FlatTable] = []
    for index in 0..<count { tables.append(try FlatTable(reader, at: try Self.pointer(reader, start + index * 4))) }
    return tables
  }

  func text(_ field: Int) throws(SourceProblem) -> String? {
    guard try place(field) != nil else { return nil }
    return try String(decoding: structs(field, size: 1).map { $0[$0.startIndex] }, as: UTF8.self)
  }
}

/// Data packed by LZ4 in its frame format (lz4 project, lz4_Frame_format.md and lz4_Block_format.md). Checksums are not compared.
enum LZ4Frame {
  static func unpacked(_ frame: ArraySlice<UInt8>, size: Int) throws(SourceProblem) -> [UInt8] {
    let reader = FlatTable.Reader(frame)
    guard reader.number(0, 4) == 0x184D_2204, let flags = reader.number(4, 1) else { throw damaged }
    let (hasSize, hasDictionary, hasBlockSums) = (flags & 8 != 0, flags & 1 != 0, flags & 16 != 0)
    guard !hasDictionary else { throw damaged }
    var position = 7 + (hasSize ? 8 : 0)
    var out: [UInt8] = []
    out.reserveCapacity(size)
    while true {
      guard let word = reader.number(position, 4) else { throw damaged }
      position += 4
      let length = word & 0x7FFF_FFFF
      if length == 0 { break }
      guard length <= frame.count - position else { throw damaged }
      let block = frame[(frame.startIndex + position)..<(frame.startIndex + position + length)]
      if word & 0x8000_0000 != 0 { out += block } else { try add(block, to: &out, size: size) }
      guard out.count <= size else { throw damaged }
      position += length + (hasBlockSums ? 4 : 0)
    }
    guard out.count == size else { throw damaged }
    return out
  }

  private static var damaged: SourceProblem { SourceProblem("damaged feather data (LZ4)") }

  /// Pairs of bytes as they are and bytes that came before.
  private static func add(_ block: ArraySlice<UInt8>, to out: inout [UInt8], size: Int) throws(SourceProblem) {
    var at = block.startIndex
    func next(_ at: inout Int) throws(SourceProblem) -> Int {
      guard at < block.endIndex else { throw damaged }
      at += 1
      return Int(block[at - 1])
    }
    func length(_ four: Int, _ at: inout Int) throws(SourceProblem) -> Int {
      guard four == 15 else { return four }
      var sum = 15
      while true {
        let more = try next(&at)
        sum += more
        if more != 255 { return sum }
      }
    }
    while at < block.endIndex {
      let token = try next(&at)
      let literals = try length(token >> 4, &at)
      guard literals <= block.endIndex - at, out.count + literals <= size else { throw damaged }
      out += block[at..<at + literals]
      at += literals
      // The last pair has no second half.
      if at == block.endIndex { return }
      let offset = try next(&at) | next(&at) << 8
      let count = try length(token & 15, &at) + 4
      guard offset > 0, offset <= out.count, out.count + count <= size else { throw damaged }
      for _ in 0..<count { out.append(out[out.count - offset]) }
    }
  }
}
