import Time
import TradingCore
import TradingModel
import Venue

/// What the journal's columns repeat of an entry's payload, so that queries find it. The encoder writes the same texts (``RecordKeys``).
struct RecordColumns {
  var bot: String?
  var clientOrderID: String?
  var symbol: String?

  init(_ record: Record) {
    bot = record.bot?.text
    switch record {
    case .botCreated(let value), .botUpdated(let value): symbol = value.symbol.text
    case .orderIntent(let value):
      clientOrderID = value.request.clientOrderID.text
      symbol = value.request.symbol.text
    case .orderUpdated(let value): clientOrderID = value.clientOrderID.text
    case .cancelRequested(let value): clientOrderID = value.clientOrderID.text
    case .fill(let value):
      clientOrderID = value.clientOrderID?.text
      symbol = value.fill.symbol.text
    case .symbolAssets(let value): symbol = value.symbol.text
    case .marked(let value): symbol = value.symbol.text
    case .candleDoubted(let value): symbol = value.symbol.text
    case .entriesLocked(let value): symbol = value.scope.symbol?.text
    case .entriesUnlocked(let value): symbol = value.scope.symbol?.text
    case .opened, .botStateChanged, .botRemoved, .orderDenied, .exitRequested, .tradingStateChanged, .balances, .equity, .alert,
      .peakRaised, .riskLimitsChanged, .answered, .signal, .accountBound, .started, .positionAdjusted, .ratesTaken,
      .profitSampled:
      break
    }
  }
}

/// What an index of the journal holds, as a figure that does not depend on the order: equal figures, equal content.
struct IndexSum: Equatable {
  private(set) var count = 0
  private var sum: UInt64 = 0

  /// Takes an entry with the bytes of its key; `nil` is NULL.
  mutating func add(_ sequence: UInt64, _ key: UnsafeRawBufferPointer?) {
    count += 1
    var value = sequence &* 0x9E37_79B9_7F4A_7C15
    if let key = unsafe key { value ^= unsafe UInt64(CRC32C.checksum(key)) &+ 1 }
    value = (value ^ value >> 31) &* 0xBF58_476D_1CE4_E5B9
    sum &+= value ^ value >> 29
  }

  mutating func add(_ sequence: UInt64, _ key: String?) {
    guard var key else { return unsafe add(sequence, nil as UnsafeRawBufferPointer?) }
    key.withUTF8 { unsafe add(sequence, UnsafeRawBufferPointer($0)) }
  }

  mutating func add(_ sequence: UInt64, _ key: Int64) { unsafe withUnsafeBytes(of: key) { unsafe add(sequence, $0) } }
}

/// The sums of all indexes (``JournalSchema/statements``) over the entries that went by.
struct IndexSums: Equatable {
  var orders = IndexSum()
  var fillBots = IndexSum()
  var intentBots = IndexSum()
  var equityTimes = IndexSum()

  mutating func add(_ entry: JournalEntry, _ columns: RecordColumns) {
    if let order = columns.clientOrderID { orders.add(entry.sequence, order) }
    switch entry.record {
    case .fill: fillBots.add(entry.sequence, columns.bot)
    case .orderIntent: intentBots.add(entry.sequence, columns.bot)
    case .equity: equityTimes.add(entry.sequence, entry.time.nanoseconds)
    default: break
    }
  }
}
