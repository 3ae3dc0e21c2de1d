import Foundation
import TestSupport
import Time
import TradingModel

@testable import Notify

/// Happenings and settings of tests.
enum Sample {
  static let noon = Timestamp(milliseconds: 1_790_000_000_000)

  static func at(_ seconds: Int64) -> Timestamp { noon.advanced(byNanoseconds: seconds * 1_000_000_000) }

  static func fill(_ sequence: Int64, at time: Timestamp = noon, profit: String? = nil, bot: String = "btc-rsi") -> Happening {
    Happening(
      sequence: sequence, time: time, kind: .trade, level: .info, bot: bot, symbol: "BTCUSDT", code: profit == nil ? "buy" : "sell",
      what: "fill \(sequence)", profit: profit.flatMap { FixedDecimal(text: $0) }, asset: "USDT")
  }

  static func alert(_ sequence: Int64, _ level: Level, at time: Timestamp = noon, code: String = "ORDER_REFUSED") -> Happening {
    Happening(sequence: sequence, time: time, kind: .alert, level: level, bot: "btc-rsi", code: code, what: "alert \(sequence)")
  }

  static func settings(_ text: String, environment: [String: String] = [:]) throws -> NotifySettings {
    try NotifySettings.parse(text, name: "rules", environment: environment)
  }

  /// A file of mode 0600 with a secret.
  static func secret(_ directory: TemporaryDirectory, _ name: String, _ text: String) throws -> String {
    let path = directory.file(name)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    chmod(path, 0o600)
    return path
  }

  /// A webhook channel `hook` that is told fills and alerts, after `group`.
  static func lane(_ more: String = "", rule: String = "", group: String = "10s", memory: Lane.Memory = Lane.Memory()) throws
    -> LaneUnderTest
  {
    let settings = try settings(
      "[channel hook]\ntype = webhook\nurl = http://127.0.0.1:1/\n\(more)\n[rule all]\nkind = trade, alert\nto = hook\ngroup = \(group)\n\(rule)\n"
    )
    return LaneUnderTest(Lane(channel: settings.channels[0], rules: settings.rules, zone: settings.zone, memory: memory))
  }
}

/// A lane that expectations may change.
final class LaneUnderTest {
  private var lane: Lane

  init(_ lane: Lane) { self.lane = lane }

  var memory: Lane.Memory { lane.memory }
  func begin(after sequence: Int64, time: Timestamp) { lane.begin(after: sequence, time: time) }
  func take(_ happening: Happening, now: Timestamp) { lane.take(happening, now: now) }
  func note(_ happening: Happening, now: Timestamp) -> Bool { lane.note(happening, now: now) }
  func gather(_ isPast: Bool, now: Timestamp) { lane.gather(isPast, now: now) }
  func delivered(now: Timestamp) { lane.delivered(now: now) }
  func failed(_ failure: DeliveryFailure, now: Timestamp, jitter: UInt64) { lane.failed(failure, now: now, jitter: jitter) }
  func next(now: Timestamp) -> Lane.Step { lane.next(now: now) { "id-\($0)" } }

  /// The message that is to be sent now.
  func message(_ now: Timestamp) -> Message? {
    if case .send(let message) = next(now: now) { message } else { nil }
  }
}

extension Sample {
  /// "2026-01-10T20:59:59Z"
  static func time(_ text: String) -> Timestamp {
    let date = ISO8601DateFormatter().date(from: text) ?? Date(timeIntervalSince1970: 0)
    return Timestamp(milliseconds: Int64(date.timeIntervalSince1970) * 1_000)
  }
}

/// Asks `condition` again and again until it holds, at most `seconds`; other tasks go on meanwhile.
func soon(within seconds: Double = 60, _ condition: () -> Bool) async -> Bool {
  let clock = ContinuousClock()
  let deadline = clock.now.advanced(by: .seconds(seconds))
  while !condition() {
    if clock.now > deadline { return false }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return true
}

/// Runs what blocks on a thread of its own.
func aside<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
    Thread { continuation.resume(with: Result { try body() }) }.start()
  }
}
