package import BotAPI
import Presentation
import TradingCore
import TradingModel

/// Lots of coins, first in, first out, over all bots together: one queue for each pair of base and quote asset. Pure and exact.
///
/// A lot costs what was paid for it with its fees (those in a third asset at their worth then); a fee in the base asset makes the lot
/// smaller. Adopted coins are a lot at the market's price of that moment, since nobody here knows what they cost. Coins that leave the bots
/// without a sale (released, missing, a bot removed) leave the queue at the market's price, under the name of what happened: they are on the
/// account still, and no sale.
package struct TaxLots: Sendable {
  /// Disposals in the range, in the order of time and of the journal.
  package private(set) var disposals: [LotRow] = []
  /// What is left at the end of the range, oldest first.
  package private(set) var open: [LotRow] = []
  /// One for each pair, in the order of their names.
  package private(set) var gains: [GainRow] = []

  private struct Lot {
    var quantity: Quantity
    var cost: Amount
    var time: Int64
    var bot: String
    var source: String
    var trade: String
  }

  /// The queue of one pair.
  private struct Queue {
    var base: String
    var quote: String
    var lots: ArraySlice<Lot> = []
    /// What the lots cost by the bots' books, which take the average.
    var averageCost = Amount.zero

    var cost: Amount { lots.reduce(.zero) { $0 + $1.cost } }
  }

  /// - Parameters:
  ///   - entries: of the ledger, from the journal's beginning on.
  ///   - from: in nanoseconds since the epoch.
  ///   - to: exclusive.
  package init(_ entries: [V1.LedgerEntry], from: Int64, to: Int64) {
    var queues: [String: Queue] = [:]
    var rows: [String: GainRow] = [:]
    // Sequence decides what is first: two fills may have the same time.
    for entry in entries where entry.isFact && !entry.botID.isEmpty && entry.timeNs < to {
      let pair = "\(entry.baseAsset)/\(entry.quoteAsset)"
      var queue = queues[pair] ?? Queue(base: entry.baseAsset, quote: entry.quoteAsset)
      var row = rows[pair] ?? GainRow(asset: entry.baseAsset, quoteAsset: entry.quoteAsset)
      if entry.timeNs < from {
        Self.take(entry, &queue, nil)
        row.openBefore = queue.cost
        row.averageBefore = queue.averageCost
      } else {
        var told: [LotRow] = []
        Self.take(entry, &queue) { told.append($0) }
        for disposal in told { row.add(disposal) }
        disposals += told
        row.realized += entry.realized
      }
      queues[pair] = queue
      rows[pair] = row
    }
    for (pair, queue) in queues.sorted(by: { $0.key < $1.key }) {
      rows[pair]?.openAfter = queue.cost
      rows[pair]?.averageAfter = queue.averageCost
      open += queue.lots.map { Self.row($0, queue, disposed: nil) }
    }
    gains = rows.sorted { $0.key < $1.key }.map(\.value)
  }

  private static func take(_ entry: V1.LedgerEntry, _ queue: inout Queue, _ tell: ((LotRow) -> Void)?) {
    let average = V1.LedgerEntry.decimal(entry.cost)
    guard let trade = entry.trade else {
      let quantity = V1.LedgerEntry.decimal(entry.quantity)
      guard quantity.isPositive else { return }
      if entry.kind == .adopted {
        queue.averageCost += average
        return queue.lots.append(
          Lot(quantity: quantity, cost: average, time: entry.timeNs, bot: entry.botID, source: entry.kind.name, trade: ""))
      }
      queue.averageCost -= average
      // By the books they leave at what the books realize: their cost and that.
      return dispose(quantity, proceeds: average + entry.realized, fee: .zero, entry, &queue, tell)
    }
    let quantity = V1.LedgerEntry.decimal(trade.quantity)
    let amount = V1.LedgerEntry.decimal(trade.quoteQuantity)
    let commission = V1.LedgerEntry.decimal(trade.commission)
    let isInBase = trade.commissionAsset == entry.baseAsset
    // A fee in coins is coins; any other is money.
    let coins = isInBase ? commission : .zero
    let fee = isInBase ? .zero : trade.commissionAsset == entry.quoteAsset ? commission : V1.LedgerEntry.decimal(entry.feeInQuote)
    if trade.side == .buy {
      queue.averageCost += average
      queue.lots.append(
        Lot(
          quantity: quantity - coins, cost: amount + fee, time: entry.timeNs, bot: entry.botID, source: "bought",
          trade: identifier(trade)))
    } else {
      queue.averageCost -= average
      dispose(quantity + coins, proceeds: amount, fee: fee, entry, &queue, tell)
    }
  }

  /// Takes coins from the oldest lots on; shares of proceeds and fee add up to the whole.
  private static func dispose(
    _ quantity: Quantity, proceeds: Amount, fee: Amount, _ entry: V1.LedgerEntry, _ queue: inout Queue, _ tell: ((LotRow) -> Void)?
  ) {
    var rest = (quantity: quantity, proceeds: proceeds, fee: fee)
    while rest.quantity.isPositive {
      var piece: Lot
      if var lot = queue.lots.popFirst() {
        piece = lot
        if lot.quantity > rest.quantity {
          piece.quantity = rest.quantity
          piece.cost = Position.share(of: lot.cost, rest.quantity, lot.quantity)
          lot.quantity -= piece.quantity
          lot.cost -= piece.cost
          queue.lots.insert(lot, at: queue.lots.startIndex)
        }
      } else {
        piece = Lot(quantity: rest.quantity, cost: .zero, time: 0, bot: "", source: "unknown", trade: "")
      }
      let isLast = piece.quantity == rest.quantity
      let share = isLast ? rest.proceeds : Position.share(of: rest.proceeds, piece.quantity, rest.quantity)
      let feeShare = isLast ? rest.fee : Position.share(of: rest.fee, piece.quantity, rest.quantity)
      rest = (rest.quantity - piece.quantity, rest.proceeds - share, rest.fee - feeShare)
      tell?(row(piece, queue, disposed: (entry, share, feeShare)))
    }
  }

  /// What tells a fill from every other of its exchange.
  static func identifier(_ trade: V1.Trade) -> String { "\(trade.symbol)-\(trade.tradeID)" }

  private static func row(_ lot: Lot, _ queue: Queue, disposed: (entry: V1.LedgerEntry, proceeds: Amount, fee: Amount)?) -> LotRow {
    var row = LotRow(
      asset: queue.base, quoteAsset: queue.quote, quantity: lot.quantity, cost: lot.cost, source: lot.source, acquired: lot.time,
      acquiredBot: lot.bot, acquiredTrade: lot.trade)
    guard let disposed else { return row }
    row.kind = disposed.entry.trade == nil ? disposed.entry.kind.name : "sold"
    row.disposed = disposed.entry.timeNs
    row.disposedBot = disposed.entry.botID
    row.disposedTrade = disposed.entry.trade.map(identifier) ?? ""
    row.proceeds = disposed.proceeds
    row.fee = disposed.fee
    return row
  }
}

/// A lot, or the part of one that was disposed of.
package struct LotRow: Record, Sendable {
  let asset: String
  let quoteAsset: String
  let quantity: Quantity
  let cost: Amount
  /// "bought", "adopted" or, for coins that no lot explains, "unknown".
  let source: String
  let acquired: Int64
  let acquiredBot: String
  let acquiredTrade: String
  /// "sold", "released", "missing", "removed"; empty while it is held.
  var kind = ""
  var disposed: Int64 = 0
  var disposedBot = ""
  var disposedTrade = ""
  var proceeds = Amount.zero
  var fee = Amount.zero

  var isDisposed: Bool { !kind.isEmpty }
  /// Proceeds less fee less cost.
  var gain: Amount { proceeds - fee - cost }

  package static let names = [
    "asset", "quote_asset", "kind", "quantity", "acquired", "disposed", "proceeds", "cost", "fee", "gain", "acquired_as", "acquired_bot_id",
    "acquired_trade", "disposed_bot_id", "disposed_trade", "acquired_time_ns", "disposed_time_ns",
  ]

  package var values: [RecordValue] {
    [
      .text(asset), .text(quoteAsset), .text(isDisposed ? kind : "held"), .decimal(quantity.description), .text(Self.shown(acquired)),
      .text(Self.shown(disposed)), .decimal(isDisposed ? proceeds.description : ""), .decimal(cost.description),
      .decimal(isDisposed ? fee.description : ""), .decimal(isDisposed ? gain.description : ""), .text(source), .text(acquiredBot),
      .text(acquiredTrade), .text(disposedBot), .text(disposedTrade), .time(acquired), .time(disposed),
    ]
  }

  /// UTC, to the second.
  static func shown(_ time: Int64) -> String { TimeText.dateTime(time) }

  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("LOT") { Cell("\($0.asset)/\($0.quoteAsset)", .accent) },
      TableColumn("WHAT") { Cell($0.isDisposed ? $0.kind : "held", $0.kind == "sold" ? .plain : .dim) },
      TableColumn("QUANTITY", .right) { Cell(DecimalText.trimmed($0.quantity.description)) },
      TableColumn("ACQUIRED (UTC)") { Cell(shown($0.acquired)) },
      TableColumn("DISPOSED (UTC)") { Cell(shown($0.disposed)) },
      TableColumn("PROCEEDS", .right) { Cell($0.isDisposed ? DecimalText.fixed($0.proceeds.description, places: 2) : "") },
      TableColumn("COST", .right) { Cell(DecimalText.fixed($0.cost.description, places: 2)) },
      TableColumn("FEE", .right) { Cell($0.isDisposed ? DecimalText.fixed($0.fee.description, places: 2) : "") },
      TableColumn("GAIN", .right) { $0.isDisposed ? DecimalText.signed($0.gain.description) : Cell("") },
    ]
  }

  package static var leftOutFirst: [String] { ["FEE", "ACQUIRED (UTC)", "COST", "PROCEEDS", "QUANTITY", "WHAT", "DISPOSED (UTC)"] }
}

/// What lots of a pair gained in the range, beside what the bots' books realized, which take average costs.
package struct GainRow: Record, Sendable {
  let asset: String
  let quoteAsset: String
  /// Of sales.
  var sales = Amount.zero
  /// Of coins that left the bots without a sale, at the market's price.
  var transfers = Amount.zero
  /// By the books, as `botctl profit` shows it.
  var realized = Amount.zero
  /// Cost of what is held, by lots and by the books, where the range begins and ends.
  var openBefore = Amount.zero
  var openAfter = Amount.zero
  var averageBefore = Amount.zero
  var averageAfter = Amount.zero

  init(asset: String, quoteAsset: String) { (self.asset, self.quoteAsset) = (asset, quoteAsset) }

  mutating func add(_ row: LotRow) {
    if row.kind == "sold" { sales += row.gain } else { transfers += row.gain }
  }

  /// How much more the lots gained because what is held costs more by them than by the books.
  var heldDifference: Amount { (openAfter - averageAfter) - (openBefore - averageBefore) }
  /// What that does not explain: zero, or something is wrong.
  var unexplained: Amount { sales + transfers - realized - heldDifference }

  package static let names = [
    "asset", "quote_asset", "gain_of_sales", "gain_of_transfers", "realized_pnl", "difference_of_held_lots", "difference_unexplained",
    "held_cost_fifo", "held_cost_average",
  ]

  package var values: [RecordValue] {
    [
      .text(asset), .text(quoteAsset), .decimal(sales.description), .decimal(transfers.description), .decimal(realized.description),
      .decimal(heldDifference.description), .decimal(unexplained.description), .decimal(openAfter.description),
      .decimal(averageAfter.description),
    ]
  }

  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("GAIN BY LOTS") { Cell("\($0.asset)/\($0.quoteAsset)", .accent) },
      TableColumn("OF SALES", .right) { DecimalText.signed($0.sales.description) },
      TableColumn("OF TRANSFERS", .right) { DecimalText.signed($0.transfers.description) },
      TableColumn("- HELD LOTS", .right) { DecimalText.signed($0.heldDifference.description) },
      TableColumn("- UNEXPLAINED", .right) {
        Cell(DecimalText.fixed($0.unexplained.description, places: 2), $0.unexplained.isZero ? .dim : .bad)
      },
      TableColumn("= REALIZED BY BOOKS", .right) { DecimalText.signed($0.realized.description) },
    ]
  }
}
