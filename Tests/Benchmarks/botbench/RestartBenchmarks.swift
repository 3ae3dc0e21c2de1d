import CBounds
import Foundation
import Journal
import Strategies
import Time
import TradingCore
import TradingModel
import Venue

/// A restart on a journal of a million entries, 20 bots on 20 symbols: from the start of the process to ready.
enum RestartBenchmarks {
  static let entries = 1_000_000
  private static let bots = 20
  /// Restart to ready with a million entries and 20 symbols, as a daemon that ran before finds them: with a snapshot.
  private static let millisecondsToHold = 2_000.0

  static var all: [Benchmark] {
    [
      Benchmark(
        name: "restart.million", title: "start to ready after a million entries, all of them read", unit: "ms",
        contestants: [
          Contestant(name: "ours") {
            try DaemonBenchmarks.withDaemon(write: writeState) { time, _ in time / 1e6 }
          },
          Contestant(name: "true + C scan") {
            try inFolder { folder in
              try writeState(folder + "/state")
              var bytes: UInt64 = 0
              let time =
                unsafe DaemonBenchmarks.argv(["true"]) { unsafe bound_run($0) }
                + bound_journal_scan(folder + "/state/journal.sqlite", &bytes)
              return bytes > 0 ? Double(time) / 1e6 : nil
            }
          },
        ], rounds: 2),
      Benchmark(
        name: "restart.snapshot", title: "start to ready after a million entries, from a snapshot", unit: "ms",
        contestants: [
          Contestant(name: "ours") { try afterSnapshot() },
          Contestant(name: "true") { Double(unsafe DaemonBenchmarks.argv(["true"]) { unsafe bound_run($0) }) / 1e6 },
        ], rounds: 2, figureToHold: millisecondsToHold),
      Benchmark(
        name: "restart.fold", title: "reading, checking and folding a journal of a million entries", unit: "ms",
        contestants: [
          Contestant(name: "ours") {
            try inFolder { folder in
              try writeState(folder + "/state")
              return try fold(folder + "/state")
            }
          },
          Contestant(name: "C scan") {
            try inFolder { folder in
              try writeState(folder + "/state")
              var bytes: UInt64 = 0
              let time = unsafe bound_journal_scan(folder + "/state/journal.sqlite", &bytes)
              return bytes > 0 ? Double(time) / 1e6 : nil
            }
          },
        ], rounds: 2),
    ]
  }

  /// The first start writes the snapshot, the second is measured.
  private static func afterSnapshot() throws -> Double? {
    try inFolder { folder in
      let state = folder + "/state"
      _ = try DaemonBenchmarks.withDaemon(at: folder, write: writeState) { time, _ in
        let end = bound_now() + 60_000_000_000
        while !FileManager.default.fileExists(atPath: state + "/journal.snapshot") {
          guard bound_now() < end else { throw DaemonBenchmarks.NoDaemon(description: "botd wrote no snapshot") }
          Thread.sleep(forTimeInterval: 0.05)
        }
        return time
      }
      return try DaemonBenchmarks.withDaemon(at: folder, write: { _ in }) { time, _ in time / 1e6 }
    }
  }

  private static func fold(_ folder: String) throws -> Double? {
    let journal = try Journal.open(directory: folder)
    defer { journal.close() }
    var core = TradingCore(configuration: CoreConfiguration(mode: .simulated))
    var failure: (any Error)?
    let time = nanoseconds { do { try journal.replay { try core.recover($0) } } catch { failure = error } }
    if let failure { throw failure }
    return core.nextSequence == UInt64(entries) + 1 ? time / 1e6 : nil
  }

  /// Bots that buy and sell in turn, each order with its intent, answers and fill, and an equity point now and then.
  private static func writeState(_ folder: String) throws {
    let journal = try Journal.open(directory: folder)
    defer { journal.close() }
    var made: [JournalEntry] = []
    var count: UInt64 = 0
    func add(_ record: Record) {
      count += 1
      made.append(JournalEntry(sequence: count, time: Timestamp(milliseconds: 1_733_007_600_000 + Int64(count) * 137), record: record))
    }
    add(.opened(JournalIdentity(id: "benchmrk", mode: .simulated)))
    let names = (0..<bots).compactMap { number in BotID("bot-\(number)").flatMap { id in Symbol("COIN\(number)USDT").map { (id, $0) } } }
    for (id, symbol) in names {
      add(.botCreated(BotConfiguration(id: id, symbol: symbol, parameters: ["period": "14"], capital: FixedDecimal(10_000))))
      add(.botStateChanged(BotStateChange(botID: id, state: .running, reason: "", referencePrice: FixedDecimal(100))))
    }
    var order = 0
    while count < UInt64(entries) {
      let (id, symbol) = names[order % names.count]
      let isSell = (order / names.count) % 2 == 1
      order += 1
      guard let name = ClientOrderID("benchmrk-\(order)") else { continue }
      let (price, quantity) = (FixedDecimal(100 + order % 7), FixedDecimal(1))
      let venue = VenueOrderID(Int64(order))
      func update(_ status: OrderStatus, _ executed: FixedDecimal) {
        add(
          .orderUpdated(
            OrderUpdate(
              clientOrderID: name, botID: id, status: status, venueOrderID: venue, executedQuantity: executed,
              cumulativeQuote: executed * price, reason: "")))
      }
      let request = OrderRequest(clientOrderID: name, symbol: symbol, side: isSell ? .sell : .buy, type: .market, quantity: quantity)
      add(
        .orderIntent(
          OrderIntent(
            request: request, botID: id, purpose: isSell ? .exit : .entry, reason: "RSI 28.4 below 30, close 96440.01", decisionPrice: price
          )))
      update(.accepted, .zero)
      let fill = Fill(
        symbol: symbol, tradeID: TradeID(Int64(order)), venueOrderID: venue, price: price, quantity: quantity, quoteQuantity: price,
        commission: .zero, commissionAsset: "BNB", isMaker: false, time: Timestamp(milliseconds: 1_733_007_600_000 + Int64(count) * 137))
      add(
        .fill(
          FillRecord(
            fill: fill, botID: id, clientOrderID: name, side: isSell ? .sell : .buy, purpose: isSell ? .exit : .entry, reason: "RSI 28.4",
            realizedPnL: .zero, closesPosition: isSell)))
      update(.filled, quantity)
      if order % 10 == 0 {
        add(.equity(EquityPoint(equity: FixedDecimal(200_000), realized: .zero, unrealized: .zero, exposure: price)))
      }
      if made.count >= 8_000, count < UInt64(entries) {
        journal.append(made) { _ in }
        made.removeAll(keepingCapacity: true)
      }
    }
    journal.append(Array(made.prefix { $0.sequence <= UInt64(entries) })) { _ in }
    guard try journal.flush() == UInt64(entries) else {
      throw DaemonBenchmarks.NoDaemon(description: "the journal has \(journal.lastSequence) entries")
    }
  }
}
