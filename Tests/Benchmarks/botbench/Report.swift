/// A benchmark's medians as lines of a table.
struct Report {
  struct Row {
    var name: String
    /// The median; `nil` when some round had no figure.
    var figure: Double?
    /// Ours ÷ this one, the median over rounds.
    var ratio: Double?
  }

  let benchmark: Benchmark
  let rows: [Row]

  /// Whether everybody has a figure.
  var isComplete: Bool { rows.allSatisfy { $0.figure != nil } }

  static let header =
    pad("benchmark", 24) + pad("who", 16) + padLeft("median", 14) + "  " + pad("unit", 12) + padLeft("ours ÷ it", 10) + "  holds"

  var lines: [String] {
    var lines: [String] = []
    for (index, row) in rows.enumerated() {
      let figure = row.figure.map { decimal($0, benchmark.digits) } ?? "MISSING"
      let ratio = index == 0 ? "" : row.ratio.map { decimal($0, 2) } ?? ""
      lines.append(
        pad(index == 0 ? benchmark.name : "", 24) + pad(row.name, 16) + padLeft(figure, 14) + "  " + pad(benchmark.unit, 12)
          + padLeft(ratio, 10) + verdict(index))
    }
    return lines
  }

  /// Against the figure for ours, against the ratio for the bound.
  private func verdict(_ index: Int) -> String {
    let sign = benchmark.isRate ? "≥" : "≤"
    if index == 0, let figure = rows[0].figure, let hold = benchmark.figureToHold {
      return "  \(holds(figure, hold) ? "yes" : "NO ") \(sign) \(decimal(hold, benchmark.digits))"
    }
    if index == 1, let ratio = rows[1].ratio, let hold = benchmark.ratioToHold {
      return "  \(holds(ratio, hold) ? "yes" : "NO ") \(sign) \(decimal(hold, 2)) ×"
    }
    return ""
  }

  private func holds(_ value: Double, _ bound: Double) -> Bool { benchmark.isRate ? value >= bound : value <= bound }
}

/// A number with grouped thousands and `digits` fractional digits.
func decimal(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let units = Int64((abs(value) * scale).rounded())
  let whole = String(units / Int64(scale))
  var grouped = ""
  for (index, character) in whole.enumerated() {
    if index > 0, (whole.count - index) % 3 == 0 { grouped.append(",") }
    grouped.append(character)
  }
  let fraction = digits == 0 ? "" : "." + String(String(units % Int64(scale) + Int64(scale)).dropFirst())
  return (value < 0 ? "-" : "") + grouped + fraction
}

private func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
private func padLeft(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(1, width - text.count)) + text }
