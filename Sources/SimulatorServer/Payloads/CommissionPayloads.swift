import TradingModel
import ExchangeSimulation

/// Commission rates. Binance: commission_faq.md.
enum CommissionPayloads {
  static func rates(_ rates: CommissionSchedule.Rates, to json: inout JSONWriter) {
    json.field("maker", rates.maker)
    json.field("taker", rates.taker)
    json.field("buyer", rates.buyer)
    json.field("seller", rates.seller)
  }

  private static func discount(_ exchange: SimulatedExchange, account: Int, to json: inout JSONWriter) {
    json.object("discount") {
      $0.field("enabledForAccount", exchange.accounts.indices.contains(account) && exchange.accounts[account].paysWithDiscountAsset)
      $0.field("enabledForSymbol", exchange.commission.isDiscountEnabledForSymbols)
      $0.field("discountAsset", exchange.commission.discountAsset)
      $0.field("discount", exchange.commission.discount)
    }
  }

  /// `account/commission`.
  static func ofAccount(_ exchange: SimulatedExchange, symbol: Symbol, account: Int, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", symbol.text)
      for (name, part) in parts(exchange) { $0.object("\(name)Commission") { rates(part, to: &$0) } }
      discount(exchange, account: account, to: &$0)
    }
  }

  /// `order/test` with `computeCommissionRates`: buyer's or seller's rates are in maker's and taker's already.
  static func ofOrder(_ exchange: SimulatedExchange, side: Side, account: Int, to json: inout JSONWriter) {
    json.object {
      for (name, part) in parts(exchange) {
        $0.object("\(name)CommissionForOrder") {
          $0.field("maker", part.maker + (side == .buy ? part.buyer : part.seller))
          $0.field("taker", part.taker + (side == .buy ? part.buyer : part.seller))
        }
      }
      discount(exchange, account: account, to: &$0)
    }
  }

  private static func parts(_ exchange: SimulatedExchange) -> [(String, CommissionSchedule.Rates)] {
    let schedule = exchange.commission
    return [("standard", schedule.standard), ("special", schedule.special), ("tax", schedule.tax)]
  }
}
