package import ArgumentParser
import Foundation
package import Presentation
import ServiceRuntime
import Time

/// `--since`, `--until` and `--time-zone` of every command that asks for a stretch of time.
package struct TimeRangeOptions: ParsableArguments {
  package init() {}

  @Option(
    help: ArgumentHelp(
      "Only from this time on: \(TimeReader.forms). UTC where no offset and no --time-zone says otherwise.", valueName: "time"))
  var since: String?

  @Option(help: ArgumentHelp("Only before this time (a date: before that day begins). Same forms.", valueName: "time"))
  var until: String?

  @OptionGroup package var zone: TimeZoneOption

  /// Whether a time was asked for.
  var isGiven: Bool { since != nil || until != nil }

  /// The range in nanoseconds since the epoch; 0 where there is no bound.
  ///
  /// - Throws: a failure with exit code 2 that names the option.
  package func range() throws(CommandFailure) -> (from: Int64, to: Int64) {
    let reader = try zone.reader()
    let from = try time(since, "--since", reader)
    let to = try time(until, "--until", reader)
    guard from == 0 || to == 0 || from < to else {
      throw CommandFailure(.usage, "--until: must be later than --since (\(TimeText.rfc3339(Timestamp(nanoseconds: from))))")
    }
    return (from, to)
  }

  private func time(_ text: String?, _ option: String, _ reader: TimeReader) throws(CommandFailure) -> Int64 {
    guard let text else { return 0 }
    guard let time = reader.timestamp(text), time >= .zero else {
      throw CommandFailure(.usage, "\(option): \"\(text.prefix(40))\" is no time: write \(TimeReader.forms)")
    }
    return max(1, time.nanoseconds)
  }

  /// What an empty list says after "no trades".
  func words() throws(CommandFailure) -> String {
    let (from, to) = try range()
    func shown(_ time: Int64) -> String { TimeText.rfc3339(Timestamp(nanoseconds: time)) }
    return (from > 0 ? " since \(shown(from))" : "") + (to > 0 ? " before \(shown(to))" : "")
  }
}

/// `--time-zone`: whose days and months are meant.
package struct TimeZoneOption: ParsableArguments {
  package init() {}

  @Option(
    name: .customLong("time-zone"),
    help: ArgumentHelp("Whose days and clocks are meant: UTC, local, or a name such as Europe/Berlin.", valueName: "zone"))
  var timeZone = "UTC"

  /// Reads times of the zone.
  ///
  /// - Throws: a failure with exit code 2 for a zone that is not known.
  package func reader() throws(CommandFailure) -> TimeReader {
    let now = WallClock.now()
    switch timeZone {
    case "UTC", "utc": return TimeReader(now: now)
    case "local": return Self.reader(.current, now)
    default:
      guard let zone = TimeZone(identifier: timeZone) else {
        throw CommandFailure(
          .usage, "--time-zone: \"\(timeZone.prefix(40))\" is not known; write UTC, local, or a name such as Europe/Berlin")
      }
      return Self.reader(zone, now)
    }
  }

  private static func reader(_ zone: TimeZone, _ now: Timestamp) -> TimeReader {
    TimeReader(now: now) { Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0.milliseconds) / 1_000))) }
  }

  /// The zone's name, for results.
  package var name: String { timeZone == "local" ? TimeZone.current.identifier : timeZone == "utc" ? "UTC" : timeZone }
}
