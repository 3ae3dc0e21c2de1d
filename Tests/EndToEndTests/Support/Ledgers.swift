import Foundation
import Journal
import ServiceRuntime
import Signing
import TestSupport
import TradingCore
import TradingModel
import Venue

/// One fill as text, the same from every witness: symbol, trade id, price, quantity, quote, commission, its asset, side.
struct Row: Hashable, Comparable, CustomStringConvertible {
  var symbol: String
  var tradeID: Int
  var price: String
  var quantity: String
  var quote: String
  var commission: String
  var asset: String
  var isBuy: Bool

  var description: String { "\(symbol)#\(tradeID) \(isBuy ? "buy" : "sell") \(quantity) @ \(price) = \(quote) fee \(commission) \(asset)" }
  static func < (a: Row, b: Row) -> Bool { (a.symbol, a.tradeID) < (b.symbol, b.tradeID) }

  /// Decimal text without trailing zeros: the witnesses differ in how many they write.
  static func plain(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var result = text
    while result.hasSuffix("0") { result.removeLast() }
    if result.hasSuffix(".") { result.removeLast() }
    return result
  }
}

/// The fills of one session as four witnesses tell them.
enum Ledgers {
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

  static func exchange(_ simulator: Simulator, symbols: [String], key: String, secret: String) throws -> [Row] {
    let signer = RequestSigner(apiKey: Secret(key), secret: Secret(secret))
    var rows: [Row] = []
    for symbol in symbols {
      var from = 0
      while true {
        guard let time = (try simulator.get("/api/v3/time") as? [String: Any])?["serverTime"] as? Int else { throw TestFailure("no time") }
        let query = try signer.signedQuery([
          RequestParameter("symbol", symbol), RequestParameter("fromId", "\(from)"), RequestParameter("limit", "1000"),
          RequestParameter("recvWindow", "60000"), RequestParameter("timestamp", "\(time)"),
        ])
        let body = try HTTP.get(
          "http://\(simulator.address)/api/v3/myTrades?\(String(decoding: query, as: UTF8.self))", headers: ["X-MBX-APIKEY: \(key)"])
        guard let page = try JSONSerialization.jsonObject(with: body) as? [[String: Any]] else { throw TestFailure("myTrades is no list") }
        for trade in page {
          rows.append(
            Row(
              symbol: symbol, tradeID: trade["id"] as? Int ?? -1, price: Row.plain(trade["price"] as? String ?? ""),
              quantity: Row.plain(trade["qty"] as? String ?? ""), quote: Row.plain(trade["quoteQty"] as? String ?? ""),
              commission: Row.plain(trade["commission"] as? String ?? ""), asset: trade["commissionAsset"] as? String ?? "",
              isBuy: trade["isBuyer"] as? Bool ?? false))
        }
        guard page.count == 1_000, let last = rows.last?.tradeID else { break }
        from = last + 1
      }
    }
    return rows.sorted()
  }

  /// What `botctl trades --from 0` lists, with the sequences it lists them under.
  static func control(_ daemon: Daemon) throws -> (rows: [Row], sequences: [Int]) {
    let answer = try daemon.read("trades", "--from", "0")
    let list = (answer["trades"] ?? answer["items"]) as? [[String: Any]] ?? []
    func text(_ trade: [String: Any], _ names: String...) -> String {
      for name in names {
        if let value = trade[name] as? String { return value }
        if let value = trade[name] as? Int { return "\(value)" }
      }
      return ""
    }
    let rows = list.map { trade in
      Row(
        symbol: text(trade, "symbol"), tradeID: Int(text(trade, "trade_id", "tradeId")) ?? -1, price: Row.plain(text(trade, "price")),
        quantity: Row.plain(text(trade, "quantity")), quote: Row.plain(text(trade, "quote_quantity", "quoteQuantity")),
        commission: Row.plain(text(trade, "commission")), asset: text(trade, "commission_asset", "commissionAsset"),
        isBuy: text(trade, "side").lowercased() == "buy")
    }
    return (rows.sorted(), list.compactMap { Int(text($0, "sequence")) })
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
