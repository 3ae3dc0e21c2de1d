import Presentation
import TradingModel
import Venue
import ExchangeSimulation

/// What faults ask of market messages, and do to their prices.
enum MarketEventFaults {
  static func subject(_ topic: StreamHub.Topic, _ payload: [UInt8]) -> FaultSubject {
    var subject: FaultSubject
    switch topic.stream {
    case .kline(let symbol, let interval, _):
      subject = FaultSubject(.marketEvent, "kline")
      subject.symbol = symbol.text
      subject.interval = interval.rawValue
      subject.isClosed = JSONTree(payload)?["k"]?["x"] == .bool(true)
    default:
      // `btcusdt@bookTicker`, `btcusdt@depth5@100ms`, `!miniTicker@arr`
      let parts = topic.name.split(separator: "@", maxSplits: 1)
      let isOfOne = !topic.name.hasPrefix("!") && parts.count == 2
      subject = FaultSubject(.marketEvent, isOfOne ? String(parts[1]) : topic.name)
      if isOfOne { subject.symbol = parts[0].uppercased() }
    }
    return subject
  }

  /// The keys of prices, by the message's shape.
  private static let klinePrices: Set<String> = ["o", "c", "h", "l"]
  private static let tradePrices: Set<String> = ["p"]
  private static let quotePrices: Set<String> = ["b", "a"]

  /// Klines, trades and best prices with every price times `factor`; other messages as they are.
  static func priced(_ payload: [UInt8], factor: FixedDecimal) -> [UInt8] {
    guard let tree = JSONTree(payload), case .object(let members) = tree else { return payload }
    let changed: JSONTree
    switch tree["e"]?.text {
    case "kline":
      changed = .object(
        members.map { $0.name == "k" ? JSONTree.Member(name: "k", value: scaled($0.value, klinePrices, factor)) : $0 })
    case "trade", "aggTrade": changed = scaled(tree, tradePrices, factor)
    case nil where tree["u"] != nil && tree["s"] != nil: changed = scaled(tree, quotePrices, factor)
    default: return payload
    }
    var json = JSONWriter(capacity: payload.count + 64)
    json.value(changed)
    return json.bytes
  }

  private static func scaled(_ tree: JSONTree, _ names: Set<String>, _ factor: FixedDecimal) -> JSONTree {
    guard case .object(let members) = tree else { return tree }
    return .object(
      members.map { member in
        guard names.contains(member.name), let value = member.value.text.flatMap({ FixedDecimal(text: $0) }) else { return member }
        return JSONTree.Member(name: member.name, value: .string((value * factor).text(fractionDigitsMinimum: 8)))
      })
  }
}
