import Presentation
import TradingModel

/// Equity over the last hour, for a line of little bars. Pure state, bounded.
struct EquityTrace: Hashable, Sendable {
  struct Sample: Hashable, Sendable {
    /// Nanoseconds since 1970, by the daemon's time.
    var time: Int64
    /// In units of 10⁻⁸.
    var equity: Int128
  }

  /// How far back it goes, in nanoseconds.
  static let span: Int64 = 3_600_000_000_000
  /// Samples that are nearer than this are one, the last of them.
  static let step: Int64 = 5_000_000_000

  /// More than any account holds; below it nothing here can overflow.
  private static let equityMaximum: UInt128 = 1_000_000_000_000_000_000_000_000_000_000

  /// In order of time.
  private(set) var samples: [Sample] = []

  /// Takes what the daemon said. What is not newer than the last sample, and what is no decimal, changes nothing.
  mutating func append(time: Int64, equity text: String) {
    guard time > Self.span, let equity = DecimalText.units(text), equity.magnitude < Self.equityMaximum else { return }
    if let last = samples.last {
      guard time > last.time else { return }
      if time / Self.step == last.time / Self.step { samples.removeLast() }
    }
    samples.append(Sample(time: time, equity: equity))
    // One from before the span stays: it says what the span began with.
    while samples.count > 1, samples[1].time <= time - Self.span { samples.removeFirst() }
  }

  /// Equity at the ends of `count` equal parts of the span up to the last sample; nil before the first one.
  func values(_ count: Int) -> [Int128?] {
    guard let last = samples.last, count > 0 else { return [] }
    var values: [Int128?] = []
    var next = 0
    var value: Int128?
    for part in 1...count {
      let end = last.time - Self.span + Int64((Int128(Self.span) * Int128(part)) / Int128(count))
      while next < samples.count, samples[next].time <= end {
        value = samples[next].equity
        next += 1
      }
      values.append(value)
    }
    return values
  }

  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// One bar a column, the lowest value at the bottom; empty without samples.
  func bars(_ columns: Int) -> String {
    let values = values(columns)
    let known = values.compactMap(\.self)
    guard let low = known.min(), let high = known.max() else { return "" }
    return String(
      values.map { value in
        guard let value else { return " " }
        guard high > low else { return Self.bars[0] }
        let level = Int((value - low) * Int128(Self.bars.count - 1) / (high - low))
        return Self.bars[min(max(level, 0), Self.bars.count - 1)]
      })
  }
}
