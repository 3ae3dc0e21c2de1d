/// What reading changed about a file's candles because it was told to.
public struct CandleRepairs: Hashable, Sendable {
  /// Descriptions kept; later repairs are only counted.
  public static let descriptionsMaximum = 10

  /// Candles inserted where some were missing.
  public internal(set) var gapsFilled = 0
  /// Rows dropped.
  public internal(set) var skippedRows = 0
  /// The first repairs in words, dropped rows before filled gaps, each with its line number: "line 7: high 1 is below low 2".
  public internal(set) var descriptions: [String] = []

  public init() {}

  /// Whether the candles are the file's own.
  public var isEmpty: Bool { gapsFilled == 0 && skippedRows == 0 }

  mutating func skipped(line: Int, _ problem: @autoclosure () -> String) {
    skippedRows += 1
    describe(line: line, problem())
  }

  mutating func filled(line: Int, count: Int, _ what: @autoclosure () -> String) {
    gapsFilled += count
    describe(line: line, what())
  }

  private mutating func describe(line: Int, _ text: @autoclosure () -> String) {
    guard descriptions.count < Self.descriptionsMaximum else { return }
    descriptions.append("line \(line): \(text())")
  }
}
