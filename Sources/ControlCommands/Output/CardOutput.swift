/// A value that knows how it looks as a list of labelled lines.
protocol CardSource {
  var card: [CardLine] { get }
}

/// One line of a card.
package struct CardLine: Sendable, Hashable {
  let label: String
  let cell: Cell
  let isHeading: Bool

  /// A label and plain text behind it.
  package init(_ label: String, _ text: String, _ style: Style = .plain) {
    self.label = label
    cell = Cell(text, style)
    isHeading = false
  }

  /// A label and a cell behind it.
  package init(_ label: String, _ cell: Cell) {
    self.label = label
    self.cell = cell
    isHeading = false
  }

  private init(heading: String) {
    label = heading
    cell = Cell("")
    isHeading = true
  }

  /// A line of its own above a group.
  package static func heading(_ text: String) -> CardLine { CardLine(heading: text) }
}

/// Lays out labelled lines.
struct CardOutput {
  let styled: Bool
  /// Columns of the terminal, at which long texts go on below; nil: unlimited.
  var width: Int?
  /// Fewer columns than this are not filled line by line.
  private static let textMinimum = 12

  func lines(_ card: [CardLine]) -> [String] {
    let labels = card.filter { !$0.isHeading }.map { DisplayWidth.of($0.label) }.max() ?? 0
    return card.flatMap { line -> [String] in
      if line.isHeading {
        return DisplayWidth.wrap(line.label, to: width ?? .max).map { styled ? Style.bold.apply($0) : $0 }
      }
      let text = line.cell.text.isEmpty ? Cell("-", .dim) : line.cell
      let room = width.map { max(Self.textMinimum, $0 - labels - 2) } ?? .max
      let indent = String(repeating: " ", count: labels + 2)
      return DisplayWidth.wrap(text.text, to: room).enumerated().map { index, part in
        let shown = styled ? text.style.apply(part) : part
        guard index == 0 else { return indent + shown }
        let padding = String(repeating: " ", count: labels - DisplayWidth.of(line.label))
        let label = styled ? Style.dim.apply(line.label) : line.label
        return "\(label)\(padding)  \(shown)"
      }
    }
  }
}
