import BotAPI
public import Journal
public import Logging
public import MarketData
public import NIOCore
public import Presentation
public import ServiceRuntime
public import TTRPC
public import TradingModel

/// One check of the self test.
public struct SelfTestCheck: Sendable, Hashable {
  public var name: String
  public var status: ComponentStatus
  /// What was found.
  public var message: String
  /// How to mend it; empty when ok.
  public var remedy: String
  public var elapsedNanoseconds: Int64
  public init(name: String, status: ComponentStatus, message: String, remedy: String = "", elapsedNanoseconds: Int64 = 0) {
    self.name = name
    self.status = status
    self.message = message
    self.remedy = remedy
    self.elapsedNanoseconds = elapsedNanoseconds
  }
}

/// The RPC surface of the daemon: decodes and checks what clients ask, asks the core through its gateway, reads the board, the market
/// data and the journal, and answers.
///
/// Calls that the board can answer are answered on the connection's event loop; whatever reads the journal runs on a thread of its own.
public final class ControlPlane: Sendable {
  /// Runs the daemon's own checks; answers from any thread. `symbol` is `nil` when the caller named none.
  public typealias SelfTest =
    @Sendable (_ symbol: Symbol?, _ interval: Interval, _ completion: @escaping @Sendable ([SelfTestCheck]) -> Void) -> Void

  private let context: ControlContext
  private let hub: SubscriptionHub
  private let shutdown: @Sendable () -> Void
  private let selfTest: SelfTest
  private let backtests: BacktestHandlers
  /// Where the core's requests to processes that serve strategies go.
  public let strategies: StrategyHub

  /// - Parameters:
  ///   - loop: where subscriptions live (fan-out, timers): one of the RPC server's loops, never the core's.
  ///   - audit: where one line per mutation goes.
  ///   - runner: runs the backtests of `RunBacktest`, on a thread of the control plane's own.
  ///   - selfTest: the checks behind `RunSelfTest`.
  ///   - accountOrders: reaches the account's orders that no bot placed; `nil` where there are none.
  ///   - shutdown: asks the daemon to stop; called after the answer to `Shutdown` was given.
  /// - Throws: when the system refuses a thread.
  public init(
    configuration: ControlPlaneConfiguration, gateway: any CoreGateway, board: StateBoard, books: BookKeeper, journal: Journal,
    tail: JournalTail, marketData: MarketDataStore, health: HealthRegistry, loop: any EventLoop,
    audit: Logger = Logger(label: "botd.audit"),
    backtests runner: any BacktestRunner, accountOrders: (any AccountOrders)? = nil, selfTest: @escaping SelfTest,
    shutdown: @escaping @Sendable () -> Void
  ) throws(RuntimeError) {
    context = try ControlContext(
      configuration: configuration, gateway: gateway, board: board, books: books, journal: journal, tail: tail, marketData: marketData,
      health: health,
      loop: loop, audit: audit, accountOrders: accountOrders)
    hub = SubscriptionHub(context: context)
    strategies = StrategyHub(loop: loop, gateway: gateway, registry: context.strategies, log: Logger(label: "botd.strategies"))
    backtests = try BacktestHandlers(context: context, runner: runner)
    self.selfTest = selfTest
    self.shutdown = shutdown
  }

  /// Registers every method, the authorizer and the connection hook. Before the server starts.
  public func register(on server: RPCServer) {
    let access = context.access
    server.setAuthorizer { call in access.refusal(&call) }
    server.setIncidentObserver { incident in access.log(incident) }
    server.setErrorDetails { reason, message in RPCError(code: .unknown, reason: reason, message: message).details }
    server.setConnectionClosed { connection in access.closed(connection) }
    BotHandlers(context: context).register(on: server)
    StrategyHandlers(context: context).register(on: server)
    PortfolioHandlers(context: context).register(on: server)
    OrderHandlers(context: context).register(on: server)
    TradeHandlers(context: context).register(on: server)
    MarketDataHandlers(context: context).register(on: server)
    RiskHandlers(context: context).register(on: server)
    backtests.register(on: server)
    strategies.register(on: server)
    SubscriptionHandlers(context: context, hub: hub).register(on: server)
    SystemHandlers(context: context, shutdown: shutdown, selfTest: selfTest).register(on: server)
    hub.start()
  }

  /// Writes what metrics tell of money, bots, orders and the market. Asks neither the core nor the disk. Cost: linear in bots and open orders;
  /// from any thread but the core's.
  public func writeMetrics(_ text: inout MetricsText) { MetricsValues(context: context).write(&text) }

  /// Ends the threads of the control plane. After the server's shutdown; calls that still read the journal finish first.
  public func stop() {
    backtests.stop()
    context.reader.stop()
    context.access.stop()
  }
}
