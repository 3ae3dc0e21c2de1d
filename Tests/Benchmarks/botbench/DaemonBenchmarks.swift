import Time
import CBounds
import Foundation
import Journal
import Strategies
import TradingCore
import TradingModel
import Venue

/// The daemon as a process with 10, 1,000 and 10,000 running bots: time from its start to ready, and resident memory.
enum DaemonBenchmarks {
  /// A program beside this one; `botd` may be named by `BOTD`.
  static func path(of program: String) throws -> String {
    let beside = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent().appendingPathComponent(program).path
    let path = (program == "botd" ? ProcessInfo.processInfo.environment["BOTD"] : nil) ?? beside
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw NoDaemon(description: "\(program) is not beside this program; build it")
    }
    return path
  }

  static var all: [Benchmark] {
    [(10, 50.0, 25.0), (1_000, nil, 35), (10_000, 1_000, 60)].flatMap { count, start, memory in
      [startUp(bots: count, hold: start), resident(bots: count, hold: memory)]
    }
  }

  private static func startUp(bots count: Int, hold: Double?) -> Benchmark {
    Benchmark(
      name: "daemon.start.\(count)", title: "start to ready with \(count) bots", unit: "ms",
      contestants: [
        Contestant(name: "ours") { try withDaemon(bots: count) { time, _ in time / 1e6 } },
        Contestant(name: "true + C scan") {
          try inFolder { folder in
            try writeState(bots: count, folder: folder + "/state")
            var bytes: UInt64 = 0
            let time = unsafe argv(["true"]) { unsafe bound_run($0) } + bound_journal_scan(folder + "/state/journal.sqlite", &bytes)
            return bytes > 0 ? Double(time) / 1e6 : nil
          }
        },
      ], rounds: 3, figureToHold: hold)
  }

  private static func resident(bots count: Int, hold: Double) -> Benchmark {
    Benchmark(
      name: "daemon.memory.\(count)", title: "resident memory with \(count) bots, 3 s after ready", unit: "MB",
      contestants: [
        Contestant(name: "ours") {
          try withDaemon(bots: count) { _, pid in
            Thread.sleep(forTimeInterval: 3)
            let kilobytes = bound_resident(pid)
            return kilobytes > 0 ? Double(kilobytes) / 1_024 : nil
          }
        },
        Contestant(name: "state on disk") {
          try inFolder { folder in
            try writeState(bots: count, folder: folder + "/state")
            let file = try FileManager.default.attributesOfItem(atPath: folder + "/state/journal.sqlite")
            return (file[.size] as? NSNumber).map { $0.doubleValue / 1_048_576 }
          }
        },
      ], rounds: 1, figureToHold: hold)
  }

  /// Starts a daemon on a state directory with so many running bots; `body` gets its nanoseconds to ready and its process id.
  private static func withDaemon(bots count: Int, _ body: (Double, Int32) throws -> Double?) throws -> Double? {
    try withDaemon(write: { try writeState(bots: count, folder: $0) }, body)
  }

  /// The same on a state directory that `write` makes.
  static func withDaemon(write: (String) throws -> Void, _ body: (Double, Int32) throws -> Double?) throws -> Double? {
    try inFolder { try withDaemon(at: $0, write: write, body) }
  }

  /// The same in a folder that stays.
  static func withDaemon(at folder: String, write: (String) throws -> Void, _ body: (Double, Int32) throws -> Double?) throws -> Double? {
    let program = try path(of: "botd")
    try write(folder + "/state")
    var pid: Int32 = -1
    let arguments = [
      program, "--mode", "simulated", "--speed", "1", "--state-dir", folder + "/state", "--listen", "unix:" + folder + "/botd.sock",
      "--log-level", "error",
    ]
    let time = unsafe argv(arguments) { unsafe bound_start($0, folder + "/ready", 60, &pid) }
    defer { if pid > 0 { _ = bound_stop(pid, 20) } }
    guard time > 0 else { return nil }
    return try body(Double(time), pid)
  }

  struct NoDaemon: Error, CustomStringConvertible {
    var description: String
  }

  static func argv<T>(_ arguments: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T) -> T {
    let copies = unsafe arguments.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    let pointers = unsafe copies.map { unsafe UnsafePointer<CChar>($0) } + [nil]
    return unsafe pointers.withUnsafeBufferPointer { buffer in
      // The list ends with NULL, so it is never empty.
      unsafe buffer.baseAddress.map(body) ?? body([nil])
    }
  }

  /// A journal of so many running bots, made by the core itself.
  private static func writeState(bots count: Int, folder: String) throws {
    let journal = try Journal.open(directory: folder)
    defer { journal.close() }
    var core = TradingCore(configuration: CoreConfiguration(mode: .simulated))
    var effects: [Effect] = []
    let time = Timestamp(milliseconds: 1_733_007_600_000)
    core.open(JournalIdentity(id: "benchmrk", mode: .simulated), at: time, effects: &effects)
    let symbols = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT"].compactMap { Symbol($0) }
    core.step(.rules(symbols.map { TradingRules(symbol: $0, baseAsset: "B", quoteAsset: "USDT") }), at: time, effects: &effects)
    for number in 0..<count {
      guard let id = BotID("bot-\(number)") else { continue }
      let configuration = BotConfiguration(
        id: id, symbol: symbols[number % symbols.count], parameters: ["period": "14"], capital: FixedDecimal(1_000))
      core.step(
        .command(CommandEnvelope(id: UInt64(number), requestID: "", fingerprint: 0, command: .createBot(configuration, start: true))),
        at: time, effects: &effects)
    }
    guard core.botCount == count else { throw NoDaemon(description: "only \(core.botCount) of \(count) bots could be made") }
    journal.append(effects.compactMap { if case .append(let entry) = $0 { entry } else { nil } }) { _ in }
    _ = try journal.flush()
  }
}
