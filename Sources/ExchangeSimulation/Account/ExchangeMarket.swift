import TradingModel
import Venue

/// One symbol on the exchange: its book and what has happened on it.
struct ExchangeMarket: Sendable {
  let instrument: SimulatedInstrument
  var rules: TradingRules { instrument.rules }
  var engine: MatchingEngine
  var nextOrderID: Int64 = 1
  /// The house's orders now on the book; house ids are negative.
  var houseOrders: [Int64] = []
  var nextHouseID: Int64 = -1
  var quote: Quote?
  /// The ladder must be laid out anew before anyone trades with it.
  var isLadderStale = false
  /// No order of an account is open here.
  var isQuiet: Bool { openTotal == 0 }
  var openTotal = 0
  /// Accounts' orders by id, and the ids in order.
  var orders: [Int64: ExchangeOrder] = [:]
  var orderIDs: [Int64] = []
  var openCount: [Int: Int] = [:]
  var fills: [(account: Int, fill: ExchangeFill)] = []

  init(instrument: SimulatedInstrument, configuration: HouseConfiguration) {
    self.instrument = instrument
    engine = MatchingEngine(stepSize: instrument.rules.stepSize, lastPriceFollowsTrades: configuration.mode == .generated)
  }

  mutating func houseID() -> Int64 {
    defer { nextHouseID -= 1 }
    return nextHouseID
  }
}
