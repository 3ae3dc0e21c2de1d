import Venue
import Time
import Journal
import Logging
import MarketData
import NIOCore
import ServiceRuntime
import TradingCore
import TradingModel

/// What every handler works with.
final class ControlContext: Sendable {
  let configuration: ControlPlaneConfiguration
  let gateway: any CoreGateway
  let board: StateBoard
  let journal: Journal
  let tail: JournalTail
  let market: MarketDataStore
  let health: HealthRegistry
  let access: AccessControl
  let reader: JournalReader
  let loop: any EventLoop
  let books: BookKeeper
  let curves = EquityFolds()
  let ledgers = LedgerFolds()
  let strategies = StrategyRegistry()
  /// `nil` in the paper modes.
  let accountOrders: (any AccountOrders)?

  init(
    configuration: ControlPlaneConfiguration, gateway: any CoreGateway, board: StateBoard, books: BookKeeper, journal: Journal,
    tail: JournalTail,
    marketData: MarketDataStore, health: HealthRegistry, loop: any EventLoop, audit: Logger,
    accountOrders: (any AccountOrders)?
  ) throws(RuntimeError) {
    self.configuration = configuration
    self.gateway = gateway
    self.board = board
    self.books = books
    self.journal = journal
    self.tail = tail
    market = marketData
    self.health = health
    self.loop = loop
    self.accountOrders = accountOrders
    access = AccessControl(configuration, audit: AuditLog(audit, limits: configuration.limits, loop: loop))
    reader = try JournalReader(journal: journal, capacity: configuration.limits.pendingReadsMaximum)
  }

  var limits: ControlPlaneLimits { configuration.limits }

  /// The time that figures are given for: that of the core, or of the market where it is ahead.
  var now: Timestamp {
    market.allSymbols().reduce(board.view.time) { max($0, market.trade($1)?.time ?? $0) }
  }
}
