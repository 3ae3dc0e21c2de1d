import Foundation
import Journal
import ProgramTestSupport
import TestSupport
import TradingCore
import TradingModel
import Venue

/// The fills of one session as the other witnesses tell them.
extension Ledgers {
  /// The journal's file itself, read by another process than the one that wrote it; the daemon must have ended.
  static func journal(_ stateDirectory: String) throws -> [Row] {
    let journal = try Journal.open(directory: stateDirectory)
    defer { journal.close() }
    var rows: [Row] = []
    try journal.replay { entry in
      guard case .fill(let record) = entry.record else { return }
      let fill = record.fill
      rows.append(
        Row(
          symbol: fill.symbol.text, tradeID: Int(fill.tradeID.value), price: Row.plain("\(fill.price)"),
          quantity: Row.plain("\(fill.quantity)"),
          quote: Row.plain("\(fill.quoteQuantity)"), commission: Row.plain("\(fill.commission)"), asset: fill.commissionAsset,
          isBuy: record.side == .buy))
    }
    return rows.sorted()
  }

  static func database(_ server: PostgresServer) throws -> [Row] {
    let text = try server.query(
      "SELECT symbol, trade_id, price, quantity, quote_quantity, commission, commission_asset, side FROM botd.fills ORDER BY symbol, trade_id"
    )
    return text.split(separator: "\n").compactMap { line -> Row? in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == 8 else { return nil }
      return Row(
        symbol: cells[0], tradeID: Int(cells[1]) ?? -1, price: Row.plain(cells[2]), quantity: Row.plain(cells[3]),
        quote: Row.plain(cells[4]),
        commission: Row.plain(cells[5]), asset: cells[6], isBuy: cells[7].lowercased() == "buy")
    }.sorted()
  }
}
