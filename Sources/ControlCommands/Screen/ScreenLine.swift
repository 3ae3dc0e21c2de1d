/// Columns and rows of a terminal.
struct ScreenSize: Hashable, Sendable {
  var columns: Int
  var rows: Int
}

/// One line of a full screen: pieces of text, each in a style, from the left. A line is a value, so that two frames can be compared.
struct ScreenLine: Hashable, Sendable {
  private(set) var pieces: [Cell] = []
  /// Columns that the pieces take together.
  private(set) var width = 0
  /// The line of the cursor: shown inverted.
  var isMarked = false

  init() {}

  /// One piece of text.
  init(_ text: String, _ style: Style = .plain) { append(Cell(text, style)) }

  /// Adds a piece behind the others.
  mutating func append(_ cell: Cell) {
    guard !cell.text.isEmpty else { return }
    pieces.append(cell)
    width += DisplayWidth.of(cell.text)
  }

  /// Adds plain or styled text.
  mutating func append(_ text: String, _ style: Style = .plain) { append(Cell(text, style)) }

  /// Adds the pieces of another line.
  mutating func append(_ line: ScreenLine) { for piece in line.pieces { append(piece) } }

  /// Adds spaces until it is `columns` wide.
  mutating func pad(to columns: Int) {
    guard columns > width else { return }
    append(Cell(spaces: columns - width))
  }

  /// The line in at most `columns` columns; an ellipsis says that something is missing.
  func cut(to columns: Int) -> ScreenLine {
    guard width > columns else { return self }
    var line = ScreenLine()
    line.isMarked = isMarked
    guard columns > 0 else { return line }
    for piece in pieces {
      let room = columns - line.width
      guard DisplayWidth.of(piece.text) > room else {
        line.append(piece)
        continue
      }
      // A piece that ends exactly at the edge hides that others follow.
      line.append(Cell(room > 0 ? DisplayWidth.cut(piece.text, to: room) : "", piece.style))
      break
    }
    return line
  }

  /// The same line in one style throughout.
  func styled(_ style: Style) -> ScreenLine {
    var line = ScreenLine()
    line.isMarked = isMarked
    for piece in pieces { line.append(Cell(piece.text, style)) }
    return line
  }

  /// Its text, without styles and without the spaces at its end.
  var text: String {
    var text = pieces.map(\.text).joined()
    while text.last == " " { text.removeLast() }
    return text
  }

  /// `left` and `right` at the two edges of a line of `columns` columns. The right one gives way where there is no room for both.
  static func edges(_ left: ScreenLine, _ right: ScreenLine, columns: Int) -> ScreenLine {
    guard left.width + 1 + right.width <= columns else { return left.cut(to: columns) }
    var line = left
    line.pad(to: columns - right.width)
    line.append(right)
    return line
  }
}

extension Cell {
  /// Nothing but spaces.
  init(spaces count: Int) { self.init(String(repeating: " ", count: max(0, count))) }
}
