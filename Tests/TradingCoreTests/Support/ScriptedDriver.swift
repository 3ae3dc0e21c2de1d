import CoreTestSupport
import Time
@testable import TradingCore
import TradingModel
import Venue

/// A daemon on the scripted exchange, which trades what a tape says.
typealias ScriptedDriver = CoreDriver<ScriptedExchange>

extension CoreDriver where Exchange == ScriptedExchange {
  convenience init(exchange: ScriptedExchange, bots: [BotConfiguration]) {
    self.init(
      exchange: exchange, bots: bots, from: Samples.start, place: { $0.botAt($1) }, believesInStop: { $0.bots[$1]?.stopRests ?? false })
  }

  func play(_ tape: [(Timestamp, MarketEvent)]) {
    for (time, event) in tape {
      settle(upTo: time)
      if case .trade(let trade) = event { exchange.trade(trade.price, at: time) }
      hear(event)
    }
  }

  /// Nothing happens on the market until everything is in order, at least for a minute and at most for `seconds`.
  func restUntilInOrder(seconds: Int) {
    rest(seconds: 60)
    var left = seconds - 60
    while left > 0, !isInOrder {
      rest(seconds: 10)
      left -= 10
    }
  }

  /// Nothing happens on the market for a while.
  func rest(seconds: Int) {
    for _ in 0..<seconds {
      settle(upTo: now.advanced(byMilliseconds: 1_000))
      // The exchange's own price: a core that has just started knows none.
      exchange.trade(exchange.price, at: now)
    }
  }
}
