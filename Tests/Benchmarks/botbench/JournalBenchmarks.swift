import Time
import CBounds
import Foundation
import Journal
import TradingCore
import TradingModel
import Venue

/// Durable records per second: each waited for singly, and in groups of 64.
enum JournalBenchmarks {
  static var all: [Benchmark] {
    [benchmark("journal.single", group: 1, commits: 200, hold: 0.8), benchmark("journal.groups", group: 64, commits: 100, hold: 0.7)]
  }

  private static func benchmark(_ name: String, group: Int, commits: Int, hold: Double) -> Benchmark {
    Benchmark(
      name: name, title: "durable records, \(group == 1 ? "one commit each" : "\(group) a commit")", unit: "records/s",
      contestants: [
        Contestant(name: "ours") { try inFolder { try perSecond(group: group, commits: commits, folder: $0) } },
        Contestant(name: "raw SQLite FULL") {
          try inFolder { folder in
            let time = unsafe bound_sqlite(folder + "/bound.db", commits, group, try payloadBytes())
            return time > 0 ? Double(group * commits) * 1e9 / Double(time) : nil
          }
        },
        Contestant(name: "fdatasync") {
          try inFolder { folder in
            let time = unsafe bound_fdatasync(folder + "/bound.log", commits, group * (try payloadBytes()))
            return time > 0 ? Double(group * commits) * 1e9 / Double(time) : nil
          }
        },
      ], rounds: 5, ratioToHold: hold, isRate: true, digits: 0)
  }

  private static func perSecond(group: Int, commits: Int, folder: String) throws -> Double {
    let journal = try Journal.open(directory: folder + "/state")
    defer { journal.close() }
    journal.append([entry(1)]) { _ in }
    _ = try journal.flush()
    // Made beforehand, as the bound makes none either.
    let batches = (0..<commits).map { commit in (0..<group).map { entry(2 + UInt64(commit * group + $0)) } }
    let sequence = 2 + UInt64(commits * group)
    let done = DispatchSemaphore(value: 0)
    let time = nanoseconds {
      for entries in batches {
        journal.append(entries) { _ in done.signal() }
        done.wait()
      }
    }
    guard journal.failure == nil, journal.lastSequence == sequence - 1 else { throw JournalFell() }
    return Double(group * commits) * 1e9 / time
  }

  private struct JournalFell: Error {}

  /// Bytes of one record on disk, so that the bound writes as many.
  private static func payloadBytes() throws -> Int {
    try inFolder { folder in
      let journal = try Journal.open(directory: folder + "/state")
      defer { journal.close() }
      journal.append([entry(1), entry(2)]) { _ in }
      _ = try journal.flush()
      return try journal.rows(after: 1, limit: 1).first?.payload.count ?? 0
    }
  }

  /// A fill as bots make them; the first entry opens the journal.
  private static func entry(_ sequence: UInt64) -> JournalEntry {
    let time = Timestamp(milliseconds: 1_733_007_600_000 + Int64(sequence))
    guard sequence > 1, let symbol = Symbol("BTCUSDT"), let price = FixedDecimal(text: "96440.01"),
      let quantity = FixedDecimal(text: "0.00103")
    else { return JournalEntry(sequence: sequence, time: time, record: .opened(JournalIdentity(id: "benchmrk", mode: .paper))) }
    let id = Int64(sequence)
    let fill = Fill(
      symbol: symbol, tradeID: TradeID(id), venueOrderID: VenueOrderID(id), price: price, quantity: quantity,
      quoteQuantity: price * quantity,
      commission: quantity / FixedDecimal(1_000), commissionAsset: "BTC", isMaker: false, time: time)
    return JournalEntry(
      sequence: sequence, time: time,
      record: .fill(
        FillRecord(
          fill: fill, botID: BotID("btc_rsi"), clientOrderID: ClientOrderID("benchmrk-\(sequence)"), side: .buy, purpose: .entry,
          reason: "RSI 28.4 below 30, close 96440.01 above SMA(50) 96021.113", realizedPnL: .zero, closesPosition: false)))
  }
}

/// Runs `body` with a fresh folder on the disk that holds the temporary files, and removes it.
func inFolder<T>(_ body: (String) throws -> T) throws -> T {
  let base = ProcessInfo.processInfo.environment["BENCH_FOLDER"] ?? NSTemporaryDirectory()
  let folder = URL(fileURLWithPath: base).appendingPathComponent("botbench-\(UUID().uuidString.prefix(8))")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}
