import Time
import TradingModel
import Venue
import ExchangeSimulation

/// Trades, the account, and what it is subject to.
extension TradingEndpoints {
  static let myTrades = APIEndpoint(.signed, weight: { $0["orderId"] != nil ? 5 : 20 }) { simulation, call throws(ExchangeError) in
    let symbol = try MarketEndpoints.board(call, simulation).symbol
    let p = call.parameters
    let period = try period(p)
    if p["fromId"] != nil, period.start != nil || period.end != nil {
      throw ExchangeError(-1128, "Combination of optional parameters invalid.")
    }
    let fills = simulation.exchange.fills(
      account: call.account, symbol: symbol, orderID: try p.integer("orderId"), fromID: try p.integer("fromId"), from: period.start,
      to: period.end, limit: try p.limit(default: 500, maximum: 1_000))
    return json { $0.array { for fill in fills { OrderPayloads.fill(fill, to: &$0) } } }
  }

  static let account = APIEndpoint(.signed, weight: 20) { simulation, call in
    let balances = simulation.exchange.balances(account: call.account)
    let omitsZero = call.parameters.bool("omitZeroBalances")
    let rates = simulation.exchange.commission.standard
    return json {
      $0.object {
        // Whole hundredths of a percent.
        $0.field("makerCommission", rates.maker.raw / 10_000)
        $0.field("takerCommission", rates.taker.raw / 10_000)
        $0.field("buyerCommission", rates.buyer.raw / 10_000)
        $0.field("sellerCommission", rates.seller.raw / 10_000)
        $0.object("commissionRates") {
          CommissionPayloads.rates(rates, to: &$0)
        }
        for name in ["canTrade", "canWithdraw", "canDeposit"] { $0.field(name, true) }
        for name in ["brokered", "requireSelfTradePrevention", "preventSor"] { $0.field(name, false) }
        $0.field("updateTime", simulation.exchange.accounts[call.account].updateTime)
        $0.field("accountType", "SPOT")
        $0.array("balances") {
          for balance in balances where !omitsZero || !(balance.free + balance.locked).isZero {
            $0.object {
              $0.field("asset", balance.asset)
              $0.field("free", balance.free)
              $0.field("locked", balance.locked)
            }
          }
        }
        $0.array("permissions") { for name in simulation.exchange.accounts[call.account].permissions { $0.string(name) } }
        $0.field("uid", simulation.configuration.accounts[call.account].number)
      }
    }
  }

  static let accountCommission = APIEndpoint(.signed, weight: 20) { simulation, call throws(ExchangeError) in
    let symbol = try MarketEndpoints.board(call, simulation).symbol
    return json { CommissionPayloads.ofAccount(simulation.exchange, symbol: symbol, account: call.account, to: &$0) }
  }

  static let orderLimits = APIEndpoint(.signed, weight: 40) { simulation, call in
    json { simulation.limits.write(orders: true, weight: false, counts: true, at: call.arrival, to: &$0) }
  }

  static let myFilters = APIEndpoint(.signed, weight: 40) { simulation, call throws(ExchangeError) in
    let symbol = try MarketEndpoints.board(call, simulation).symbol
    guard let rules = simulation.exchange.rules(symbol), let terms = simulation.exchange.terms(symbol) else {
      throw ExchangeError(-1121, "Invalid symbol.")
    }
    let filters = simulation.exchange.filters
    return json {
      $0.object {
        $0.array("exchangeFilters") { FilterPayloads.exchange(filters, to: &$0) }
        $0.array("symbolFilters") { FilterPayloads.symbol(rules, terms.filters, to: &$0) }
        $0.array("assetFilters") { FilterPayloads.assets(filters, of: rules, to: &$0) }
      }
    }
  }

  static let myPreventedMatches = APIEndpoint(.signed, weight: { $0["orderId"] != nil ? 20 : 2 }) {
    simulation, call throws(ExchangeError) in
    let p = call.parameters
    let found = try simulation.exchange.preventedMatches(
      account: call.account, symbol: try p.symbol(), id: try p.integer("preventedMatchId"), orderID: try p.integer("orderId"),
      fromID: try p.integer("fromPreventedMatchId"), limit: try p.limit(default: 500, maximum: 1_000))
    return json { $0.array { for entry in found { OrderPayloads.preventedMatch(entry, to: &$0) } } }
  }

  /// Allocations come from smart order routing, which is configured for no symbol.
  static let myAllocations = APIEndpoint(.signed, weight: 20) { simulation, call throws(ExchangeError) in
    _ = try MarketEndpoints.board(call, simulation)
    return Array("[]".utf8)
  }

  static let amendments = APIEndpoint(.signed, weight: 4) { simulation, call throws(ExchangeError) in
    let p = call.parameters
    guard let orderID = try p.integer("orderId") else {
      throw ExchangeError(-1102, "Mandatory parameter 'orderId' was not sent, was empty/null, or malformed.")
    }
    let found = try simulation.exchange.amendments(
      account: call.account, symbol: try p.symbol(), orderID: orderID, fromExecutionID: try p.integer("fromExecutionId"),
      limit: try p.limit(default: 500, maximum: 1_000))
    return json { $0.array { for entry in found { OrderPayloads.amendment(entry, to: &$0) } } }
  }

  /// Smart order routing: `exchangeInfo` names no symbol for it.
  static let routed = APIEndpoint(.signed, weight: 1) { _, _ throws(ExchangeError) in
    throw ExchangeError(-1020, "This operation is not supported.")
  }
}
