import Foundation
import ProgramTestSupport
import TestSupport
import Testing
import TradingCore
import TradingModel

/// One request about an order as its bytes arrived at the simulator, executed or not.
struct SentOrder {
  /// `POST /api/v3/order`, `DELETE /api/v3/order`, …
  var name: String
  /// Its own name, or the name of the order that it cancels.
  var clientOrderID: String
  var symbol: String
  var side: String
  var type: String
  /// When its last byte arrived, in seconds of the machine's clock.
  var arrival: Double

  var isPlacing: Bool { name.hasPrefix("POST") }
  /// The bot that sent it, by the order's name.
  var bot: UInt64? { ClientOrderID(clientOrderID).flatMap { OrderName($0) }?.bot }
}

extension FaultyExchange {
  /// Every request about an order that arrived, oldest first. Requests that were not executed are among them; `/sim/orders` lacks those.
  func sent() throws -> [SentOrder] {
    let text = String(decoding: try HTTP.get("http://\(simulator.address)/sim/truth?limit=1000000"), as: UTF8.self)
    return try text.split(separator: "\n").compactMap { line in
      guard line.contains(#""record":"request""#), line.contains("/api/v3/order") else { return nil }
      guard let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], let name = record["name"] as? String,
        name.hasPrefix("POST") || name.hasPrefix("DELETE"), let bytes = Data(base64Encoded: record["bytes"] as? String ?? ""),
        let wall = record["wallNanoseconds"] as? Int64
      else { return nil }
      let fields = Self.parameters(of: String(decoding: bytes, as: UTF8.self))
      return SentOrder(
        name: name, clientOrderID: fields["newClientOrderId"] ?? fields["origClientOrderId"] ?? "", symbol: fields["symbol"] ?? "",
        side: fields["side"] ?? "", type: fields["type"] ?? "", arrival: Double(wall) / 1e9)
    }
  }

  /// The parameters of a request, of its address and its body.
  private static func parameters(of request: String) -> [String: String] {
    let target = request.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    let query = target.split(separator: "?").dropFirst().first.map(String.init) ?? ""
    let body = request.components(separatedBy: "\r\n\r\n").dropFirst().joined()
    var fields: [String: String] = [:]
    for pair in (query + "&" + body).split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { fields[parts[0]] = parts[1] }
    }
    return fields
  }

  /// Waits until the exchange and the control plane tell the same fills; checks that no name of an order was sent twice.
  func expectAgreement(within seconds: Double = 45, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var exchange: [Row] = []
    var control: [Row] = []
    var sequences: [Int] = []
    let isSame = try eventually(within: seconds) {
      exchange = try Ledgers.exchange(simulator, symbols: ["BTCUSDT", "ETHUSDT"], key: Self.key, secret: Self.secret)
      (control, sequences) = try Ledgers.control(daemon)
      return exchange == control
    }
    #expect(
      isSame,
      "the exchange alone: \(Set(exchange).subtracting(control)), the journal alone: \(Set(control).subtracting(exchange))\n\(daemon.tail)",
      sourceLocation: sourceLocation)
    #expect(!exchange.isEmpty, sourceLocation: sourceLocation)
    #expect(Set(sequences).count == sequences.count, "a fill is listed twice", sourceLocation: sourceLocation)
    try expectUniqueNames(sourceLocation: sourceLocation)
  }

  /// No name of an order was sent twice, whether it was executed or not.
  func expectUniqueNames(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let names = try sent().filter(\.isPlacing).map(\.clientOrderID)
    #expect(Set(names).count == names.count, "an order was sent twice", sourceLocation: sourceLocation)
  }
}
