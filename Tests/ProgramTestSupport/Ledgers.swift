import Foundation
import ServiceRuntime
import Signing
import TestSupport

/// One fill as text, the same from every witness: symbol, trade id, price, quantity, quote, commission, its asset, side.
public struct Row: Hashable, Comparable, CustomStringConvertible {
  public var symbol: String
  public var tradeID: Int
  public var price: String
  public var quantity: String
  public var quote: String
  public var commission: String
  public var asset: String
  public var isBuy: Bool

  public var description: String {
    "\(symbol)#\(tradeID) \(isBuy ? "buy" : "sell") \(quantity) @ \(price) = \(quote) fee \(commission) \(asset)"
  }
  public static func < (a: Row, b: Row) -> Bool { (a.symbol, a.tradeID) < (b.symbol, b.tradeID) }

  /// Decimal text without trailing zeros: the witnesses differ in how many they write.
  public static func plain(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var result = text
    while result.hasSuffix("0") { result.removeLast() }
    if result.hasSuffix(".") { result.removeLast() }
    return result
  }

  public init(
    symbol: String, tradeID: Int, price: String, quantity: String, quote: String, commission: String, asset: String, isBuy: Bool
  ) {
    self.symbol = symbol
    self.tradeID = tradeID
    self.price = price
    self.quantity = quantity
    self.quote = quote
    self.commission = commission
    self.asset = asset
    self.isBuy = isBuy
  }
}

extension Simulator {
  /// What the exchange answers to a signed question.
  public func signed(_ path: String, _ parameters: [(String, String)] = [], key: String, secret: String) throws -> Any {
    let signer = RequestSigner(apiKey: Secret(key), secret: Secret(secret))
    guard let time = (try get("/api/v3/time") as? [String: Any])?["serverTime"] as? Int else { throw TestFailure("no time") }
    let all = parameters + [("recvWindow", "60000"), ("timestamp", "\(time)")]
    let query = String(decoding: try signer.signedQuery(all.map { RequestParameter($0.0, $0.1) }), as: UTF8.self)
    return try JSONSerialization.jsonObject(with: try HTTP.get("http://\(address)\(path)?\(query)", headers: ["X-MBX-APIKEY: \(key)"]))
  }
}

/// The fills of one session as its witnesses tell them.
public enum Ledgers {
  /// What the exchange says of an account's trades.
  public static func exchange(_ simulator: Simulator, symbols: [String], key: String, secret: String) throws -> [Row] {
    var rows: [Row] = []
    for symbol in symbols {
      var from = 0
      while true {
        let body = try simulator.signed(
          "/api/v3/myTrades", [("symbol", symbol), ("fromId", "\(from)"), ("limit", "1000")], key: key, secret: secret)
        guard let page = body as? [[String: Any]] else { throw TestFailure("myTrades is no list") }
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

  /// An integer of 64 bits of botctl's JSON, which is a string; 0 for anything else.
  public static func integer(_ value: Any?) -> Int { (value as? String).flatMap { Int($0) } ?? 0 }

  /// What `botctl trades --from 0` lists, with the sequences it lists them under.
  public static func control(_ daemon: Daemon) throws -> (rows: [Row], sequences: [Int]) {
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
}
