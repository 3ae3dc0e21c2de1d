/// What a terminal shows after the bytes it got: enough of one for a full screen and for a shell around it.
public struct TerminalEmulator: Sendable {
  public private(set) var columns: Int
  public private(set) var rows: Int
  /// A cell for each column; the second one of a wide character is empty.
  private var cells: [[String]]
  private var row = 0
  private var column = 0
  private var waiting: [UInt8] = []
  /// Private modes that are on, for example 1049: the other screen.
  public private(set) var modes: Set<Int> = [25, 7]
  /// Colours, bold and the like were used.
  public private(set) var hasStyles = false
  /// Sequences that it does not know.
  public private(set) var unknown: [String] = []
  /// Lines that something was written to since ``forgetWrites()``.
  public private(set) var written: Set<Int> = []

  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Self.blank(columns, rows)
  }

  private static func blank(_ columns: Int, _ rows: Int) -> [[String]] {
    Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  /// Its window has another size; what it shows is lost.
  public mutating func resize(columns: Int, rows: Int) {
    (self.columns, self.rows, row, column) = (columns, rows, 0, 0)
    cells = Self.blank(columns, rows)
  }

  public mutating func forgetWrites() { written = [] }

  /// The lines without the spaces at their ends.
  public var lines: [String] {
    cells.map { line in
      var text = line.joined()
      while text.last == " " { text.removeLast() }
      return text
    }
  }

  public var text: String { lines.joined(separator: "\n") }

  /// Takes what a program wrote.
  public mutating func take(_ bytes: some Sequence<UInt8>) {
    waiting += bytes
    var index = 0
    while index < waiting.count, let count = step(at: index) { index += count }
    waiting.removeFirst(index)
  }

  /// Handles one character or sequence; how many bytes it had, nil: more must come.
  private mutating func step(at index: Int) -> Int? {
    let byte = waiting[index]
    switch byte {
    case 0x1B: return sequence(at: index)
    case 0x0D: column = 0
    case 0x0A: newLine()
    case 0x08: column = max(0, column - 1)
    case 0x00...0x1F: break
    case 0x20...0x7E: put(String(UnicodeScalar(byte)), width: 1)
    default:
      let count = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      guard index + count <= waiting.count else { return nil }
      let text = String(decoding: waiting[index..<index + count], as: UTF8.self)
      put(text, width: Self.width(text.unicodeScalars.first?.value ?? 0))
      return count
    }
    return 1
  }

  private static func width(_ scalar: UInt32) -> Int {
    switch scalar {
    case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: 0
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFF00...0xFF60, 0x1F300...0x1FAFF: 2
    default: 1
    }
  }

  private mutating func put(_ text: String, width: Int) {
    guard row < rows, columns > 0 else { return }
    if width == 0 {
      if column > 0 { cells[row][column - 1] += text }
      return
    }
    if column + width > columns {
      guard modes.contains(7) else {
        column = columns - width
        return put(text, width: width)
      }
      column = 0
      newLine()
    }
    written.insert(row)
    cells[row][column] = text
    if width == 2 { cells[row][column + 1] = "" }
    column += width
  }

  private mutating func newLine() {
    if row + 1 < rows {
      row += 1
    } else {
      cells.removeFirst()
      cells.append(Array(repeating: " ", count: columns))
    }
  }

  private mutating func sequence(at index: Int) -> Int? {
    guard index + 1 < waiting.count else { return nil }
    guard waiting[index + 1] == UInt8(ascii: "[") else { return 2 }
    guard let end = waiting[(index + 2)...].firstIndex(where: { (0x40...0x7E).contains($0) }) else { return nil }
    let text = String(decoding: waiting[(index + 2)..<end], as: UTF8.self)
    let isPrivate = text.hasPrefix("?")
    let numbers = text.drop { $0 == "?" }.split(separator: ";").map { Int($0) ?? 0 }
    switch (waiting[end], isPrivate) {
    case (UInt8(ascii: "H"), false):
      row = min(max((numbers.first ?? 1) - 1, 0), rows - 1)
      column = min(max((numbers.count > 1 ? numbers[1] : 1) - 1, 0), columns - 1)
    case (UInt8(ascii: "J"), false): cells = Self.blank(columns, rows)
    case (UInt8(ascii: "K"), false):
      written.insert(row)
      for place in min(column, columns)..<columns { cells[row][place] = " " }
    case (UInt8(ascii: "m"), false): if numbers.contains(where: { $0 != 0 }) { hasStyles = true }
    case (UInt8(ascii: "h"), true): modes.formUnion(numbers)
    case (UInt8(ascii: "l"), true):
      modes.subtract(numbers)
      if numbers.contains(1049) { cells = Self.blank(columns, rows) }
    default: unknown.append(String(decoding: waiting[index...end], as: UTF8.self))
    }
    return end + 1 - index
  }
}
