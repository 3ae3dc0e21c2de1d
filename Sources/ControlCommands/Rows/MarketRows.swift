package import BotAPI
import Presentation

extension V1.Candle: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("OPEN TIME (UTC)") { Cell(TimeText.dateTime($0.openTimeNs)) },
      TableColumn("SYMBOL") { Cell($0.symbol) },
      TableColumn("OPEN", .right) { Cell(DecimalText.trimmed($0.open)) },
      TableColumn("HIGH", .right) { Cell(DecimalText.trimmed($0.high)) },
      TableColumn("LOW", .right) { Cell(DecimalText.trimmed($0.low)) },
      TableColumn("CLOSE", .right) { candle in
        let rose = (DecimalText.units(candle.close) ?? 0) >= (DecimalText.units(candle.open) ?? 0)
        return Cell(DecimalText.trimmed(candle.close), rose ? .good : .bad)
      },
      TableColumn("VOLUME", .right) { Cell(DecimalText.trimmed($0.volume)) },
      TableColumn("TRADES", .right) { Cell("\($0.trades)") },
      TableColumn("") { Cell($0.isClosed ? "closed" : "open", .dim) },
    ]
  }
}

extension V1.Ticker: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("SYMBOL") { Cell($0.symbol, .accent) },
      TableColumn("LAST", .right) { Cell(DecimalText.trimmed($0.lastPrice)) },
      TableColumn("BID", .right) { Cell(DecimalText.trimmed($0.bidPrice)) },
      TableColumn("ASK", .right) { Cell(DecimalText.trimmed($0.askPrice)) },
      TableColumn("HIGH 24H", .right) { Cell(DecimalText.trimmed($0.highPrice24h)) },
      TableColumn("LOW 24H", .right) { Cell(DecimalText.trimmed($0.lowPrice24h)) },
      TableColumn("VOLUME 24H", .right) { Cell(DecimalText.trimmed($0.volume24h)) },
      TableColumn("TIME (UTC)") { Cell(TimeText.dateTime($0.timeNs)) },
    ]
  }
}

extension V1.SymbolInfo: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("SYMBOL") { Cell($0.symbol, .accent) },
      TableColumn("BASE") { Cell($0.baseAsset) },
      TableColumn("QUOTE") { Cell($0.quoteAsset) },
      TableColumn("STATUS") { Cell($0.status, $0.status == "TRADING" ? .good : .warning) },
      TableColumn("FEED") { Cell($0.subscribed ? "open" : "") },
      TableColumn("NO ENTRIES BECAUSE", flexible: true) { Cell($0.obstacles.joined(separator: "; "), .warning) },
    ]
  }
}

extension V1.TradingRules: CardSource {
  var card: [CardLine] {
    [
      CardLine("symbol", symbol, .accent),
      CardLine("status", Cell(status, status == "TRADING" ? .good : .warning)),
      CardLine("entries", obstacles.isEmpty ? Cell("taken") : Cell("none: \(obstacles.joined(separator: "; "))", .warning)),
      CardLine("tick size", DecimalText.trimmed(tickSize)),
      CardLine(
        "price range",
        "\(DecimalText.trimmed(minimumPrice)) to \(DecimalText.trimmed(maximumPrice))"),
      CardLine("step size", DecimalText.trimmed(stepSize)),
      CardLine(
        "quantity range",
        "\(DecimalText.trimmed(minimumQuantity)) to \(DecimalText.trimmed(maximumQuantity))"),
      CardLine("market order maximum", DecimalText.trimmed(marketMaximumQuantity)),
      CardLine("minimum amount", DecimalText.trimmed(minimumNotional)),
      CardLine("maximum amount", DecimalText.trimmed(maximumNotional)),
      CardLine("order types", orderTypes.map(\.name).joined(separator: " ")),
      CardLine("open orders", "\(maximumOpenOrders)"),
      CardLine("stop orders", "\(maximumStopOrders)"),
      CardLine("stop and target", takesPairs ? "rest as one pair (OCO)" : "no pairs: the target is watched"),
      CardLine("maker fee", DecimalText.percent(makerFee)),
      CardLine("taker fee", DecimalText.percent(takerFee)),
    ]
  }
}

extension V1.Strategy: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("STRATEGY") { Cell($0.name, .accent) },
      TableColumn("PARAMETERS") {
        Cell($0.parameters.map { "\($0.name)=\($0.defaultValue)" }.joined(separator: " "))
      },
      TableColumn("WARM-UP", .right) { Cell("\($0.warmUpCandles)") },
      TableColumn("FROM") { $0.isServed ? $0.isAvailable ? Cell("process") : Cell("process, away", .bad) : Cell("botd") },
      TableColumn("WHAT IT DOES", flexible: true) { Cell($0.summary) },
    ]
  }
}

extension V1.ParameterSchema: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("PARAMETER") { Cell($0.name, .accent) },
      TableColumn("TYPE") { Cell($0.type.name) },
      TableColumn("DEFAULT", .right) { Cell($0.defaultValue) },
      TableColumn("ALLOWED") { schema in
        if !schema.choices.isEmpty { return Cell(schema.choices.joined(separator: "|")) }
        if schema.minimum.isEmpty, schema.maximum.isEmpty { return Cell("") }
        return Cell("\(schema.minimum)...\(schema.maximum)")
      },
      TableColumn("MEANING", flexible: true) { Cell($0.description) },
    ]
  }
}
