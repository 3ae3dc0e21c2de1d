public import Time
import TradingModel

/// What `GET exchangeInfo` says of a symbol beside its trading rules, and stands in the way of entries.
public struct SymbolTerms: Hashable, Sendable {
  /// Of each set the account must have one (Binance: rest-api.md, `permissionSets`); empty: nothing is asked.
  public var permissionSets: [[String]] = []
  /// Filters that this program does not know, in order.
  public var unknownFilters: [String] = []
  /// What is bought cannot be sold before (filter T_PLUS_SELL).
  public var sellableFrom: Timestamp?
  /// The status where it is none that this program knows, 40 characters at most.
  public var unknownStatus = ""

  /// What happens to an order that meets one of the same account (Binance: faqs/stp_faq.md): the modes that a symbol allows, of those that
  /// this program asks for.
  public struct SelfTradePrevention: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The order that comes expires, the one that rests stays.
    public static let expireTaker = SelfTradePrevention(rawValue: 1)
    /// The order that rests expires, the one that comes goes on.
    public static let expireMaker = SelfTradePrevention(rawValue: 2)
  }

  /// `allowedSelfTradePreventionModes`; empty: the exchange's default applies.
  public var selfTradePrevention: SelfTradePrevention = []

  /// Whether one request may cancel an order and place another (`cancelReplaceAllowed`).
  public var takesReplacements = true

  /// Filters of a symbol that this program knows (Binance: filters.md; T_PLUS_SELL: the SBE schemas).
  static let knownFilters: Set<String> = [
    "PRICE_FILTER", "PERCENT_PRICE", "PERCENT_PRICE_BY_SIDE", "LOT_SIZE", "MIN_NOTIONAL", "NOTIONAL", "ICEBERG_PARTS", "MARKET_LOT_SIZE",
    "MAX_NUM_ORDERS", "MAX_NUM_ALGO_ORDERS", "MAX_NUM_ICEBERG_ORDERS", "MAX_POSITION", "TRAILING_DELTA", "MAX_NUM_ORDER_AMENDS",
    "MAX_NUM_ORDER_LISTS", "MAX_ASSET", "T_PLUS_SELL",
  ]
  private static let knownStatuses: Set<String> = [
    "TRADING", "END_OF_DAY", "HALT", "BREAK", "CANCEL_ONLY", "PRE_TRADING", "POST_TRADING", "AUCTION_MATCH",
  ]

  /// Nothing stands in the way.
  public init() {}

  /// Reads them of a symbol's entry; what is absent asks for nothing, and a T_PLUS_SELL without a time that can be read is an unknown filter.
  init(_ entry: JSONValue) {
    permissionSets = (entry["permissionSets"]?.array ?? []).map { ($0.array ?? []).compactMap(\.string) }.filter { !$0.isEmpty }
    for filter in entry["filters"]?.array ?? [] {
      let type = filter["filterType"]?.string ?? "one without a type"
      if type == "T_PLUS_SELL", let time = filter["endTime"]?.integer, (0...9_000_000_000_000).contains(time) {
        sellableFrom = Timestamp(milliseconds: time)
      } else if type == "T_PLUS_SELL" || !Self.knownFilters.contains(type) {
        unknownFilters.append(String(type.prefix(40)))
      }
    }
    takesReplacements = entry["cancelReplaceAllowed"]?.bool ?? true
    for mode in entry["allowedSelfTradePreventionModes"]?.array ?? [] {
      switch mode.string {
      case "EXPIRE_TAKER": selfTradePrevention.insert(.expireTaker)
      case "EXPIRE_MAKER": selfTradePrevention.insert(.expireMaker)
      default: break
      }
    }
    let status = entry["status"]?.string ?? ""
    if !Self.knownStatuses.contains(status) { unknownStatus = status.isEmpty ? "absent" : String(status.prefix(40)) }
  }

  /// Why nothing may be bought, each as half a sentence; empty: nothing stands in the way.
  /// - Parameters:
  ///   - permissions: the account's; `nil`: there is no account.
  ///   - time: the exchange's.
  public func obstacles(permissions: [String]?, at time: Timestamp) -> [String] {
    var found: [String] = []
    if !unknownStatus.isEmpty { found.append("its status \(unknownStatus) is none that this program knows") }
    if let filter = unknownFilters.first { found.append("it has the filter \(filter), which this program does not know") }
    if let sellableFrom, time < sellableFrom { found.append("what is bought cannot be sold before \(sellableFrom) (T_PLUS_SELL)") }
    if let permissions, let missing = permissionSets.first(where: { !$0.contains { permissions.contains($0) } }) {
      let some = missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? ", …" : "")
      found.append("the account lacks the permission for it (one of \(some))")
    }
    return found
  }
}
