import ArgumentParser
import BotAPI
import Presentation
import TTRPC
import Time

struct ProfitShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "profit", abstract: "Shows what was earned: realized profit, fees, trades, by day, bot, symbol, reason or strategy.",
    discussion: """
      Examples:
        botctl profit --since yesterday --until today
        botctl profit --by day --since 7d
        botctl profit --by month --time-zone Europe/Berlin --output csv

      Realized is after fees; fees in a third asset (BNB) count at their worth when they were paid. A fill counts at the exchange's time of \
      it, a round trip where it ended. NET adds what open positions gained or lost in that time: over all time it is the net profit of \
      botctl stats and botctl portfolio. Removed bots count. Each quote asset has a line of its own; groups add up to its total exactly.

      \(ProfitRow.narrowHelp)
      """)

  @Option(
    help: ArgumentHelp("What to group by: \(Profit.Grouping.allCases.map(\.rawValue).joined(separator: ", "))."),
    completion: .list(Profit.Grouping.allCases.map(\.rawValue)))
  var by: String?

  @Option(help: "Only this bot; may be repeated.", completion: .bots)
  var bot: [String] = []

  @OptionGroup var times: TimeRangeOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  private func grouping() throws(CommandFailure) -> Profit.Grouping? {
    guard let by else { return nil }
    if let grouping = Profit.Grouping(rawValue: by) { return grouping }
    let known = Profit.Grouping.allCases.map(\.rawValue).joined(separator: ", ")
    throw CommandFailure(.usage, "--by: \"\(by.prefix(40))\" is none of \(known)")
  }

  mutating func run() async throws {
    _ = (try grouping(), try times.range())
    let command = self
    try await connected(output) { try await command.run($0, $1) }
  }

  func run(_ session: Session, _ output: Output) async throws {
    let (from, to) = try times.range()
    let entries = try await LedgerPages.read(session, from: from, to: to, bots: bot)
    let profit = Profit(entries, by: try grouping(), calendar: try times.zone.reader())
    let account = profit.totals.count > 1 ? try await session.portfolio.getPortfolioSummary(timeout: session.timeout).stats : nil
    let converted = account.flatMap { account in profit.converted(account).map { (account, $0) } }
    switch output.format {
    case .csv: output.csv(by == nil ? profit.totals : profit.groups)
    case .json:
      var json = JSONText(pretty: true)
      json.beginObject()
      json.field("from_time_ns", from)
      json.field("to_time_ns", to)
      json.field("time_zone", times.zone.name)
      json.field("groups", profit.groups)
      json.field("totals", profit.totals)
      if let (account, sum) = converted {
        json.key("converted")
        json.beginObject()
        json.field("quote_asset", account.quoteAsset)
        json.field("realized_pnl", sum.realized)
        json.field("net_pnl", sum.net)
        json.field("fees_total", sum.fees)
        json.array("rates", account.rates) { $0.value($1) }
        json.field("unconverted_assets", sum.without)
        json.endObject()
      }
      json.endObject()
      output.line(json.text)
    case .table:
      guard !profit.totals.isEmpty else { return output.remark("nothing was earned or lost\(try times.words())") }
      output.rowsOnly(profit.groups + profit.totals)
      for total in profit.totals where !total.unknownFees.isEmpty {
        output.remark("not taken off, since their worth is not known: fees of \(total.unknownFees)")
      }
      if let (account, sum) = converted {
        let rates = account.rates.map { "1 \($0.asset) = \($0.rate) \(account.quoteAsset) (\($0.path))" }.joined(separator: ", ")
        output.remark(
          "together, at the rates of now: \(DecimalText.money(sum.realized, account.quoteAsset, isSigned: true)) realized; \(rates)"
            + (sum.without.isEmpty ? "" : "; without \(sum.without.joined(separator: ", ")): no rate is known"))
      }
      if times.zone.name != "UTC" || by.map({ ["day", "week", "month"].contains($0) }) == true {
        output.remark("days are those of \(times.zone.name)\(by == "week" ? ", weeks begin on Monday" : "")")
      }
    }
  }
}
