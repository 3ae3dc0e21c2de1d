import Time
import TradingModel
import Venue

/// A person's wish to sell a part of a position: one order, once the rest is under a stop of its own. Folded from the journal.
struct PartExit: Hashable, Sendable, Codable {
  var request: ExitRequest
  var quantity: Quantity
  var askedAt: Timestamp
  /// The order that was made for it. There is no second one, whatever becomes of it.
  var order: OrderKey?

  /// How long its order may wait for the stop of the rest, in nanoseconds; 60 s.
  static let patience: Int64 = 60_000_000_000
}

extension Bot {
  /// Takes a wish to sell, as journaled.
  mutating func apply(_ exit: ExitRequest, at time: Timestamp) {
    guard let part = exit.part else {
      // What was refused of one that was put aside stands in the way of this one no more.
      if isExitPutAside { hold = nil }
      requestedExit = exit
      partExit = nil
      return lastSignal = SignalRecord(side: .sell, confidence: 0, reason: exit.reason, time: time)
    }
    guard part.isPositive else { return partExit = nil }
    partExit = PartExit(request: exit, quantity: part, askedAt: time)
    lastSignal = SignalRecord(side: .sell, confidence: 0, reason: exit.reason, time: time)
  }

  /// The position is closed.
  mutating func endExits() {
    requestedExit = nil
    partExit = nil
  }

  /// What a person sells of the position, while no order was made for that: zero where all of it is being sold, or no more than that is left.
  var partWanted: Quantity {
    guard let partExit, partExit.order == nil, exitRequest == nil, position.isOpen, partExit.quantity < position.quantity else {
      return .zero
    }
    return partExit.quantity
  }

  /// The wish, while no order was made for it; read in place.
  mutating func waitingPart() -> PartExit? { partExit?.order == nil ? partExit : nil }
}
