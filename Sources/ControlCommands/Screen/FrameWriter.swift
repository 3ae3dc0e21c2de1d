/// What a terminal can show.
struct ScreenPen: Hashable, Sendable {
  /// Colours, bold, inverted.
  let isStyled: Bool
  /// Anything beyond ASCII.
  let isUnicode: Bool

  /// As the environment says: NO_COLOR and `noColor` switch styles off; a locale that is not UTF-8, and the console of Linux whose font lacks
  /// the signs, get ASCII.
  init(variables: [String: String], noColor: Bool) {
    isStyled = !noColor && (variables["NO_COLOR"] ?? "").isEmpty
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { variables[$0] }.first { !$0.isEmpty } ?? ""
    let spelled = locale.lowercased()
    isUnicode = (spelled.contains("utf-8") || spelled.contains("utf8")) && variables["TERM"] != "linux"
  }

  init(isStyled: Bool, isUnicode: Bool) {
    self.isStyled = isStyled
    self.isUnicode = isUnicode
  }

  /// The bytes that show `pieces`.
  func text(_ pieces: some Sequence<Cell>, isMarked: Bool) -> String {
    var result = isMarked && isStyled ? Self.inverted : ""
    var isChanged = isMarked && isStyled
    for piece in pieces {
      let text = isUnicode ? piece.text : Self.ascii(piece.text)
      guard isStyled, piece.style != .plain else {
        result += text
        continue
      }
      result += piece.style.code + text + Self.reset + (isMarked ? Self.inverted : "")
      isChanged = isMarked
    }
    return isChanged ? result + Self.reset : result
  }

  private static let inverted = "\u{1B}[7m"
  private static let reset = "\u{1B}[0m"

  /// `text` with one ASCII character for each column: what the screen itself draws has a stand-in, anything else is "?".
  static func ascii(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var result = ""
    for character in text {
      if character.isASCII {
        result.append(character)
      } else if let standIn = standIns[character] {
        result.append(standIn)
      } else {
        result += String(repeating: "?", count: DisplayWidth.of(character))
      }
    }
    return result
  }

  private static let standIns: [Character: Character] = [
    "…": "~", "─": "-", "·": "-", "↑": "^", "↓": "v", "µ": "u", "\u{2212}": "-", "▁": "_", "▂": "_", "▃": ".", "▄": "-", "▅": "-", "▆": "=",
    "▇": "^", "█": "#",
  ]
}

/// Turns frames into what must be written so that the terminal shows them: only what differs from the frame before, each change at its place.
struct FrameWriter: Sendable {
  let pen: ScreenPen
  private var shown: [ScreenLine]?
  private var size = ScreenSize(columns: 0, rows: 0)

  init(pen: ScreenPen) { self.pen = pen }

  /// Nothing is known about what the terminal shows: the next frame is written whole.
  mutating func forget() { shown = nil }

  /// What to write; empty when nothing changed. Every line of `frame` is at most as wide as `size` says; there are as many as rows.
  mutating func update(_ frame: [ScreenLine], size: ScreenSize) -> String {
    if size != self.size { shown = nil }
    self.size = size
    defer { shown = frame }
    guard let before = shown else {
      var text = "\u{1B}[0m\u{1B}[2J"
      for (row, line) in frame.enumerated() where line.width > 0 {
        text += Self.place(row, 0) + pen.text(line.pieces, isMarked: line.isMarked)
      }
      return text
    }
    var text = ""
    for (row, line) in frame.enumerated() {
      let old = row < before.count ? before[row] : ScreenLine()
      if line != old { text += change(row, from: old, to: line) }
    }
    return text
  }

  /// What turns one line into another: leaves out the pieces at both ends that stay.
  private func change(_ row: Int, from old: ScreenLine, to new: ScreenLine) -> String {
    var first = 0
    var column = 0
    if old.isMarked == new.isMarked {
      while first < min(old.pieces.count, new.pieces.count), old.pieces[first] == new.pieces[first] {
        column += DisplayWidth.of(new.pieces[first].text)
        first += 1
      }
    }
    var end = new.pieces.count
    if old.isMarked == new.isMarked, old.width == new.width {
      var oldEnd = old.pieces.count
      while end > first, oldEnd > first, old.pieces[oldEnd - 1] == new.pieces[end - 1] {
        end -= 1
        oldEnd -= 1
      }
    }
    // Erased first: behind the last column there is nothing to erase, and the cursor would stand on the column before.
    let erase = new.width < old.width ? "\u{1B}[K" : ""
    return Self.place(row, column) + erase + pen.text(new.pieces[first..<end], isMarked: new.isMarked)
  }

  private static func place(_ row: Int, _ column: Int) -> String { "\u{1B}[\(row + 1);\(column + 1)H" }
}
