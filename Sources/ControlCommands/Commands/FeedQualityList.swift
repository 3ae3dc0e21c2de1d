import ArgumentParser
package import BotAPI
import Presentation

struct FeedQualityList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "quality",
    abstract: "Lists gaps, lags and refused messages of each market-data feed.",
    discussion: """
      RECONNECTS and REFUSED count what happened to the connection that carries the feed, and rows of its history that were refused;
      BACKFILLED candles were fetched because the stream did not bring them. botctl health counts the same for all feeds together.
      """)

  @Argument(help: ArgumentHelp("Only these symbols; none: all.", valueName: "SYMBOL"), completion: .symbols)
  var symbols: [String] = []

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let request = V1.GetDataQualityRequest(symbols: symbols.map { SymbolOption.text($0) })
    let response = try await session.market.getDataQuality(request, timeout: session.timeout)
    output.list(response.feeds, empty: "no feed is open")
  }
}

extension V1.FeedQuality: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("SYMBOL") { Cell($0.symbol, .accent) },
      TableColumn("INTERVAL") { Cell($0.interval) },
      TableColumn("STATUS") { $0.status.cell },
      TableColumn("LAST MESSAGE (UTC)") { Cell(TimeText.dateTime($0.lastEventTimeNs)) },
      TableColumn("LAG", .right) { Cell(TimeText.length($0.lagNs)) },
      TableColumn("CANDLES", .right) { Cell("\($0.candlesHeld)") },
      TableColumn("BACKFILLED", .right) { Cell("\($0.candlesBackfilled)") },
      TableColumn("MISSING", .right) {
        Cell("\($0.candlesMissing)", $0.candlesMissing > 0 ? .bad : .plain)
      },
      TableColumn("RECONNECTS", .right) { Cell("\($0.reconnects)") },
      TableColumn("REFUSED", .right) {
        Cell("\($0.framesRefused)", $0.framesRefused > 0 ? .warning : .plain)
      },
      TableColumn("REASON", flexible: true) { Cell($0.reason, .warning) },
    ]
  }
}
