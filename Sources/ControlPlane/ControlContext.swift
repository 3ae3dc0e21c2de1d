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
  let mutations = MutationMemory()
  let check: ConfigurationCheck
  let equity = EquityHistory()

  init(
    configuration: ControlPlaneConfiguration, gateway: any CoreGateway, board: StateBoard, journal: Journal, tail: JournalTail,
    marketData: MarketDataStore, health: HealthRegistry, loop: any EventLoop, audit: Logger
  ) throws(RuntimeError) {
    self.configuration = configuration
    self.gateway = gateway
    self.board = board
    self.journal = journal
    self.tail = tail
    market = marketData
    self.health = health
    self.loop = loop
    access = AccessControl(configuration, audit: audit)
    check = ConfigurationCheck(mode: configuration.mode, board: board)
    reader = try JournalReader(journal: journal, capacity: configuration.limits.pendingReadsMaximum)
  }

  var limits: ControlPlaneLimits { configuration.limits }
}
