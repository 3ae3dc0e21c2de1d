public import Time
public import TradingModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the market said while a journal was written: the closed candles of every series that bots watched, and the trading rules.
///
/// It stands beside the journal (`STATE_DIR/market`), as text: `SYMBOL-INTERVAL.csv` with the columns of a candle file and `heard_at` (when it
/// reached strategies, in milliseconds; 0: it came as history), and `rules.csv`. It is no record of what was done: writing it never delays an
/// order, and losing its end loses no trade. `botctl replay` decides everything again from it, `botctl compare` backtests on it. Against an
/// exchange, `arrivals.csv` says where the market was when an order was decided and when it was executed (``TapeArrival``).
public enum MarketTape {
  public static let folder = "market"
  static let header = "open_time,open,high,low,close,volume,heard_at"
  static let rulesFile = "rules.csv"

  /// A candle as it was heard.
  public struct Row: Hashable, Sendable {
    public var candle: Candle
    /// The event time it came with; `nil` for history.
    public var heardAt: Timestamp?
    public init(candle: Candle, heardAt: Timestamp?) {
      self.candle = candle
      self.heardAt = heardAt
    }
  }

  static func fileName(_ key: SeriesKey) -> String {
    // "1M" is a month, "1m" a minute: file systems that ignore case must tell them apart.
    "\(key.symbol.text)-\(key.interval == .oneMonth ? "1month" : key.interval.rawValue).csv"
  }

  static func key(ofFile name: String) -> SeriesKey? {
    guard name.hasSuffix(".csv"), let dash = name.lastIndex(of: "-") else { return nil }
    let interval = String(name[name.index(after: dash)...].dropLast(4))
    guard let symbol = Symbol(name[..<dash]), let length = interval == "1month" ? .oneMonth : Interval(rawValue: interval) else {
      return nil
    }
    return SeriesKey(symbol: symbol, interval: length)
  }

  static func line(_ candle: Candle, heardAt: Timestamp?) -> String {
    let heard = heardAt?.milliseconds ?? 0
    return "\(candle.openTime.milliseconds),\(candle.open),\(candle.high),\(candle.low),\(candle.close),\(candle.volume),\(heard)\n"
  }

  /// A line of a series' file; `nil` when it is not one.
  static func row(_ line: Substring) -> Row? {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    guard cells.count == 7, let time = Int64(cells[0]), let open = FixedDecimal(text: String(cells[1])),
      let high = FixedDecimal(text: String(cells[2])), let low = FixedDecimal(text: String(cells[3])),
      let close = FixedDecimal(text: String(cells[4])), let volume = FixedDecimal(text: String(cells[5])),
      let heard = Int64(cells[6]), heard >= 0
    else { return nil }
    let candle = Candle(openTime: Timestamp(milliseconds: time), open: open, high: high, low: low, close: close, volume: volume)
    return candle.isConsistent ? Row(candle: candle, heardAt: heard > 0 ? Timestamp(milliseconds: heard) : nil) : nil
  }

  // MARK: Rules

  static let rulesHeader =
    "symbol,status,base,quote,base_precision,quote_precision,price_min,price_max,tick,quantity_min,quantity_max,step,market_quantity_min,market_quantity_max,market_step,notional_min,notional_max,notional_min_market,notional_max_market,orders_max,algorithmic_orders_max,quote_amounts,buy_multiplier_max,sell_multiplier_max,pairs,protected_entries"

  static func line(_ rules: TradingRules) -> String {
    let cells: [String] = [
      rules.symbol.text, "\(rules.status.rawValue)", rules.baseAsset, rules.quoteAsset, "\(rules.baseAssetPrecision)",
      "\(rules.quoteAssetPrecision)", "\(rules.priceMinimum)", "\(rules.priceMaximum)", "\(rules.tickSize)", "\(rules.quantityMinimum)",
      "\(rules.quantityMaximum)", "\(rules.stepSize)", "\(rules.marketQuantityMinimum)", "\(rules.marketQuantityMaximum)",
      "\(rules.marketStepSize)", "\(rules.notionalMinimum)", "\(rules.notionalMaximum)", rules.notionalMinimumAppliesToMarket ? "1" : "0",
      rules.notionalMaximumAppliesToMarket ? "1" : "0", "\(rules.openOrdersMaximum)", "\(rules.openAlgorithmicOrdersMaximum)",
      rules.takesQuoteAmounts ? "1" : "0", "\(rules.buyPriceMultiplierMaximum)", "\(rules.sellPriceMultiplierMaximum)",
      rules.takesPairs ? "1" : "0", rules.takesProtectedEntries ? "1" : "0",
    ]
    return cells.joined(separator: ",") + "\n"
  }

  static func tradingRules(_ line: Substring) -> TradingRules? {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    // Tapes of earlier programs end before the last one, three, or five.
    guard [21, 23, 25, 26].contains(cells.count), let symbol = Symbol(cells[0]),
      let status = UInt8(cells[1]).flatMap({ TradingRules.Status(rawValue: $0) }),
      let basePrecision = Int(cells[4]), let quotePrecision = Int(cells[5]), let orders = Int(cells[19]), let stops = Int(cells[20])
    else { return nil }
    let numbers = cells[6...16].compactMap { FixedDecimal(text: $0) }
    guard numbers.count == 11, let buys = cells.count < 23 ? .zero : FixedDecimal(text: cells[22]),
      let sales = cells.count < 25 ? .zero : FixedDecimal(text: cells[23])
    else { return nil }
    return TradingRules(
      symbol: symbol, status: status, baseAsset: cells[2], quoteAsset: cells[3], baseAssetPrecision: basePrecision,
      quoteAssetPrecision: quotePrecision, priceMinimum: numbers[0], priceMaximum: numbers[1], tickSize: numbers[2],
      quantityMinimum: numbers[3], quantityMaximum: numbers[4], stepSize: numbers[5], marketQuantityMinimum: numbers[6],
      marketQuantityMaximum: numbers[7], marketStepSize: numbers[8], notionalMinimum: numbers[9], notionalMaximum: numbers[10],
      notionalMinimumAppliesToMarket: cells[17] == "1", notionalMaximumAppliesToMarket: cells[18] == "1", openOrdersMaximum: orders,
      openAlgorithmicOrdersMaximum: stops, takesQuoteAmounts: cells.count == 21 || cells[21] == "1", buyPriceMultiplierMaximum: buys,
      sellPriceMultiplierMaximum: sales, takesPairs: cells.count < 25 || cells[24] == "1",
      takesProtectedEntries: cells.count > 25 && cells[25] == "1")
  }

  // MARK: Reading

  /// Everything on a tape, series in order of their names. Lines that are none (the torn end of a file) are left out.
  /// - Returns: `nil` where there is no tape.
  public static func read(stateDirectory: String) -> (series: [(key: SeriesKey, rows: [Row])], rules: [TradingRules])? {
    let path = "\(stateDirectory)/\(folder)"
    guard unsafe access(path, F_OK) == 0 else { return nil }
    var series: [(key: SeriesKey, rows: [Row])] = []
    for name in names(stateDirectory) {
      guard let key = key(ofFile: name), let text = TapeFile.contents("\(path)/\(name)") else { continue }
      let rows = text.split(separator: "\n").dropFirst().compactMap { row($0) }
      series.append((key, rows))
    }
    let rules = (TapeFile.contents("\(path)/\(rulesFile)") ?? "").split(separator: "\n").dropFirst().compactMap { tradingRules($0) }
    return (series, rules)
  }
}
