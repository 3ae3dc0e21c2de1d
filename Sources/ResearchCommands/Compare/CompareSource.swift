import Backtest
import BotAPI
import ControlCommands
import Journal
import MarketTape
import PaperTrading
import TTRPC
import TradingCore
import TradingModel

/// The journal and the tape of a comparison, from a daemon or from a state directory.
///
/// The tape is read first: what was decided on its candles is in the journal then.
struct CompareSource {
  private let venue: PaperConfiguration
  private var tapes: [JournalReplay.Tape] = []
  private var rules: [TradingRules] = []
  private var arrivals: [ClientOrderID: OrderArrival] = [:]
  private var entered: TradeComparison?
  private(set) var mode: TradingMode?

  init(venue: PaperConfiguration) { self.venue = venue }

  /// Everything, ready to be compared.
  ///
  /// - Throws: a failure when the journal is empty or does not begin with its first entry.
  func comparison() throws(CommandFailure) -> TradeComparison {
    guard let entered, mode != nil else {
      throw CommandFailure(.failure, "the journal does not begin with its first entry: what the bots did before is not known")
    }
    return entered
  }

  private mutating func add(_ entries: [JournalEntry]) {
    for entry in entries {
      if case .opened(let identity) = entry.record { mode = identity.mode }
      entered?.add(entry)
    }
  }

  private mutating func add(_ contents: MarketTape.Contents) {
    switch contents {
    case .series(let key, let rows):
      if !rows.isEmpty { tapes.append(JournalReplay.Tape(key: key, candles: rows.map { ($0.candle, $0.heardAt) })) }
    case .rules(let list): rules += list
    case .arrivals(let list):
      for arrival in list { arrivals[arrival.order] = OrderArrival(decided: arrival.decided, arrived: arrival.arrived) }
    }
  }

  private mutating func begin() { entered = TradeComparison(rules: rules, tapes: tapes, arrivals: arrivals, venue: venue) }

  // MARK: A daemon

  /// Piece by piece, so that no answer is large; the daemon reads them on the thread of its backups.
  mutating func fetch(_ session: Session, _ progress: ProgressLine) async throws {
    let files = try await session.system.getMarketTape(timeout: session.timeout).files
    let total = Double(max(files.reduce(0) { $0 + $1.sizeBytes }, 1))
    var done = 0
    for file in files {
      guard var reader = MarketTape.Reader(file: file.name) else { continue }
      var offset: Int64 = 0
      while offset < file.sizeBytes {
        let request = V1.GetMarketTapeRequest(file: file.name, offset: offset)
        let data = try await session.system.getMarketTape(request, timeout: session.timeout).data
        guard !data.isEmpty else { break }
        reader.add(data)
        offset += Int64(data.count)
        done += data.count
        progress.show("market tape", Double(done) / total, file.name)
      }
      add(reader.contents)
    }
    begin()
    var last: UInt64 = 0
    var end: UInt64?
    while true {
      let page = try await session.system.getJournal(
        V1.GetJournalRequest(afterSequence: Int64(clamping: last)), timeout: session.timeout)
      let target = end ?? UInt64(clamping: page.lastSequence)
      end = target
      var entries: [JournalEntry] = []
      for payload in page.payloads {
        last += 1
        do throws(JournalError) {
          entries.append(try RecordCodec.decode(sequence: last, payload: payload, previousChain: nil).entry)
        } catch {
          throw CommandFailure(.failure, error.message)
        }
      }
      add(entries)
      progress.show("journal", Double(last) / Double(max(target, 1)), "\(last) of \(target) entries")
      if last >= target || page.payloads.isEmpty { break }
    }
  }

  // MARK: A state directory

  mutating func read(_ directory: String, _ progress: ProgressLine) throws {
    guard Journal.exists(in: directory) else {
      throw CommandFailure(.notFound, "\(directory) holds no journal; give the daemon's --state-dir, for example ~/.botd/paper")
    }
    let journal: Journal
    do { journal = try Journal.open(directory: directory) } catch {
      guard error.code == .locked else { throw CommandFailure(.failure, error.message) }
      throw CommandFailure(.refused, "a daemon uses \(directory); leave --state-dir out to compare while it runs")
    }
    defer { journal.close() }
    for (name, size) in MarketTape.files(stateDirectory: directory) {
      guard var reader = MarketTape.Reader(file: name) else { continue }
      var offset: Int64 = 0
      while offset < size, let data = MarketTape.bytes(of: name, stateDirectory: directory, from: offset, maximum: 1 << 20), !data.isEmpty {
        reader.add(data)
        offset += Int64(data.count)
      }
      add(reader.contents)
    }
    begin()
    do {
      try journal.replay { entry in
        add([entry])
        if entry.sequence % 4_096 == 0 { progress.show("journal", Double(entry.sequence) / Double(max(journal.lastSequence, 1))) }
      }
    } catch let error as JournalError {
      throw CommandFailure(.failure, error.message)
    }
  }
}
