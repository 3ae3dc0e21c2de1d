import BinanceJSON
import Time
import Foundation
import HTTPClient
import NIOCore
import NIOPosix
import ServiceRuntime
import Signing
import Synchronization
import Testing
import TradingModel
import Venue
import VenueBinance

/// `botsim` as a process on a free port.
final class SimulatorProcess: @unchecked Sendable {
  private let process = Process()
  let port: Int

  /// Beside the tests, where SwiftPM builds it.
  static let path: String? = {
    let known = [CommandLine.arguments.first, ProcessInfo.processInfo.environment["BOTSIM"]].compactMap { $0 }
    for argument in known + [Bundle.main.bundlePath + "/x"] {
      if argument.hasSuffix("/botsim"), FileManager.default.isExecutableFile(atPath: argument) { return argument }
      var folder = URL(fileURLWithPath: argument).deletingLastPathComponent()
      for _ in 0..<4 {
        let path = folder.appendingPathComponent("botsim").path
        if FileManager.default.isExecutableFile(atPath: path) { return path }
        folder = folder.deletingLastPathComponent()
      }
    }
    return nil
  }()

  init(_ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: Self.path ?? "/nowhere/botsim")
    process.arguments = ["--port", "0", "--print-json-ready"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var line = Data()
    while !line.contains(10) {
      let part = output.fileHandleForReading.availableData
      if part.isEmpty { throw CocoaError(.fileReadUnknown) }
      line.append(part)
    }
    let ready = try JSONSerialization.jsonObject(with: line) as? [String: Any]
    port = ready?["port"] as? Int ?? 0
  }

  deinit { process.terminate() }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}

/// The whole adapter against the whole simulator.
@Suite(.enabled(if: SimulatorProcess.path != nil, "botsim was not built beside the tests")) struct SimulatorTests {
  static let apiKey = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
  static let secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"

  @Test func marketDataAndOrdersWorkEndToEnd() async throws {
    let simulator = try SimulatorProcess(["--seed", "5", "--symbol", "BTCUSDT,ETHUSDT", "--clock", "wall"])
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let http = try HTTPClient()
    let endpoints = BinanceEndpoints(
      rest: "http://127.0.0.1:\(simulator.port)", stream: "ws://127.0.0.1:\(simulator.port)",
      webSocketAPI: "ws://127.0.0.1:\(simulator.port)/ws-api/v3")
    let signer = RequestSigner(apiKey: Secret(Self.apiKey), secret: Secret(Self.secret))
    let rest = BinanceRestClient(endpoints: endpoints, http: http, loop: group.next(), signer: signer)
    let stream = try BinanceMarketStream(endpoints: endpoints, loop: rest.loop, history: rest)
    let execution = try BinanceExecution(endpoints: endpoints, rest: rest, signer: signer)
    let market = StreamRecorder()
    let account = ExecutionRecorder()
    stream.delegate = market
    execution.delegate = account
    let rules = Shared<Result<ExchangeInformation.Listing, BinanceError>?>(nil)
    let series = SeriesKey(symbol: Samples.bitcoin, interval: .oneSecond)
    try await rest.loop.submit {
      rest.synchronizeClock { _ in }
      rest.tradingRules([Samples.bitcoin]) { result in rules.withLock { $0 = result } }
      stream.setSubscriptions(
        MarketSubscriptions(series: [series], trades: [Samples.bitcoin], quotes: [Samples.bitcoin], tickers: [Samples.bitcoin]))
      stream.start()
      execution.start()
    }.get()

    try await Eventually.holds("rules") { rules.withLock { $0 != nil } }
    let found = try #require(try rules.withLock { $0 }?.get().rules.first)
    #expect(found.symbol == Samples.bitcoin && found.stepSize.isPositive && found.tickSize.isPositive)
    try await Eventually.holds("account live") { account.isLive }
    try await Eventually.holds("closed candles, trades, quotes and tickers") {
      market.seen.withLock { seen in
        var kinds: Set<Int> = []
        for event in seen.events {
          switch event {
          case .candle(let update): kinds.insert(update.isClosed ? 0 : 1)
          case .trade: kinds.insert(2)
          case .quote: kinds.insert(3)
          case .ticker: kinds.insert(4)
          }
        }
        return kinds.isSuperset(of: [0, 2, 3, 4]) && (seen.closed[series]?.count ?? 0) >= 4
      }
    }
    #expect(market.seen.withLock { $0.refusals.isEmpty })

    // A market buy: answered with its fills, reported by the stream, found by query, listed by trades.
    let order = OrderRequest(
      clientOrderID: Samples.id("e2e-1"), symbol: Samples.bitcoin, side: .buy, type: .market, quantity: Samples.decimal("0.01"))
    try await rest.loop.submit { execution.submit(order) }.get()
    try await Eventually.holds("outcome") { account.seen.withLock { !$0.submitted.isEmpty } }
    guard case .accepted(let reports)? = account.seen.withLock({ $0.submitted.first?.1 }) else {
      Issue.record("\(account.seen.withLock { $0.submitted })")
      return
    }
    #expect(reports.last?.status == .filled && reports.last?.executedQuantity == Samples.decimal("0.01"))
    let answered = Set(reports.compactMap { $0.fill?.tradeID })
    try await Eventually.holds("reports of the stream") {
      Set(account.seen.withLock { $0.reports.compactMap { $0.fill?.tradeID } }) == answered
    }
    try await rest.loop.submit {
      execution.query(clientOrderID: order.clientOrderID, symbol: order.symbol)
      execution.query(clientOrderID: Samples.id("never-sent"), symbol: order.symbol)
      execution.listTrades(symbol: order.symbol, from: .trade(TradeID(0)))
    }.get()
    try await Eventually.holds("queries and trades") {
      account.seen.withLock { $0.queried.count == 2 && $0.listed.count == 1 }
    }
    let queried = account.seen.withLock { $0.queried }
    #expect(queried.contains(.notFound))
    #expect(queried.contains { if case .found(let report) = $0 { report.status == .filled } else { false } })
    #expect(account.seen.withLock { $0.listed[0].trades.map(\.fill.tradeID) } == answered.sorted())
    #expect(account.seen.withLock { $0.listed[0].trades.allSatisfy { $0.side == .buy } && $0.warnings.isEmpty })

    // A resting order: accepted, canceled, and then no longer open.
    var resting = order
    resting.clientOrderID = Samples.id("e2e-2")
    resting.type = .limit
    let paid = try #require(reports.last?.fill?.price)
    resting.price = (paid * Samples.decimal("0.9")).roundedDown(toMultipleOf: found.tickSize)
    let second = resting
    try await rest.loop.submit { execution.submit(second) }.get()
    try await Eventually.holds("second outcome") { account.seen.withLock { $0.submitted.count } == 2 }
    guard case .accepted? = account.seen.withLock({ $0.submitted.last?.1 }) else {
      Issue.record("\(account.seen.withLock { $0.submitted })")
      return
    }
    try await rest.loop.submit {
      execution.cancel(clientOrderID: second.clientOrderID, symbol: second.symbol)
      execution.cancel(clientOrderID: second.clientOrderID, symbol: second.symbol)
    }.get()
    try await Eventually.holds("cancels") { account.seen.withLock { $0.canceled.count } == 2 }
    let cancels = account.seen.withLock { $0.canceled }
    #expect(cancels.contains { if case .canceled(let report) = $0 { report.clientOrderID == second.clientOrderID } else { false } })
    #expect(cancels.contains { if case .notOpen = $0 { true } else { false } })

    try await rest.loop.submit {
      stream.stop()
      execution.stop()
    }.get()
    http.shutDown()
    simulator.stop()
    try await group.shutdownGracefully()
  }
}
