import ArgumentParser
import BotAPI
import TTRPC
import TradingCore
import TradingModel

struct RiskSet: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Changes limits: only those that are named; 0 (or nothing: \"\") lifts one.",
    discussion: """
      The names are those of botctl backtest and optimize. Example:
        botctl risk set --max-total 5000 --max-symbol 2000 --max-open-positions 3 --max-daily-loss 100 --max-drawdown 0.1
      """)

  @OptionGroup var limits: LimitOptions

  @OptionGroup var daemon: DaemonOptions

  mutating func run() async throws {
    let request = try request()
    try await connected(output) { session, output in
      do throws(RPCError) {
        let response = try await session.risk.setRiskLimits(request, timeout: session.timeout)
        output.show(response.limits ?? V1.RiskLimits())
      } catch {
        throw Problem.failure(Self.head, error, address: session.address)
      }
    }
  }

  private static let head = "nothing was changed"

  /// Only what is named is sent as changed: nobody else's change in between is lost.
  private func request() throws(CommandFailure) -> V1.SetRiskLimitsRequest {
    var problems: [Problem] = []
    let (limits, fields) = limits.message(&problems)
    if fields.isEmpty { problems.append(Problem(option: "", "name a limit, for example --max-total 5000 (botctl risk set --help)")) }
    guard problems.isEmpty else { throw Problem.failure(Self.head, problems) }
    return V1.SetRiskLimitsRequest(requestID: Session.requestID(), limits: limits, fields: fields)
  }

  func run(_ session: Session, _ output: Output) async throws {}
}
