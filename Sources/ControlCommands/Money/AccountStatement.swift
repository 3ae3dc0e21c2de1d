package import BotAPI
import Presentation
package import TradingModel

/// What became of each asset of the account in a stretch of time: opening + bought − sold − fees + other = closing. Pure and exact.
///
/// Opening and closing are what the exchange said the account had, at the reading nearest to that moment, and carried to it by the fills in
/// between. What fills do not explain is the line "other": deposits, withdrawals, transfers, rewards, orders of symbols that no bot trades.
/// Where there is no reading (the paper modes), the account begins with nothing and "other" is not known.
package struct AccountStatement: Sendable {
  /// In the order of the assets' names.
  package private(set) var rows: [AccountRow] = []
  /// When the exchange's words for opening and closing were heard, in nanoseconds since the epoch; 0: never.
  package private(set) var openingRead: Int64 = 0
  package private(set) var closingRead: Int64 = 0

  /// What the account had, as the exchange said, after all fills up to a place in the journal.
  package struct Reading: Sendable {
    var time: Int64
    var sequence: Int64
    var amounts: [String: Amount]

    package init(time: Int64, sequence: Int64, amounts: [String: Amount]) {
      self.time = time
      self.sequence = sequence
      self.amounts = amounts
    }
  }

  /// A change of one asset by a fill.
  private enum Part { case bought, sold, fee, outside }

  /// - Parameters:
  ///   - entries: of the ledger, from the journal's beginning on.
  ///   - now: what the account has now; `nil`: there is no account.
  package init(_ entries: [V1.LedgerEntry], from: Int64, to: Int64, now: Reading?) {
    var readings = entries.filter { $0.kind == .balances }.map { entry in
      Reading(
        time: entry.timeNs, sequence: entry.sequence,
        amounts: Dictionary(entry.balances.map { ($0.asset, V1.LedgerEntry.decimal($0.amount)) }) { $1 })
    }
    if let now { readings.append(now) }
    let fills = entries.filter { $0.kind == .fill }
    let (first, last) = (Self.nearest(readings, to: from), Self.nearest(readings, to: to))
    openingRead = first?.time ?? 0
    closingRead = last?.time ?? 0
    var found: [String: AccountRow] = [:]
    var held: [String: Quantity] = [:]
    for fill in fills {
      Self.changes(fill) { asset, part, amount in
        var row = found[asset] ?? AccountRow(asset: asset)
        // Carried from the reading to the moment: what is before the moment and not in the reading yet, less what is in it already.
        if fill.timeNs < from { row.opening += amount }
        if let first, fill.sequence <= first.sequence { row.opening -= amount }
        if fill.timeNs < to { row.closing += amount }
        if let last, fill.sequence <= last.sequence { row.closing -= amount }
        if fill.timeNs >= from, fill.timeNs < to { row.add(part == .bought, part == .sold, part == .fee, amount) }
        found[asset] = row
      }
    }
    for entry in entries where entry.isFact && !entry.botID.isEmpty && entry.timeNs < to {
      held[entry.baseAsset, default: .zero] += Self.coins(entry)
    }
    for asset in Set((first?.amounts ?? [:]).keys).union((last?.amounts ?? [:]).keys) {
      var row = found[asset] ?? AccountRow(asset: asset)
      row.opening += first?.amounts[asset] ?? .zero
      row.closing += last?.amounts[asset] ?? .zero
      found[asset] = row
    }
    let areTwo = first.map { first in last.map { $0.sequence != first.sequence || $0.time != first.time } ?? false } ?? false
    rows = found.values.sorted { $0.asset < $1.asset }.map { row in
      var row = row
      row.isRead = first != nil
      row.areReadTwice = areTwo
      row.bots = max(held[row.asset] ?? .zero, .zero)
      return row
    }.filter { !$0.isEmpty }
  }

  /// The reading nearest to a moment; of two as near the earlier.
  private static func nearest(_ readings: [Reading], to time: Int64) -> Reading? {
    readings.min { one, other in
      let (a, b) = (distance(one.time, time), distance(other.time, time))
      return (a, one.time) < (b, other.time)
    }
  }

  private static func distance(_ one: Int64, _ other: Int64) -> UInt64 {
    let (difference, isOver) = one.subtractingReportingOverflow(other)
    return isOver ? .max : difference.magnitude
  }

  private static func changes(_ entry: V1.LedgerEntry, _ body: (String, Part, Amount) -> Void) {
    guard let trade = entry.trade else { return }
    let isOutside = entry.botID.isEmpty
    let (quantity, amount) = (V1.LedgerEntry.decimal(trade.quantity), V1.LedgerEntry.decimal(trade.quoteQuantity))
    let isBuy = trade.side == .buy
    body(entry.baseAsset, isOutside ? .outside : isBuy ? .bought : .sold, isBuy ? quantity : -quantity)
    body(entry.quoteAsset, isOutside ? .outside : isBuy ? .sold : .bought, isBuy ? -amount : amount)
    let fee = V1.LedgerEntry.decimal(trade.commission)
    if !fee.isZero { body(trade.commissionAsset, isOutside ? .outside : .fee, -fee) }
  }

  /// Coins that a fact brought to its bot.
  private static func coins(_ entry: V1.LedgerEntry) -> Quantity {
    guard let trade = entry.trade else {
      let quantity = V1.LedgerEntry.decimal(entry.quantity)
      return entry.kind == .adopted ? quantity : -quantity
    }
    let fee = trade.commissionAsset == entry.baseAsset ? V1.LedgerEntry.decimal(trade.commission) : .zero
    let quantity = V1.LedgerEntry.decimal(trade.quantity)
    return (trade.side == .buy ? quantity : -quantity) - fee
  }
}

/// One asset of a statement.
package struct AccountRow: Record, Sendable {
  let asset: String
  var opening = Amount.zero
  /// Came by fills of bots.
  var bought = Amount.zero
  /// Left by fills of bots; zero or below.
  var sold = Amount.zero
  /// Zero or below.
  var fees = Amount.zero
  /// Fills that no bot made, fees included.
  var outside = Amount.zero
  var closing = Amount.zero
  /// Coins of it that bots held at the end, by their books.
  var bots = Quantity.zero
  /// The exchange said what the account has, once or, for both ends, twice.
  var isRead = false
  var areReadTwice = false

  init(asset: String) { self.asset = asset }

  mutating func add(_ isBought: Bool, _ isSold: Bool, _ isFee: Bool, _ amount: Amount) {
    if isBought { bought += amount } else if isSold { sold += amount } else if isFee { fees += amount } else { outside += amount }
  }

  /// What the fills do not explain; `nil` where one reading stands for both ends, or there is none.
  var other: Amount? { areReadTwice ? closing - opening - bought - sold - fees - outside : nil }

  var isEmpty: Bool {
    [opening, bought, sold, fees, outside, closing, bots].allSatisfy(\.isZero)
  }

  package static let names = [
    "asset", "opening", "bought", "sold", "fees", "outside_fills", "other", "closing", "exchange_balance", "held_by_bots", "free_of_bots",
  ]

  package var values: [RecordValue] {
    [
      .text(asset), .decimal(opening.description), .decimal(bought.description), .decimal(sold.description), .decimal(fees.description),
      .decimal(outside.description), .decimal(other?.description ?? ""), .decimal(closing.description),
      .decimal(isRead ? closing.description : ""), .decimal(bots.description), .decimal(isRead ? (closing - bots).description : ""),
    ]
  }

  package static var columns: [TableColumn<Self>] {
    func amount(_ title: String, _ value: @escaping (Self) -> Amount?) -> TableColumn<Self> {
      TableColumn(title, .right) { Cell(value($0).map { DecimalText.trimmed($0.description) } ?? "") }
    }
    return [
      TableColumn("ASSET") { Cell($0.asset, .accent) }, amount("OPENING") { $0.opening }, amount("BOUGHT") { $0.bought },
      amount("SOLD") { $0.sold }, amount("FEES") { $0.fees }, amount("OUTSIDE") { $0.outside },
      TableColumn("OTHER", .right) { row in
        Cell(row.other.map { DecimalText.trimmed($0.description) } ?? "", row.other?.isZero ?? true ? .plain : .warning)
      },
      amount("CLOSING") { $0.closing }, amount("BOTS HOLD") { $0.bots },
    ]
  }

  package static var leftOutFirst: [String] { ["BOTS HOLD", "OUTSIDE", "FEES"] }
}

/// Fills in the columns of Koinly's universal template, which other tax programs read too. Amounts are without the fee, which is paid beside
/// them; times are UTC.
package struct TaxTradeRow: Record, Sendable {
  let entry: V1.LedgerEntry

  /// Fills of the range; those of no bot are there too, being trades of the account.
  package static func rows(_ entries: [V1.LedgerEntry], from: Int64, to: Int64) -> [TaxTradeRow] {
    entries.filter { $0.kind == .fill && $0.timeNs >= from && $0.timeNs < to }.map { TaxTradeRow(entry: $0) }
  }

  package static let names = [
    "Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Fee Amount", "Fee Currency", "Net Worth Amount",
    "Net Worth Currency", "Label", "Description", "TxHash",
  ]

  package var values: [RecordValue] {
    let trade = entry.trade ?? V1.Trade()
    let isBuy = trade.side == .buy
    let coins = (trade.quantity, entry.baseAsset)
    let money = (trade.quoteQuantity, entry.quoteAsset)
    let (sent, received) = isBuy ? (money, coins) : (coins, money)
    let hasFee = !V1.LedgerEntry.decimal(trade.commission).isZero
    return [
      .text("\(TimeText.dateTime(trade.timeNs)) UTC"), .decimal(sent.0), .text(sent.1), .decimal(received.0), .text(received.1),
      .decimal(hasFee ? trade.commission : ""), .text(hasFee ? trade.commissionAsset : ""), .text(""), .text(""), .text(""),
      .text(entry.botID.isEmpty ? "order of no bot" : "bot \(entry.botID): \(trade.purpose.name)"), .text(TaxLots.identifier(trade)),
    ]
  }

  package static var columns: [TableColumn<Self>] {
    names.indices.map { index in TableColumn(names[index].uppercased()) { Cell($0.values[index].text) } }
  }
}
