package import BotAPI
import Presentation

extension V1.Trade: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("SEQ", .right) { Cell("\($0.sequence)", .dim) },
      TableColumn("TIME (UTC)") { Cell(TimeText.dateTime($0.timeNs)) },
      TableColumn("BOT") { Cell($0.botID, .accent) },
      TableColumn("SYMBOL") { Cell($0.symbol) },
      TableColumn("SIDE") { $0.side.cell },
      TableColumn("QUANTITY", .right) { Cell(DecimalText.trimmed($0.quantity)) },
      TableColumn("PRICE", .right) { Cell(DecimalText.trimmed($0.price)) },
      TableColumn("AMOUNT", .right) { Cell(DecimalText.fixed($0.quoteQuantity, places: 2)) },
      TableColumn("FEE", .right) {
        Cell("\(DecimalText.trimmed($0.commission)) \($0.commissionAsset)")
      },
      TableColumn("PNL", .right) {
        $0.side == .sell ? DecimalText.signed($0.realizedPnL) : Cell("")
      },
      TableColumn("WHY", flexible: true) {
        Cell($0.reason.isEmpty ? $0.purpose.name : $0.reason, .dim)
      },
    ]
  }

  package static var leftOutFirst: [String] {
    ["FEE", "SEQ", "AMOUNT", "WHY", "BOT", "QUANTITY", "TIME (UTC)", "PNL", "SYMBOL", "SIDE"]
  }
}

extension V1.OrderStatus {
  var cell: Cell {
    switch self {
    case .filled: Cell(name, .good)
    case .denied, .rejected, .expired: Cell(name, .bad)
    case .unknown, .pendingCancel: Cell(name, .warning)
    case .canceled, .waiting: Cell(name, .dim)
    default: Cell(name)
    }
  }
}

extension V1.Order: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("ORDER") { Cell($0.clientOrderID, .accent) },
      TableColumn("TIME (UTC)") { Cell(TimeText.dateTime($0.createdTimeNs)) },
      TableColumn("BOT") { Cell($0.botID) },
      TableColumn("SYMBOL") { Cell($0.symbol) },
      TableColumn("SIDE") { $0.side.cell },
      TableColumn("TYPE") { Cell($0.type.name) },
      TableColumn("QUANTITY", .right) { Cell($0.size) },
      TableColumn("PRICE", .right) {
        Cell(DecimalText.trimmed($0.price.isEmpty ? $0.stopPrice : $0.price))
      },
      TableColumn("FILLED", .right) { Cell(DecimalText.trimmed($0.executedQuantity)) },
      TableColumn("AVERAGE", .right) { Cell(DecimalText.trimmed($0.averagePrice)) },
      TableColumn("STATUS") { $0.status.cell },
      TableColumn("WHY", flexible: true) {
        Cell($0.rejectReason.isEmpty ? $0.reason : $0.rejectReason, .dim)
      },
    ]
  }

  package static var leftOutFirst: [String] {
    ["AVERAGE", "FILLED", "WHY", "TYPE", "BOT", "TIME (UTC)", "PRICE", "QUANTITY", "SYMBOL", "SIDE"]
  }
}

extension V1.Order {
  /// Its quantity; of an order by amount, while it got nothing, the amount: "for 100".
  var size: String {
    quoteQuantity.isEmpty || DecimalText.units(quantity) ?? 0 != 0
      ? DecimalText.trimmed(quantity) : "for \(DecimalText.trimmed(quoteQuantity))"
  }
}

extension V1.Order: CardSource {
  var card: [CardLine] {
    [
      CardLine("order", clientOrderID, .accent), CardLine("venue order", venueOrderID),
      CardLine("bot", botID), CardLine("symbol", symbol),
      CardLine("side", side.cell),
      CardLine(
        "type", timeInForce == .unspecified ? type.name : "\(type.name) \(timeInForce.name)"),
      CardLine("status", status.cell), CardLine("quantity", DecimalText.trimmed(quantity)),
      CardLine("spends at most", DecimalText.trimmed(quoteQuantity)),
      CardLine("price", DecimalText.trimmed(price)),
      CardLine("stop price", DecimalText.trimmed(stopPrice)),
      CardLine("filled", DecimalText.trimmed(executedQuantity)),
      CardLine("amount", DecimalText.trimmed(cumulativeQuote)),
      CardLine("average price", DecimalText.trimmed(averagePrice)),
      CardLine("decision price", DecimalText.trimmed(decisionPrice)),
      CardLine("purpose", purpose.name), CardLine("why", reason),
      CardLine("refused because", rejectReason, .bad),
      CardLine("intent sequence", intentSequence == 0 ? "" : "\(intentSequence)"),
      CardLine("created", TimeText.dateTime(createdTimeNs)),
      CardLine("updated", TimeText.dateTime(updatedTimeNs)),
    ]
  }
}

extension V1.OrderStep: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("SEQ", .right) { Cell($0.sequence == 0 ? "" : "\($0.sequence)", .dim) },
      TableColumn("TIME (UTC)") { Cell(TimeText.dateTime($0.timeNs)) },
      TableColumn("STEP") { Cell($0.kind, .accent) },
      TableColumn("STATUS") { $0.status == .unspecified ? Cell("") : $0.status.cell },
      TableColumn("WHAT", flexible: true) { Cell($0.description) },
    ]
  }
}
