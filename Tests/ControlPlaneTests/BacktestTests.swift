import BotAPI
import Foundation
import TTRPC
import TestSupport
import Testing
import TradingModel

@testable import ControlPlane

@Suite struct BacktestTests {
  private func run(_ harness: ControlHarness, _ request: V1.RunBacktestRequest) async throws(RPCError) -> (
    progress: Int, trades: [V1.BacktestTrade], result: V1.BacktestResult?
  ) {
    let stream = try await V1.BacktestServiceClient(harness.client).runBacktest(request)
    var answer: (progress: Int, trades: [V1.BacktestTrade], result: V1.BacktestResult?) = (0, [], nil)
    while let message = try await stream.next() {
      switch message.payload {
      case .progress: answer.progress += 1
      case .trade(let trade): answer.trades.append(trade)
      case .result(let result): answer.result = result
      case nil: break
      }
    }
    return answer
  }

  /// A candle file in the daemon's data directory: a price that swings.
  private func write(_ name: String, _ harness: ControlHarness, rows: Int, _ more: String = "") throws {
    let folder = harness.directory.file("data")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var text = "open_time,open,high,low,close,volume\n"
    for row in 0..<rows {
      let price = 60_000 + (row % 40 < 20 ? row % 20 : 20 - row % 20) * 100
      text += "\(1_764_547_200_000 + row * 60_000),\(price),\(price + 60),\(price - 60),\(price + 20),1.5\n"
    }
    try (text + more).write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }

  private var spec: V1.BotSpec {
    var spec = ControlHarness.spec()
    spec.parameters = [
      V1.KeyValue(key: "period", value: "3"), V1.KeyValue(key: "oversold", value: "40"), V1.KeyValue(key: "overbought", value: "60"),
    ]
    return spec
  }

  @Test func aFileInTheDataDirectoryIsTraded() async throws {
    let harness = try await ControlHarness()
    try write("swing.csv", harness, rows: 2_000)
    let answer = try await run(harness, V1.RunBacktestRequest(spec: spec, includeTrades: true, dataFile: "swing.csv"))
    let result = try #require(answer.result)
    #expect(result.candles == 2_000)
    #expect(answer.trades.count > 10)
    let figures = Dictionary(result.figures.map { ($0.key, $0.number) }, uniquingKeysWith: { a, _ in a })
    #expect(figures["trades"] == "\(answer.trades.count { $0.isClosed })")
    let net = answer.trades.reduce(FixedDecimal.zero) { $0 + (FixedDecimal(text: $1.profit) ?? .zero) }
    #expect(figures["net_profit"] == net.description)
    #expect(result.equity.count > 10 && !result.notes.isEmpty)
    await harness.stop()
  }

  @Test func aRunThatALimitEndedSaysWhenAndWhy() async throws {
    let harness = try await ControlHarness()
    try write("swing.csv", harness, rows: 2_000)
    var request = V1.RunBacktestRequest(spec: spec, dataFile: "swing.csv")
    let whole = try #require(try await run(harness, request).result)
    #expect(whole.endedReason.isEmpty && whole.endedTimeNs == 0)
    #expect(whole.notes.contains { $0.contains("rules of BTCUSDT") && $0.contains("from the daemon") }, "\(whole.notes)")
    request.limits = V1.RiskLimits(maxDailyLoss: "0.1")
    let ended = try #require(try await run(harness, request).result)
    #expect(ended.endedReason.contains("became reducing: lost") && ended.endedReason.contains("max_daily_loss is 0.1"))
    #expect((1_764_547_200_000_000_000...1_764_667_200_000_000_000).contains(ended.endedTimeNs))
    await harness.stop()
  }

  @Test func hundredsOfTradesArriveWhole() async throws {
    let harness = try await ControlHarness()
    try write("long.csv", harness, rows: 100_000)
    let answer = try await run(harness, V1.RunBacktestRequest(spec: spec, includeTrades: true, dataFile: "long.csv"))
    let result = try #require(answer.result)
    let trades = result.figures.first { $0.key == "trades" }.flatMap { Int($0.number) } ?? 0
    #expect(trades > 200 && answer.trades.count { $0.isClosed } == trades)
    #expect(answer.trades.map(\.number) == Array(1...Int64(answer.trades.count)))
    #expect(answer.progress > 0)
    await harness.stop()
  }

  @Test func theDaemonsOwnCandlesAreTraded() async throws {
    let harness = try await ControlHarness()
    try await harness.create("a")
    let symbol = try #require(Symbol("BTCUSDT"))
    for round in 0..<3 { try await harness.driver.fall(symbol, from: 60_000 + round * 500) }
    let answer = try await run(harness, V1.RunBacktestRequest(spec: spec))
    #expect(answer.result?.candles == 18 && answer.trades.isEmpty)
    await harness.stop()
  }

  @Test(arguments: [
    (V1.RunBacktestRequest(), "spec"), (V1.RunBacktestRequest(spec: ControlHarness.spec(), dataFile: "../journal.sqlite"), "data_file"),
    (V1.RunBacktestRequest(spec: ControlHarness.spec(), dataFile: "none.csv"), "data_file"),
    (V1.RunBacktestRequest(spec: ControlHarness.spec(), takerFee: "1"), "taker_fee"),
    (V1.RunBacktestRequest(spec: ControlHarness.spec(), fromTimeNs: 5, toTimeNs: 5), "to_time_ns"),
    (V1.RunBacktestRequest(spec: ControlHarness.spec("NOPEUSDT")), "spec.symbol"),
    (V1.RunBacktestRequest(spec: ControlHarness.spec()), "data_file"),
  ]) func whatCannotRunIsNamed(_ request: V1.RunBacktestRequest, _ field: String) async throws {
    let harness = try await ControlHarness()
    let error = try await failure { () async throws(RPCError) in try await run(harness, request) }
    let fields = (error.info?.violations.map(\.field) ?? []) + [error.info?.field ?? ""]
    #expect(fields.contains(field), "\(error)")
    await harness.stop()
  }

  @Test func aBrokenFileSaysItsLine() async throws {
    let harness = try await ControlHarness()
    try write("broken.csv", harness, rows: 5, "1764547500000,1,2,NaN,1,1\n")
    let error = try await failure { () async throws(RPCError) in
      try await run(harness, V1.RunBacktestRequest(spec: spec, dataFile: "broken.csv"))
    }
    #expect(error.code == .invalidArgument && error.message.contains("line 7"))
    await harness.stop()
  }
}
