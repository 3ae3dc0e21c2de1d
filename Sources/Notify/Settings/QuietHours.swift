import Foundation
import Presentation
public import Time

/// Hours of the day in which only what is urgent is told at once; the rest is told when they end.
public struct QuietHours: Sendable, Hashable {
  /// Seconds after midnight, by the zone's clocks.
  public var from: Int
  /// The same; smaller than ``from``: on the next day.
  public var to: Int
  /// Name of the time zone.
  public var zone: String
  /// The least level that is told at once all the same.
  public var except: Level

  /// `22:00-07:00`; `nil` when it is none.
  init?(_ text: String, zone: String, except: Level) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Self.clock(SectionFile.trimmed($0)) }
    guard ends.count == 2, let from = ends[0], let to = ends[1], from != to else { return nil }
    self.from = from
    self.to = to
    self.zone = zone
    self.except = except
  }

  private static func clock(_ text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let hours = Int(parts[0]), let minutes = Int(parts[1]), hours < 24, minutes < 60
    else { return nil }
    return hours * 3_600 + minutes * 60
  }

  /// When the quiet hours that `now` lies in end; `nil` outside of them. The clocks' changes shift the end by their hour at most until it is
  /// asked again.
  public func end(at now: Timestamp) -> Timestamp? {
    let second = Zone.civil(now, zone).secondOfDay
    let isQuiet = from < to ? (from..<to).contains(second) : second >= from || second < to
    guard isQuiet else { return nil }
    let left = (to - second + 86_400) % 86_400
    // At most an hour ahead, so that a change of the clocks meanwhile is seen.
    return now.advanced(byNanoseconds: Int64(min(left == 0 ? 86_400 : left, 3_600)) * 1_000_000_000)
  }
}

/// Clocks of time zones.
enum Zone {
  static func isKnown(_ name: String) -> Bool { name == "UTC" || name == "local" || TimeZone(identifier: name) != nil }

  /// What the zone's clocks show.
  static func civil(_ time: Timestamp, _ name: String) -> CivilTime {
    guard name != "UTC", let zone = name == "local" ? TimeZone.current : TimeZone(identifier: name) else { return CivilTime(time) }
    let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.milliseconds) / 1_000))
    return CivilTime(time.advanced(byNanoseconds: Int64(seconds) * 1_000_000_000))
  }
}
