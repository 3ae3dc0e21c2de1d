import Presentation
import Time

/// Times in the sentences of notify's own.
enum TimeTextUTC {
  /// "2026-11-24 16:39:48 UTC"
  static func text(_ time: Timestamp) -> String { TimeText.dateTime(time) + " UTC" }
}
