public import Time

/// The one reader of times that people write on the command line, and the calendar of their time zone.
///
/// Without an offset of its own a time is read in the reader's zone. A time that the clocks leave out there counts as the same length after
/// the last that they showed (02:30 as 03:30), one that they show twice as the first.
public struct TimeReader: Sendable {
  /// What the words count from.
  public let now: Timestamp
  private let offsetSeconds: @Sendable (Timestamp) -> Int64

  /// - Parameter offsetSeconds: what the zone's clocks were ahead of UTC at a time.
  public init(now: Timestamp, offsetSeconds: @escaping @Sendable (Timestamp) -> Int64 = { _ in 0 }) {
    self.now = now
    self.offsetSeconds = offsetSeconds
  }

  /// What ``timestamp(_:)`` reads, in words.
  public static let forms =
    "2026-10-01, 2026-10-01T14:30, 2026-10-01T14:30:00+02:00, 2026-10, now, today, yesterday, 7d, 12h, 30m, 2w (back from now), or "
    + "milliseconds since 1970"

  /// Parts of a calendar that results are grouped by.
  public enum Unit: String, Sendable, CaseIterable { case day, week, month }

  /// Reads a time; `nil` when it is none of the ``forms``.
  public func timestamp(_ text: String) -> Timestamp? {
    switch text {
    case "now": return now
    case "today": return start(of: .day, containing: now)
    case "yesterday": return start(of: .day, containing: start(of: .day, containing: now).advanced(byNanoseconds: -1))
    default: break
    }
    if let back = Self.length(text) { return now.advanced(byNanoseconds: -back) }
    if text.utf8.allSatisfy({ (48...57).contains($0) }) { return TimeText.timestamp(text) }
    if text.utf8.count == 7 { return TimeText.timestamp(text + "-01").map(instant) }
    return dated(text)
  }

  /// "7d" in nanoseconds.
  private static func length(_ text: String) -> Int64? {
    let units: [Character: Int64] = ["m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
    guard let unit = text.last.flatMap({ units[$0] }) else { return nil }
    let digits = text.dropLast()
    guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int64(digits) else {
      return nil
    }
    return count * unit * 1_000_000_000
  }

  /// A date, with a time and an offset (RFC 3339) if they follow.
  private func dated(_ text: String) -> Timestamp? {
    var rest = text[...]
    if rest.utf8.count > 10, rest.dropFirst(10).first == " " || rest.dropFirst(10).first == "t" {
      rest = rest.prefix(10) + "T" + rest.dropFirst(11)
    }
    var offset: Int64?
    if rest.utf8.count > 10, let last = rest.last, last == "Z" || last == "z" {
      rest = rest.dropLast()
      offset = 0
    } else if rest.utf8.count >= 22, let sign = rest.dropLast(5).last, sign == "+" || sign == "-" {
      guard let seconds = Self.offset(rest.suffix(5)) else { return nil }
      offset = sign == "-" ? -seconds : seconds
      rest = rest.dropLast(6)
    }
    var fraction: Int64 = 0
    if let point = rest.firstIndex(of: ".") {
      guard rest[..<point].utf8.count == 19, let nanoseconds = Self.fraction(rest[rest.index(after: point)...]) else { return nil }
      fraction = nanoseconds
      rest = rest[..<point]
    }
    guard !rest.hasSuffix("Z"), let civil = TimeText.timestamp(String(rest)) else { return nil }
    let whole = offset.map { civil.advanced(byNanoseconds: -$0 * 1_000_000_000) } ?? instant(civil)
    return whole.advanced(byNanoseconds: fraction)
  }

  /// "02:00" in seconds.
  private static func offset(_ text: Substring) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let hours = Int64(parts[0]), let minutes = Int64(parts[1]), hours < 24, minutes < 60
    else { return nil }
    return hours * 3_600 + minutes * 60
  }

  /// Up to nine digits behind a point, in nanoseconds.
  private static func fraction(_ digits: Substring) -> Int64? {
    guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int64(digits + String(repeating: "0", count: 9 - digits.utf8.count))
  }

  // MARK: Calendar

  /// The instant at which the zone's clocks showed what `civil` shows in UTC.
  private func instant(_ civil: Timestamp) -> Timestamp {
    let day: Int64 = 86_400_000_000_000
    let offsets = [offsetSeconds(civil.advanced(byNanoseconds: -day)), offsetSeconds(civil.advanced(byNanoseconds: day))]
    let candidates = offsets.map { ($0, civil.advanced(byNanoseconds: -$0 * 1_000_000_000)) }
    let shown = candidates.filter { offsetSeconds($0.1) == $0.0 }.map(\.1)
    return shown.min() ?? candidates[0].1
  }

  /// What the zone's clocks showed.
  private func civil(_ time: Timestamp) -> CivilTime { CivilTime(time.advanced(byNanoseconds: offsetSeconds(time) * 1_000_000_000)) }

  private func midnight(_ days: Int64) -> Timestamp { instant(Timestamp(milliseconds: days * 86_400_000)) }

  private static func days(_ civil: CivilTime) -> Int64 {
    CivilDate.daysSinceEpoch(year: Int64(civil.year), month: Int64(civil.month), day: Int64(civil.day))
  }

  /// When the day, the week (from Monday on) or the month of a time began.
  public func start(of unit: Unit, containing time: Timestamp) -> Timestamp {
    let civil = civil(time)
    let days = Self.days(civil)
    switch unit {
    case .day: return midnight(days)
    // 1970-01-01 was a Thursday.
    case .week: return midnight(days - (days + 3 - CivilTime.floorDivide(days + 3, 7) * 7))
    case .month: return midnight(days - Int64(civil.day - 1))
    }
  }

  /// When the next one begins.
  public func end(of unit: Unit, containing time: Timestamp) -> Timestamp {
    let civil = civil(start(of: unit, containing: time))
    let days = Self.days(civil)
    switch unit {
    case .day: return midnight(days + 1)
    case .week: return midnight(days + 7)
    case .month:
      let isLast = civil.month == 12
      return midnight(
        CivilDate.daysSinceEpoch(year: Int64(civil.year + (isLast ? 1 : 0)), month: Int64(isLast ? 1 : civil.month + 1), day: 1))
    }
  }

  /// The name of the day ("2026-10-03"), of the week by its Monday, or of the month ("2026-10").
  public func name(of unit: Unit, containing time: Timestamp) -> String {
    let date = civil(start(of: unit, containing: time)).date
    return unit == .month ? String(date.prefix(7)) : date
  }

  /// A month as "2026-10", from its beginning to that of the next; `nil` when it is none.
  public func month(_ text: String) -> Range<Timestamp>? {
    guard text.utf8.count == 7, let first = TimeText.timestamp(text + "-01").map(instant) else { return nil }
    return first..<end(of: .month, containing: first)
  }
}
