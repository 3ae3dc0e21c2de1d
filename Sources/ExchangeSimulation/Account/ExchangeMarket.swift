import Time
import TradingModel
import Venue

/// One symbol on the exchange: its book and what has happened on it.
struct ExchangeMarket: Sendable {
  var instrument: SimulatedInstrument
  var rules: TradingRules { instrument.rules }
  var terms: SymbolTerms {
    get { instrument.terms }
    _modify { yield &instrument.terms }
  }
  /// Taken off the exchange: nobody knows the symbol any more.
  var isDelisted = false
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
  /// Open lists by account.
  var openLists: [Int: Int] = [:]
  var amendments: [Int64: [ExchangeAmendment]] = [:]
  var prevented: [ExchangePreventedMatch] = []
  /// Trades of the last minutes, kept while a filter asks for their average.
  var average = AveragePriceWindow()

  init(instrument: SimulatedInstrument, configuration: HouseConfiguration) {
    self.instrument = instrument
    engine = MatchingEngine(stepSize: instrument.rules.stepSize, lastPriceFollowsTrades: configuration.mode == .generated)
  }

  mutating func houseID() -> Int64 {
    defer { nextHouseID -= 1 }
    return nextHouseID
  }
}

/// The volume-weighted average price over some minutes, minute by minute.
struct AveragePriceWindow: Sendable {
  private var minutes: [(minute: Int64, quote: Amount, quantity: Quantity)] = []

  mutating func add(price: Price, quantity: Quantity, at time: Timestamp, keeping count: Int) {
    let minute = time.milliseconds / 60_000
    if minutes.last?.minute == minute {
      minutes[minutes.count - 1].quote += price * quantity
      minutes[minutes.count - 1].quantity += quantity
    } else {
      minutes.append((minute, price * quantity, quantity))
      minutes.removeAll { $0.minute <= minute - Int64(count) }
    }
  }

  /// `nil` where nothing was traded.
  func price(over count: Int, at time: Timestamp) -> Price? {
    let recent = minutes.filter { $0.minute > time.milliseconds / 60_000 - Int64(count) }
    let quantity = recent.reduce(Quantity.zero) { $0 + $1.quantity }
    guard quantity.isPositive else { return nil }
    return recent.reduce(Amount.zero) { $0 + $1.quote }.divided(by: quantity, rounding: .towardZero)
  }
}
