import ArgumentParser
import BotAPI
import TTRPC

struct EquityShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "equity", abstract: "Shows equity over time, of a bot or of the portfolio.")

  @Argument(help: ArgumentHelp("The bot; none: the portfolio.", valueName: "BOT_ID"), completion: .bots)
  var botID: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Most points, oldest first.", valueName: "count"))
  var limit: WholeNumber = 500

  @OptionGroup var times: TimeRangeOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let limit = try Pages.limit(limit)
    let (since, until) = try times.range()
    var points = try await Pages.read(limit: limit + 1) { (size, token) throws(RPCError) in
      let request = V1.GetEquityCurveRequest(
        botID: botID ?? "", fromTimeNs: since, toTimeNs: until, pageSize: size, pageToken: token)
      let response = try await session.portfolio.getEquityCurve(request, timeout: session.timeout)
      return (response.points, response.nextPageToken)
    }
    let isCut = points.count > limit
    if isCut { points.removeLast() }
    output.list(points, empty: times.isGiven ? "no equity recorded\(try times.words())" : "no equity recorded yet")
    if isCut { output.remark("these are the oldest \(limit) points; more with a larger --limit") }
  }
}
