/// A value's stored properties, private ones included, as lines: equal lines, equal values. So a property that a snapshot forgets is seen.
enum Reflected {
  /// What may differ: tables that find by name (their slots depend on the order of adding), the order that was looked up last, and what was
  /// marked for a board that was not there.
  private static let ignored: Set<String> = [
    "names", "venueNumbers", "botTable", "symbolTable", "seriesTable", "last", "removedBots", "dirtyBots", "dirtyMarks", "localStrategies",
  ]

  static func lines(_ value: Any) -> [String] {
    var lines: [String] = []
    add(value, "", &lines)
    return lines
  }

  private static func add(_ value: Any, _ path: String, _ lines: inout [String]) {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .dictionary || mirror.displayStyle == .set {
      let parts = mirror.children.map { child in
        var part: [String] = []
        add(child.value, "", &part)
        return part.joined(separator: " ")
      }
      return lines.append("\(path) \(parts.sorted().joined(separator: "; "))")
    }
    guard !mirror.children.isEmpty else { return lines.append("\(path) \(value)") }
    for (index, child) in mirror.children.enumerated() {
      let label = child.label ?? "\(index)"
      if !ignored.contains(label) { add(child.value, "\(path).\(label)", &lines) }
    }
  }
}
