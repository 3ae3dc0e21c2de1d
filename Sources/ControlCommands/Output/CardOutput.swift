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

  func lines(_ card: [CardLine]) -> [String] {
    let width = card.filter { !$0.isHeading }.map { DisplayWidth.of($0.label) }.max() ?? 0
    return card.map { line in
      if line.isHeading { return styled ? Style.bold.apply(line.label) : line.label }
      let padding = String(repeating: " ", count: width - DisplayWidth.of(line.label))
      let text = line.cell.text.isEmpty ? Cell("-", .dim) : line.cell
      let label = styled ? Style.dim.apply(line.label) : line.label
      return "\(label)\(padding)  \(styled ? text.style.apply(text.text) : text.text)"
    }
  }
}
