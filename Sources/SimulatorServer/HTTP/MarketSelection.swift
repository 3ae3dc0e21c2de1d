import TradingModel
import ExchangeSimulation

/// The symbols that a request names: one, several, or all.
struct MarketSelection {
  var symbols: [Symbol]
  /// The answer is one object and no list.
  var isSingle: Bool

  /// `symbol` or `symbols`, or neither where that means all; then `symbolStatus` leaves out what has another status.
  /// - Parameters:
  ///   - isRequired: neither is an error.
  ///   - maximum: how many may be named.
  init(
    _ parameters: RequestParameters, _ simulation: Simulation, isRequired: Bool = false, maximum: Int = .max
  ) throws(ExchangeError) {
    let status = try Self.status(parameters)
    if parameters["symbol"] != nil {
      guard parameters["symbols"] == nil else { throw Self.combination }
      let symbol = try Self.known(try parameters.symbol(), simulation)
      try Self.check(status: parameters, of: symbol, simulation)
      (symbols, isSingle) = ([symbol], true)
      return
    }
    isSingle = false
    if let names = try parameters.list("symbols") {
      guard names.count <= maximum else {
        throw ExchangeError(-1101, "Too many values sent for parameter 'symbols', maximum allowed up to \(maximum).")
      }
      symbols = try Self.listed(names, simulation)
    } else {
      guard !isRequired else {
        throw ExchangeError(-1102, "Param 'symbol' or 'symbols' must be sent, but both were empty/null!")
      }
      // Those that are delisted are gone.
      symbols = simulation.boards.map(\.symbol).filter { simulation.exchange.rules($0) != nil }
    }
    if let status { symbols.removeAll { simulation.exchange.instrument($0)?.rules.status != status } }
  }

  /// The parameters of `exchangeInfo`: `symbol`, `symbols` and `permissions` exclude each other; `symbolStatus` goes with the last only.
  init(exchangeInfo parameters: RequestParameters, _ simulation: Simulation) throws(ExchangeError) {
    let named = ["symbol", "symbols", "permissions"].filter { parameters[$0] != nil }
    guard named.count <= 1 else { throw Self.combination }
    let names = parameters["symbol"] != nil || parameters["symbols"] != nil
    guard !names || parameters["symbolStatus"] == nil else { throw Self.combination }
    try self.init(parameters, simulation)
    guard let text = parameters["permissions"] else { return }
    let permissions = text.hasPrefix("[") ? try parameters.list("permissions") ?? [] : [text]
    for permission in permissions where permission.isEmpty || !permission.utf8.allSatisfy(Self.isPermissionByte) {
      throw ExchangeError(-1130, "Data sent for parameter 'permissions' is not valid.")
    }
    symbols.removeAll { simulation.exchange.terms($0).map { !$0.permissionSets.joined().contains { permissions.contains($0) } } ?? true }
  }

  private static func isPermissionByte(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
  }

  private static var combination: ExchangeError { ExchangeError(-1128, "Combination of optional parameters invalid.") }

  private static func listed(_ names: [String], _ simulation: Simulation) throws(ExchangeError) -> [Symbol] {
    var symbols: [Symbol] = []
    var seen: Set<Symbol> = []
    for name in names {
      guard let symbol = Symbol(name), symbol.text == name else { throw ExchangeError(-1121, "Invalid symbol.") }
      guard seen.insert(symbol).inserted else { throw ExchangeError(-1151, "Symbol is present multiple times in the list.") }
      symbols.append(try known(symbol, simulation))
    }
    return symbols
  }

  private static func known(_ symbol: Symbol, _ simulation: Simulation) throws(ExchangeError) -> Symbol {
    guard simulation.exchange.rules(symbol) != nil else { throw ExchangeError(-1121, "Invalid symbol.") }
    return symbol
  }

  private static func status(_ parameters: RequestParameters) throws(ExchangeError) -> TradingRules.Status? {
    guard let text = parameters["symbolStatus"] else { return nil }
    let all: [TradingRules.Status] = [.trading, .halt, .break]
    guard let status = all.first(where: { $0.wireName == text }) else { throw ExchangeError(-1122, "Invalid symbolStatus.") }
    return status
  }

  /// A single symbol with another status than asked for is an error.
  static func check(status parameters: RequestParameters, of symbol: Symbol, _ simulation: Simulation) throws(ExchangeError) {
    guard let status = try status(parameters) else { return }
    guard simulation.exchange.instrument(symbol)?.rules.status == status else {
      throw ExchangeError(-1220, "The symbol's status does not match the requested symbolStatus.")
    }
  }

  /// How many symbols a request names, for its weight; `nil`: all.
  static func count(_ parameters: RequestParameters) -> Int? {
    if parameters["symbol"] != nil { return 1 }
    return (try? parameters.list("symbols")).flatMap { $0 }.map(\.count)
  }
}

extension TradingRules.Status {
  /// The exchange's spelling.
  var wireName: String {
    switch self {
    case .trading: "TRADING"
    case .endOfDay: "END_OF_DAY"
    case .halt: "HALT"
    case .break: "BREAK"
    case .cancelOnly: "CANCEL_ONLY"
    case .unknown: "HALT"
    }
  }
}
