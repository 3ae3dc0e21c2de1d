import BotAPI
import CommandTestSupport
import TTRPC
import Testing

@testable import ControlCommands

/// A curve that is longer than what is shown says so.
@Suite struct EquityTests {
  private static func daemon(_ daemon: ScriptedDaemon, points: Int) {
    daemon.on(V1.PortfolioService.getEquityCurve) { (request: V1.GetEquityCurveRequest) throws(RPCError) in
      let first = Int(request.pageToken) ?? 0
      let end = min(first + Int(request.pageSize), points)
      return V1.GetEquityCurveResponse(
        points: (first..<end).map { V1.EquityPoint(timeNs: Int64($0), equity: "\($0)") }, nextPageToken: end < points ? "\(end)" : "")
    }
  }

  @Test(arguments: [(700, true), (600, false)]) func aCutCurveSaysSo(points: Int, isCut: Bool) async throws {
    try await ScriptedDaemon.with {
      Self.daemon($0, points: points)
    } _: { daemon in
      let result = await CommandLineUnderTest.run("equity", "--limit", "600", "--output", "json", at: daemon)
      #expect(result.out.contains("\"599\"") && !result.out.contains("\"600\""))
      #expect(result.err.contains("the oldest 600 points; more with a larger --limit") == isCut, "\(result.err)")
    }
  }
}
