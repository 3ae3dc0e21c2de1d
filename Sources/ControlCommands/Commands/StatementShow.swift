import ArgumentParser
import BotAPI
import Presentation
import TTRPC
import Time
import TradingModel

struct StatementShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "statement",
    abstract: "Shows a month by asset, and its lots for taxes: opening, fills, fees, closing; gains first in, first out.",
    discussion: """
      Examples:
        botctl statement --month 2026-10
        botctl statement --month 2026-10 --output csv > lots.csv
        botctl statement --since 2026-01-01 --until 2027-01-01 --part trades --output csv > koinly.csv

      assets  opening + bought + sold + fees + outside + other = closing, the exchange's balance. It is read once after each start and once a
              day; between reading and month's end it is carried by fills. OUTSIDE are fills of no bot; OTHER is what no fill explains:
              deposits, withdrawals, transfers. In the paper modes there is no account: it begins with nothing, and OTHER is not known.
      lots    what was disposed of, first in, first out, over all bots: acquired, disposed, proceeds, cost, fee, gain, in the quote asset.
              "released", "missing" and "removed" are no sales: those coins left the bots and not the account.
      held    the lots that are left.
      gains   the lots' gains beside what the bots' books realized, which take average costs (botctl profit), and why they differ.
      trades  every fill in the columns of Koinly's universal template: Date (UTC), Sent Amount, Sent Currency, Received Amount,
              Received Currency, Fee Amount, Fee Currency, ..., TxHash. Amounts are without the fee, which is paid beside them.
      """)

  /// What of the statement is wanted.
  enum Part: String, CaseIterable { case assets, lots, held, gains, trades }

  @Option(help: ArgumentHelp("The month, for example 2026-10; also: this, last. (default: this)", valueName: "month"))
  var month: String?

  @Option(
    help: ArgumentHelp("Only this part: assets, lots, held, gains, trades. (default: all but trades; of csv: lots)", valueName: "part"),
    completion: .list(Part.allCases.map(\.rawValue)))
  var part: String?

  @OptionGroup var times: TimeRangeOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  /// What the command line says.
  private struct Asked {
    var from: Int64
    var to: Int64
    var part: Part?
    var name: String
  }

  private func asked() throws(CommandFailure) -> Asked {
    var chosen: Part?
    if let part {
      guard let known = Part(rawValue: part) else {
        throw CommandFailure(.usage, "--part: \"\(part.prefix(40))\" is none of \(Part.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      chosen = known
    }
    let reader = try times.zone.reader()
    if times.isGiven {
      guard month == nil else { throw CommandFailure(.usage, "--month: cannot go together with --since and --until") }
      let (from, to) = try times.range()
      let name = "\(from == 0 ? "the time from the beginning" : "the time from \(shown(from))") to \(to == 0 ? "now" : shown(to))"
      return Asked(from: from, to: to == 0 ? .max : to, part: chosen, name: name)
    }
    let this = reader.start(of: .month, containing: reader.now)
    var text = month ?? "this"
    if text == "this" { text = reader.name(of: .month, containing: this) }
    if text == "last" { text = reader.name(of: .month, containing: this.advanced(byNanoseconds: -1)) }
    guard let range = reader.month(text), range.lowerBound >= .zero else {
      throw CommandFailure(.usage, "--month: \"\(text.prefix(40))\" is no month: write 2026-10, this or last")
    }
    return Asked(from: range.lowerBound.nanoseconds, to: range.upperBound.nanoseconds, part: chosen, name: text)
  }

  private func shown(_ time: Int64) -> String { TimeText.rfc3339(Timestamp(nanoseconds: time)) }

  mutating func run() async throws {
    _ = try asked()
    let command = self
    try await connected(output) { try await command.run($0, $1) }
  }

  func run(_ session: Session, _ output: Output) async throws {
    let asked = try asked()
    let entries = try await LedgerPages.read(session)
    let account = AccountStatement(entries, from: asked.from, to: asked.to, now: try await reading(session, entries))
    let lots = TaxLots(entries, from: asked.from, to: asked.to)
    let trades = TaxTradeRow.rows(entries, from: asked.from, to: asked.to)
    switch output.format {
    case .csv:
      switch asked.part ?? .lots {
      case .assets: output.csv(account.rows)
      case .lots: output.csv(lots.disposals)
      case .held: output.csv(lots.open)
      case .gains: output.csv(lots.gains)
      case .trades: output.csv(trades)
      }
    case .json:
      func isWanted(_ part: Part) -> Bool { asked.part.map { $0 == part } ?? (part != .trades) }
      var json = JSONText(pretty: true)
      json.beginObject()
      json.field("from_time_ns", asked.from)
      json.field("to_time_ns", asked.to)
      json.field("time_zone", times.zone.name)
      json.field("opening_read_time_ns", account.openingRead)
      json.field("closing_read_time_ns", account.closingRead)
      if isWanted(.assets) { json.field("assets", account.rows) }
      if isWanted(.lots) { json.field("lots", lots.disposals) }
      if isWanted(.held) { json.field("held_lots", lots.open) }
      if isWanted(.gains) { json.field("gains", lots.gains) }
      if asked.part == .trades { json.field("trades", trades.compactMap(\.entry.trade).map(TradeJSON.init)) }
      json.endObject()
      output.line(json.text)
    case .table: table(asked, account, lots, trades, output)
    }
  }

  private func table(_ asked: Asked, _ account: AccountStatement, _ lots: TaxLots, _ trades: [TaxTradeRow], _ output: Output) {
    func show(_ part: Part, _ rows: [some TableRow], _ empty: String) {
      guard asked.part.map({ $0 == part }) ?? (part != .trades) else { return }
      if rows.isEmpty { output.remark(empty) } else { output.rowsOnly(rows) }
    }
    show(.assets, account.rows, "nothing is known of the account for \(asked.name)")
    if asked.part == nil || asked.part == .assets { remarks(account, output) }
    show(.lots, lots.disposals, "nothing was disposed of in \(asked.name)")
    show(.held, lots.open, "no lots were held at the end of \(asked.name)")
    show(.gains, lots.gains, "no gains and no losses in \(asked.name)")
    show(.trades, trades, "no trades in \(asked.name)")
  }

  private func remarks(_ account: AccountStatement, _ output: Output) {
    guard account.openingRead > 0 else {
      return output.remark("no account (paper), or it was never read: assets begin with nothing, and the exchange's balance is not known")
    }
    if account.openingRead == account.closingRead {
      return output.remark(
        "the account was read once, at \(shown(account.openingRead)): opening follows from the fills, OTHER is not known")
    }
    for row in account.rows {
      guard let other = row.other, !other.isZero else { continue }
      output.remark(
        "difference of \(DecimalText.trimmed(other.description)) \(row.asset): no fill explains it; a deposit, withdrawal, transfer or reward "
          + "between \(shown(account.openingRead)) and \(shown(account.closingRead))")
    }
  }

  /// What the account has now; `nil` in the paper modes.
  private func reading(_ session: Session, _ entries: [V1.LedgerEntry]) async throws(RPCError) -> AccountStatement.Reading? {
    let summary = try await session.portfolio.getPortfolioSummary(timeout: session.timeout)
    guard summary.mode == .testnet || summary.mode == .live else { return nil }
    let response = try await session.portfolio.getBalances(V1.GetBalancesRequest(), timeout: session.timeout)
    guard !response.balances.isEmpty else { return nil }
    let amounts = response.balances.map { ($0.asset, FixedDecimal(text: $0.total) ?? .zero) }
    return AccountStatement.Reading(
      time: summary.timeNs, sequence: max(summary.sequence, entries.map(\.sequence).max() ?? 0), amounts: Dictionary(amounts) { $1 })
  }
}

/// A trade as `botctl trades` prints it.
private struct TradeJSON: Record {
  let trade: V1.Trade
  init(_ trade: V1.Trade) { self.trade = trade }
  static var names: [String] { MessageCSV.header(V1.Trade.self) }
  var values: [RecordValue] { MessageCSV.cells(trade).map { .text($0) } }
  static var columns: [TableColumn<Self>] { [] }
}
