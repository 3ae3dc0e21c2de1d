import Presentation
import Time
import TradingModel

/// A value axis: round steps over a range that has a height.
struct ValueAxis {
  let low: Double
  let high: Double
  let step: Double
  let ticks: [Double]

  /// Covers `values` (those that are numbers), widened by `padding` of the range; flat or empty ranges get some room.
  init(_ values: some Sequence<Double>, target: Int, padding: Double = 0.04) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite {
      low = min(low, Self.clamped(value))
      high = max(high, Self.clamped(value))
    }
    if low > high { (low, high) = (0, 1) }
    let size = max(low.magnitude, high.magnitude)
    if high - low <= size * 1e-9 {
      let room = size == 0 ? 1 : size * 0.01
      (low, high) = (low - room, high + room)
    } else {
      let room = (high - low) * padding
      (low, high) = (low - room, high + room)
    }
    self.init(low: low, high: high, target: target)
  }

  /// `low` < `high`, both within ±10²⁷.
  init(low: Double, high: Double, target: Int) {
    self.low = low
    self.high = high
    step = Self.roundStep((high - low) / Double(max(1, target)))
    let first = (low / step).rounded(.up)
    var ticks: [Double] = []
    if first.magnitude < 1e15 {
      var index = first
      while index * step <= high + step * 1e-9, ticks.count < 40 {
        ticks.append(index == 0 ? 0 : index * step)
        index += 1
      }
    }
    self.ticks = ticks
  }

  /// The nearest of 1, 2, 5 × 10ⁿ that is not smaller.
  static func roundStep(_ raw: Double) -> Double {
    guard raw.isFinite, raw > 1e-24 else { return 1e-24 }
    var unit = 1.0
    while unit > raw, unit > 1e-24 { unit /= 10 }
    while unit * 10 <= raw { unit *= 10 }
    for factor in [1.0, 2, 5] where unit * factor >= raw * (1 - 1e-9) { return unit * factor }
    return unit * 10
  }

  static func clamped(_ value: Double) -> Double { min(max(value, -1e24), 1e24) }
}

/// A time axis in UTC: ticks at round instants, with the larger unit below where it changes.
struct TimeAxis {
  struct Tick {
    let seconds: Double
    let label: String
    /// The larger unit ("2024", "5 Aug 2024"), on the first tick and where it changes.
    let parent: String
  }

  let start: Double
  let end: Double

  init(start: Timestamp, end: Timestamp) {
    self.start = start.drawnSeconds
    self.end = max(end.drawnSeconds, start.drawnSeconds)
  }

  private enum Step {
    case seconds(Int64, offset: Int64)
    case months(Int64)

    var length: Double {
      switch self {
      case .seconds(let count, _): Double(count)
      case .months(let count): Double(count) * 2_629_746
      }
    }
  }

  private static let steps: [Step] =
    [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800].map { .seconds($0, offset: 0) }
    // Weeks start on Monday: 1970-01-05.
    + [604_800, 1_209_600].map { .seconds($0, offset: 345_600) } + [1, 2, 3, 6, 12, 24, 60, 120, 240, 600].map { .months($0) }

  /// At most about `target` ticks.
  func ticks(target: Int) -> [Tick] {
    let wanted = end > start ? (end - start) / Double(max(1, target)) : 60
    let step = Self.steps.first { $0.length >= wanted } ?? .months(1_200)
    var instants = instants(step)
    if instants.isEmpty { instants = [start.rounded(.up) > end ? start.rounded(.down) : start.rounded(.up)] }
    var last = ""
    return instants.map { seconds in
      let (label, parent) = labels(Int64(seconds), step)
      defer { last = parent }
      return Tick(seconds: min(max(seconds, start), end), label: label, parent: parent == last ? "" : parent)
    }
  }

  private func instants(_ step: Step) -> [Double] {
    var result: [Double] = []
    switch step {
    case .seconds(let count, let offset):
      var at = (((start - Double(offset)) / Double(count)).rounded(.up)) * Double(count) + Double(offset)
      while at <= end, result.count < 40 {
        result.append(at)
        at += Double(count)
      }
    case .months(let count):
      let first = CivilDate.fromDaysSinceEpoch(Int64((start / 86_400).rounded(.down)))
      var month = CivilTime.floorDivide(first.year * 12 + first.month - 1, count) * count
      while result.count < 40 {
        let year = CivilTime.floorDivide(month, 12)
        let at = Double(CivilDate.daysSinceEpoch(year: year, month: month - year * 12 + 1, day: 1)) * 86_400
        guard at <= end else { break }
        if at >= start { result.append(at) }
        month += count
      }
    }
    return result
  }

  private func labels(_ seconds: Int64, _ step: Step) -> (label: String, parent: String) {
    let time = CivilTime(Timestamp(milliseconds: seconds * 1_000))
    let month = PageTime.monthName(time.month)
    switch step {
    case .seconds(let count, _) where count < 60:
      return (time.clock, "\(time.day) \(month) \(time.year)")
    case .seconds(let count, _) where count < 86_400: return (time.minute, "\(time.day) \(month) \(time.year)")
    case .seconds: return ("\(time.day) \(month)", "\(time.year)")
    case .months(let count) where count < 12: return (month, "\(time.year)")
    case .months: return ("\(time.year)", "")
    }
  }
}
