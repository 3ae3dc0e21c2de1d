public import Time
public import TradingModel
import Venue

extension SimulatedExchange {
  /// Leaves only so much of the house's offers on one side of a book, at that side's best price; accounts' orders stay. The house lays out
  /// its ladder anew with the market's next movement.
  ///
  /// - Parameters:
  ///   - side: the side that is thinned: `.sell` for the offers that buyers take.
  ///   - quantity: in units of the base asset; rounded down to the lot step.
  public mutating func thinBook(
    of symbol: Symbol, side: Side, leaving quantity: Quantity, at time: Timestamp, events: inout [ExchangeEvent]
  ) {
    guard let index = marketIndex[symbol] else { return }
    prepareBook(of: symbol)
    let best = markets[index].engine.depth(side, limit: 1).first?.price
    var ignored: [BookEvent] = []
    var book: [BookEvent] = []
    var kept: [Int64] = []
    for id in markets[index].houseOrders {
      if let order = markets[index].engine.order(id), order.side == side {
        markets[index].engine.cancel(id, events: &ignored)
      } else {
        kept.append(id)
      }
    }
    markets[index].houseOrders = kept
    let lots = quantity.roundedDown(toMultipleOf: markets[index].rules.stepSize)
    if let best, lots.isPositive {
      let id = markets[index].houseID()
      markets[index].engine.submit(
        BookOrder(id: id, account: Self.houseMaker, side: side, type: .limit, price: best, quantity: lots), events: &book)
      markets[index].houseOrders.append(id)
    }
    markets[index].isLadderStale = false
    apply(book, market: index, at: time, &events)
  }

  /// Lays out the ladder of a book that was thinned, where no order of an account rests.
  public mutating func restoreBook(of symbol: Symbol) {
    guard let index = marketIndex[symbol] else { return }
    markets[index].isLadderStale = markets[index].isQuiet
  }
}
