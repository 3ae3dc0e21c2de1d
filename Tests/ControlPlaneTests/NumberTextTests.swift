import BotAPI
import TTRPC
import Testing

@testable import ControlPlane

/// Numbers have one spelling on the wire.
@Suite struct NumberTextTests {
  @Test(arguments: ["0", "7", "10", "0.5", "0.50", "-1.5", "-0.01", "100.00000000"]) func plainDecimalsAreTaken(_ text: String) {
    var check = RequestCheck()
    #expect(check.decimal(text, field: "x") != nil)
    #expect(check.violations.isEmpty)
  }

  @Test(arguments: ["007", "00", "00.5", "-0", "-0.00", "-007", "+1", ".5", "5.", "1e3", " 1", "1 ", "0x1", "1,000", "--1", "-", "٣"])
  func otherSpellingsAreRefused(_ text: String) {
    var check = RequestCheck()
    #expect(check.decimal(text, field: "x") == nil)
    #expect(check.violations.map(\.reason) == ["NOT_A_DECIMAL"])
  }

  @Test func settingsAndParametersOfABotAreReadAlike() async throws {
    let harness = try await ControlHarness()
    var spec = ControlHarness.spec(capital: "007")
    spec.stopLoss = "-0"
    spec.parameters = [V1.KeyValue(key: "period", value: "014")]
    let error = try await failure { () async throws(RPCError) in
      try await harness.bots.createBot(V1.CreateBotRequest(botID: "alpha", spec: spec))
    }
    #expect(
      error.info?.violations.filter { $0.reason == "NOT_A_DECIMAL" }.map(\.field).sorted() == [
        "spec.capital", "spec.parameters[period]", "spec.stop_loss",
      ])
    await harness.stop()
  }

  @Test(arguments: ["+5", "007", "-0"]) func pageTokensAreTakenUnchangedOnly(_ token: String) async throws {
    let harness = try await ControlHarness()
    let error = try await failure { () async throws(RPCError) in
      try await harness.trades.listTrades(V1.ListTradesRequest(pageToken: token))
    }
    #expect(error.info?.reason == "PAGE_TOKEN_MALFORMED")
    await harness.stop()
  }
}
