import Presentation
import TradingModel
import ExchangeSimulation

/// Reads faults as `POST /sim/faults` takes them: one object or an array of them. Whatever is wrong is named.
struct FaultReader {
  /// Bounds of what may be asked for, so that nothing waits for ever.
  static let millisecondsMaximum: Int64 = 600_000
  static let lagMaximum: Int64 = 3_600_000
  /// The groups of requests.
  static let groups = ["all", "place", "cancel", "replace", "amend", "test", "query", "subscribe", "market", "archive", "upgrade"]

  private let members: [JSONTree.Member]
  /// How errors name the object: empty, or `[2].`.
  private let place: String
  private var read: Set<String> = []

  static func read(_ body: [UInt8]) throws(ExchangeError) -> [Fault] {
    guard let tree = JSONTree(body) else {
      let position = JSONTree.fault(in: body) ?? 0
      throw ExchangeError(-1102, "The body is not JSON from byte \(position) on.")
    }
    if case .array(let elements) = tree {
      var faults: [Fault] = []
      for (index, element) in elements.enumerated() { faults.append(try fault(element, place: "[\(index)].")) }
      return faults
    }
    return [try fault(tree, place: "")]
  }

  private static func fault(_ tree: JSONTree, place: String) throws(ExchangeError) -> Fault {
    guard case .object(let members) = tree else {
      throw ExchangeError(-1102, "\(place.isEmpty ? "The body" : String(place.dropLast())) must be an object.")
    }
    var reader = FaultReader(members: members, place: place)
    return try reader.fault()
  }

  private init(members: [JSONTree.Member], place: String) {
    self.members = members
    self.place = place
  }

  private mutating func fault() throws(ExchangeError) -> Fault {
    let onText = try required("on")
    guard let target = FaultTarget(rawValue: onText) else {
      throw refusal("on", "must be one of \(FaultTarget.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let action = try action(target)
    let selector = try selector(target)
    var count: Int64? = try integer("count", 0...1_000_000_000) ?? 1
    if count == 0 { count = nil }
    let after = try integer("after", 0...1_000_000_000) ?? 0
    let probability = try decimal("probability") ?? .one
    guard probability <= .one else { throw refusal("probability", "must be 0 to 1") }
    let seed = try integer("seed", 0...Int64.max).map { UInt64($0) }
    if let surplus = members.first(where: { !read.contains($0.name) }) {
      throw refusal(surplus.name, "is unknown for this fault")
    }
    return Fault(target, action, selector: selector, count: count, after: after, probability: probability, seed: seed)
  }

  private mutating func selector(_ target: FaultTarget) throws(ExchangeError) -> FaultSelector {
    var selector = FaultSelector()
    switch target {
    case .request:
      selector.name = try text("request")
      if let name = selector.name, !Self.groups.contains(name), !name.contains(" /"), EndpointTable.webSocket[name] == nil {
        throw refusal("request", "must be METHOD /path, a method of the WebSocket API, or one of \(Self.groups.joined(separator: ", "))")
      }
    case .userEvent, .marketEvent: selector.name = try text("event")
    case .connection:
      selector.name = try text("kind")
      if let kind = selector.name, !["all", "rest", "stream", "webSocketAPI"].contains(kind) {
        throw refusal("kind", "must be all, rest, stream or webSocketAPI")
      }
    }
    if target != .connection { selector.symbol = try text("symbol") }
    if target == .request || target == .userEvent {
      selector.side = try text("side")
      if let side = selector.side, side != "BUY", side != "SELL" { throw refusal("side", "must be BUY or SELL") }
      selector.orderType = try text("type")
      selector.clientOrderIDPrefix = try text("clientIdPrefix")
      selector.account = try integer("account", 0...1_000_000).map(Int.init)
    }
    if target == .userEvent { selector.execution = try text("execution") }
    if target == .marketEvent {
      selector.interval = try text("interval")
      selector.isClosed = try flag("closed")
    }
    if target == .request || target == .connection { selector.connection = try integer("connection", 1...Int64.max) }
    return selector
  }

  private mutating func action(_ target: FaultTarget) throws(ExchangeError) -> FaultAction {
    let name = try required("do")
    let action: FaultAction?
    switch target {
    case .request: action = try requestAction(name)
    case .userEvent, .marketEvent: action = try eventAction(name, target)
    case .connection: action = try connectionAction(name)
    }
    guard let action else { throw refusal("do", "'\(name)' is unknown; on \(target.rawValue) there are \(Self.actions(target))") }
    return action
  }

  private static func actions(_ target: FaultTarget) -> String {
    switch target {
    case .request: "swallow, delay, answer, cut, partial, lag and omit"
    case .userEvent: "lose, double, delay, reorder and garble"
    case .marketEvent: "lose, double, delay, reorder, garble and price"
    case .connection: "silent, oneWay, blackHole, terminate, shutdown, unsubscribe and drop"
    }
  }

  private mutating func requestAction(_ name: String) throws(ExchangeError) -> FaultAction? {
    switch name {
    case "swallow": return .swallow(executes: try flag("executed") ?? true, resets: try flag("reset") ?? false)
    case "delay":
      let before = try integer("beforeMs", 0...Self.millisecondsMaximum)
      let after = try integer("afterMs", 0...Self.millisecondsMaximum)
      guard before != nil || after != nil else { throw refusal("beforeMs", "or afterMs must be given") }
      return .delay(before: before ?? 0, after: after ?? 0)
    case "answer":
      guard let status = try integer("status", 200...599) else { throw refusal("status", "must be given") }
      return .answer(
        FaultAnswer(
          status: Int(status), code: Int(try integer("code", -999_999...999_999) ?? 0), message: try text("message") ?? "",
          body: try text("body"), headers: try headers(), executes: try flag("executed") ?? false))
    case "cut":
      guard let bytes = try integer("bytes", 0...1_000_000_000) else { throw refusal("bytes", "must be given") }
      return .cut(bytes: Int(bytes), resets: try flag("reset") ?? false)
    case "partial":
      let quantity = try decimal("quantity")
      let fraction = try decimal("fraction")
      guard (quantity == nil) != (fraction == nil) else { throw refusal("quantity", "or fraction must be given, not both") }
      if let fraction, fraction > .one { throw refusal("fraction", "must be 0 to 1") }
      return .partial(quantity: quantity, fraction: fraction)
    case "lag":
      guard let milliseconds = try integer("ms", 1...Self.lagMaximum) else { throw refusal("ms", "must be given") }
      return .lag(milliseconds: milliseconds)
    case "omit":
      let newest = try integer("newest", 1...1_000_000)
      let ids = try integers("ids")
      guard newest != nil || ids != nil else { throw refusal("newest", "or ids must be given") }
      return .omit(newest: Int(newest ?? 0), ids: ids ?? [])
    default: return nil
    }
  }

  private mutating func eventAction(_ name: String, _ target: FaultTarget) throws(ExchangeError) -> FaultAction? {
    switch name {
    case "lose": return .lose
    case "double": return .double
    case "delay":
      guard let milliseconds = try integer("ms", 1...Self.millisecondsMaximum) else { throw refusal("ms", "must be given") }
      return .postpone(milliseconds: milliseconds)
    case "reorder": return .reorder(milliseconds: try integer("ms", 1...Self.millisecondsMaximum) ?? 1_000)
    case "garble": return .garble(text: try text("text"))
    case "price" where target == .marketEvent:
      guard let factor = try decimal("factor") else { throw refusal("factor", "must be given") }
      guard factor <= FixedDecimal(1_000_000) else { throw refusal("factor", "must be 0 to 1000000") }
      return .price(factor: factor)
    default: return nil
    }
  }

  private mutating func connectionAction(_ name: String) throws(ExchangeError) -> FaultAction? {
    switch name {
    case "silent": return .silent
    case "oneWay":
      let lost = try required("lost")
      guard let direction = FaultAction.DeadDirection(rawValue: lost) else { throw refusal("lost", "must be toServer or toClient") }
      return .oneWay(lost: direction)
    case "blackHole": return .blackHole
    case "terminate": return .terminate
    case "shutdown": return .shutdown
    case "unsubscribe": return .unsubscribe
    case "drop": return .drop(resets: try flag("reset") ?? false)
    default: return nil
    }
  }

  // MARK: Fields

  private func refusal(_ name: String, _ reason: String) -> ExchangeError { ExchangeError(-1102, "\(place)\(name) \(reason).") }

  private mutating func value(_ name: String) -> JSONTree? {
    read.insert(name)
    guard let value = members.first(where: { $0.name == name })?.value, value != .null else { return nil }
    return value
  }

  private mutating func text(_ name: String) throws(ExchangeError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.text, text.utf8.count <= 65_536 else { throw refusal(name, "must be a text") }
    return text
  }

  private mutating func required(_ name: String) throws(ExchangeError) -> String {
    guard let text = try text(name) else { throw refusal(name, "must be given") }
    return text
  }

  private mutating func flag(_ name: String) throws(ExchangeError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .bool(let flag) = value else { throw refusal(name, "must be true or false") }
    return flag
  }

  private mutating func integer(_ name: String, _ range: ClosedRange<Int64>) throws(ExchangeError) -> Int64? {
    guard let value = value(name) else { return nil }
    guard let number = value.integer, range.contains(number) else {
      throw refusal(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private mutating func integers(_ name: String) throws(ExchangeError) -> [Int64]? {
    guard let value = value(name) else { return nil }
    guard let numbers = value.elements?.map(\.integer), numbers.count <= 10_000, !numbers.contains(nil) else {
      throw refusal(name, "must be a list of integers")
    }
    return numbers.compactMap(\.self)
  }

  /// A number, or a text that is one; not negative.
  private mutating func decimal(_ name: String) throws(ExchangeError) -> FixedDecimal? {
    guard let value = value(name) else { return nil }
    guard let text = value.parameterText, let number = FixedDecimal(text: text), !number.isNegative else {
      throw refusal(name, "must be a decimal that is not negative, with at most eight digits behind the point")
    }
    return number
  }

  private mutating func headers() throws(ExchangeError) -> [FaultAnswer.Header] {
    guard let value = value("headers") else { return [] }
    guard let members = value.members else { throw refusal("headers", "must be an object") }
    var headers: [FaultAnswer.Header] = []
    for member in members {
      let isName = !member.name.isEmpty && member.name.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ":") }
      guard isName, let text = member.value.parameterText, text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) else {
        throw refusal("headers.\(member.name)", "must be a header's name with a text")
      }
      headers.append(FaultAnswer.Header(name: member.name, value: text))
    }
    return headers
  }
}
