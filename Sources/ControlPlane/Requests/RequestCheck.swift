import BotAPI
import TTRPC
import TradingModel

/// Collects everything that is wrong with a request, so that the caller hears it all at once.
struct RequestCheck {
  private(set) var violations: [V1.FieldViolation] = []

  mutating func wrong(_ field: String, _ reason: String, _ message: String) {
    violations.append(V1.FieldViolation(field: field, reason: reason, message: message))
  }

  func hasViolation(of field: String) -> Bool { violations.contains { $0.field == field } }

  /// - Throws: `INVALID_ARGUMENT` with every violation.
  func finish() throws(RPCError) {
    guard violations.isEmpty else { throw RPCError(violations: violations) }
  }

  // MARK: Identifiers

  mutating func requestID(_ text: String) {
    guard !text.isEmpty, text.utf8.count > 64 || text.utf8.contains(where: { $0 < 0x21 || $0 > 0x7E }) else { return }
    wrong("request_id", "REQUEST_ID_MALFORMED", "request_id must be 1 to 64 visible ASCII characters, for example a UUID, or empty")
  }

  mutating func botID(_ text: String, field: String = "bot_id") -> BotID? {
    if let id = BotID(text) { return id }
    wrong(
      field, text.isEmpty ? "REQUIRED" : "BOT_ID_MALFORMED",
      text.isEmpty
        ? "\(field) is missing: name the bot"
        : "\(field) \"\(Self.shown(text))\" must be 1 to 32 of a-z, 0-9, '-' and '_'")
    return nil
  }

  mutating func symbol(_ text: String, field: String = "symbol") -> Symbol? {
    if let symbol = Symbol(text) { return symbol }
    wrong(
      field, text.isEmpty ? "REQUIRED" : "SYMBOL_MALFORMED",
      text.isEmpty ? "\(field) is missing: name a symbol, for example BTCUSDT" : "\(field) \"\(Self.shown(text))\" is not like BTCUSDT")
    return nil
  }

  mutating func clientOrderID(_ text: String) -> ClientOrderID? {
    if let id = ClientOrderID(text) { return id }
    wrong(
      "client_order_id", text.isEmpty ? "REQUIRED" : "CLIENT_ORDER_ID_MALFORMED",
      text.isEmpty
        ? "client_order_id is missing: name the order"
        : "client_order_id \"\(Self.shown(text))\" must be 1 to 36 letters, digits, '-' and '_'")
    return nil
  }

  mutating func interval(_ text: String, field: String = "interval") -> Interval? {
    if let interval = Interval(rawValue: text) { return interval }
    let known = Interval.list
    wrong(
      field, text.isEmpty ? "REQUIRED" : "INTERVAL_UNKNOWN",
      text.isEmpty ? "\(field) is missing: one of \(known)" : "\(field) \"\(Self.shown(text))\" is not one of \(known)")
    return nil
  }

  // MARK: Numbers

  /// `nil` for an empty text, which is not wrong, and for one that is.
  mutating func decimal(_ text: String, field: String) -> FixedDecimal? {
    guard !text.isEmpty else { return nil }
    if let value = FixedDecimal(plain: text) { return value }
    notADecimal(text, field: field)
    return nil
  }

  mutating func notADecimal(_ text: String, field: String) {
    wrong(
      field, "NOT_A_DECIMAL",
      "\(field) \"\(Self.shown(text))\" must be a decimal such as 0.02: at most 18 digits without leading zeros, a point, at most 8 "
        + "digits behind it, no exponent, no -0")
  }

  mutating func notNegative(_ value: Int64, field: String) {
    if value < 0 { wrong(field, "MUST_NOT_BE_NEGATIVE", "\(field) must be 0 or more, not \(value)") }
  }

  mutating func pageSize(_ value: Int32, _ limits: ControlPlaneLimits) -> Int {
    notNegative(Int64(value), field: "page_size")
    return value <= 0 ? limits.pageSizeDefault : min(Int(value), limits.pageSizeMaximum)
  }

  mutating func malformedToken() {
    wrong("page_token", "PAGE_TOKEN_MALFORMED", "page_token must be the next_page_token of the page before, unchanged, or empty")
  }

  /// A token that is a number.
  mutating func numericToken(_ text: String) -> UInt64? {
    guard !text.isEmpty else { return nil }
    if text.utf8.count <= 20, let value = UInt64(text), String(value) == text { return value }
    malformedToken()
    return nil
  }

  // MARK: Lists and texts

  /// Most values of one filter.
  static let filterValuesMaximum = 1_000

  private mutating func isTooLong(_ count: Int, _ field: String) -> Bool {
    guard count > Self.filterValuesMaximum else { return false }
    wrong(field, "TOO_MANY_VALUES", "\(field) may name \(Self.filterValuesMaximum) at most, not \(count)")
    return true
  }

  mutating func botIDs(_ texts: [String]) -> Set<BotID> {
    guard !isTooLong(texts.count, "bot_ids") else { return [] }
    var set: Set<BotID> = []
    for (index, text) in texts.enumerated() { if let id = botID(text, field: "bot_ids[\(index)]") { set.insert(id) } }
    return set
  }

  mutating func symbols(_ texts: [String]) -> Set<Symbol> {
    guard !isTooLong(texts.count, "symbols") else { return [] }
    var set: Set<Symbol> = []
    for (index, text) in texts.enumerated() { if let symbol = symbol(text, field: "symbols[\(index)]") { set.insert(symbol) } }
    return set
  }

  /// Free text of a person, kept in the journal.
  mutating func reason(_ text: String) {
    if text.utf8.count > 500 { wrong("reason", "TOO_LONG", "reason may have 500 bytes at most, not \(text.utf8.count)") }
  }

  /// A stranger's text, short enough to repeat.
  static func shown(_ text: String) -> String { text.count > 40 ? "\(text.prefix(40))…" : text }
}
