import Time
import ServiceRuntime
import TradingModel
import Venue
import ExchangeSimulation

/// The public endpoints.
enum MarketEndpoints {
  static let ping = APIEndpoint(weight: 1) { _, _ in Array("{}".utf8) }

  static let time = APIEndpoint(weight: 1) { simulation, call in
    let served = simulation.requestClock.serve(market: simulation.marketTime, wall: call.arrival)
    return Array("{\"serverTime\":\(served.milliseconds)}".utf8)
  }

  static let exchangeInfo = APIEndpoint(weight: 20) { simulation, call throws(ExchangeError) in
    let wanted = try symbols(call.parameters, simulation)
    let time = simulation.requestClock.serve(market: simulation.marketTime, wall: call.arrival)
    return ExchangeInfoPayload.write(
      instruments: wanted.symbols.compactMap { simulation.exchange.instrument($0) }, configuration: simulation.configuration, at: time)
  }

  /// The symbols that a request names: one, several, or all.
  static func symbols(
    _ parameters: RequestParameters, _ simulation: Simulation
  ) throws(ExchangeError) -> (symbols: [Symbol], isSingle: Bool) {
    if parameters["symbol"] != nil {
      guard parameters["symbols"] == nil else {
        throw ExchangeError(-1128, "Combination of optional parameters invalid.")
      }
      return ([try known(try parameters.symbol(), simulation)], true)
    }
    guard let names = try parameters.list("symbols") else { return (simulation.boards.map(\.symbol), false) }
    var symbols: [Symbol] = []
    for name in names {
      guard let symbol = Symbol(name), symbol.text == name else { throw ExchangeError(-1121, "Invalid symbol.") }
      guard !symbols.contains(symbol) else { throw ExchangeError(-1151, "Symbol is present multiple times in the list.") }
      symbols.append(try known(symbol, simulation))
    }
    return (symbols, false)
  }

  private static func known(_ symbol: Symbol, _ simulation: Simulation) throws(ExchangeError) -> Symbol {
    guard simulation.boardIndex[symbol] != nil else { throw ExchangeError(-1121, "Invalid symbol.") }
    return symbol
  }

  static func board(_ call: APICall, _ simulation: Simulation) throws(ExchangeError) -> SymbolBoard {
    guard let board = simulation.board(try call.parameters.symbol()) else { throw ExchangeError(-1121, "Invalid symbol.") }
    return board
  }

  static let klines = APIEndpoint(weight: 2) { simulation, call throws(ExchangeError) in
    let board = try board(call, simulation)
    guard let interval = Interval(rawValue: try call.parameters.required("interval")) else {
      throw ExchangeError(-1120, "Invalid interval.")
    }
    let start = try call.parameters.time("startTime")
    let end = try call.parameters.time("endTime")
    let limit = try call.parameters.limit(default: 500, maximum: 1_000)
    var json = JSONWriter(capacity: 4_096)
    json.array {
      for kline in board.series(interval).select(from: start, to: end, limit: limit) { row(kline, interval, to: &$0) }
    }
    return json.bytes
  }

  private static func row(_ kline: Kline, _ interval: Interval, to json: inout JSONWriter) {
    let candle = kline.candle
    json.array {
      $0.integer(candle.openTime.milliseconds)
      $0.decimal(candle.open)
      $0.decimal(candle.high)
      $0.decimal(candle.low)
      $0.decimal(candle.close)
      $0.decimal(candle.volume)
      $0.integer(interval.nextOpenTime(after: candle.openTime).milliseconds - 1)
      $0.decimal(candle.quoteVolume)
      $0.integer(candle.tradeCount)
      $0.decimal(kline.takerBuyVolume)
      $0.decimal(kline.takerBuyQuoteVolume)
      $0.string("0")
    }
  }

  static let depth = APIEndpoint(weight: { parameters in
    let limit = (try? parameters.limit(default: 100, maximum: 5_000)) ?? 100
    return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250
  }) { simulation, call throws(ExchangeError) in
    let limit = try call.parameters.limit(default: 100, maximum: 5_000)
    simulation.exchange.prepareBook(of: try call.parameters.symbol())
    guard let depth = simulation.exchange.depth(try call.parameters.symbol(), limit: limit) else {
      throw ExchangeError(-1121, "Invalid symbol.")
    }
    return StreamPayloads.depth(updateID: depth.updateID, bids: depth.bids, asks: depth.asks)
  }

  static let trades = APIEndpoint(weight: 25) { simulation, call throws(ExchangeError) in
    let board = try board(call, simulation)
    let limit = try call.parameters.limit(default: 500, maximum: 1_000)
    var json = JSONWriter(capacity: 4_096)
    json.array {
      for trade in board.trades.suffix(limit) {
        $0.object {
          $0.field("id", trade.facts.id)
          $0.field("price", trade.facts.price)
          $0.field("qty", trade.facts.quantity)
          $0.field("quoteQty", trade.quoteQuantity)
          $0.field("time", trade.facts.time)
          $0.field("isBuyerMaker", trade.facts.isBuyerMaker)
          $0.field("isBestMatch", true)
        }
      }
    }
    return json.bytes
  }

  /// One object where one symbol was named, else an array.
  private static func perSymbol(
    _ simulation: Simulation, _ call: APICall, _ body: (SymbolBoard, inout JSONWriter) -> Void
  ) throws(ExchangeError) -> [UInt8] {
    let wanted = try symbols(call.parameters, simulation)
    var json = JSONWriter(capacity: 1_024)
    if wanted.isSingle {
      for board in wanted.symbols.compactMap({ simulation.board($0) }) { body(board, &json) }
    } else {
      json.array { for board in wanted.symbols.compactMap({ simulation.board($0) }) { body(board, &$0) } }
    }
    return json.bytes
  }

  static let tickerPrice = APIEndpoint(weight: { $0["symbol"] != nil ? 2 : 4 }) { simulation, call throws(ExchangeError) in
    try perSymbol(simulation, call) { board, json in
      json.object {
        $0.field("symbol", board.symbol.text)
        $0.field("price", board.last?.facts.price ?? .zero)
      }
    }
  }

  static let bookTicker = APIEndpoint(weight: { $0["symbol"] != nil ? 2 : 4 }) { simulation, call throws(ExchangeError) in
    try perSymbol(simulation, call) { board, json in
      json.object {
        $0.field("symbol", board.symbol.text)
        $0.field("bidPrice", board.quote?.bidPrice ?? .zero)
        $0.field("bidQty", board.quote?.bidQuantity ?? .zero)
        $0.field("askPrice", board.quote?.askPrice ?? .zero)
        $0.field("askQty", board.quote?.askQuantity ?? .zero)
      }
    }
  }

  static let ticker24 = APIEndpoint(weight: { $0["symbol"] != nil ? 2 : $0["symbols"] != nil ? 2 : 80 }) {
    simulation, call throws(ExchangeError) in
    let isMini = call.parameters["type"] == "MINI"
    return try perSymbol(simulation, call) { board, json in
      guard let day = board.day(endingAt: simulation.marketTime) else { return }
      DayPayload.write(day, board: board, isMini: isMini, to: &json)
    }
  }

  static let averagePrice = APIEndpoint(weight: 2) { simulation, call throws(ExchangeError) in
    let board = try board(call, simulation)
    let rows = board.series(.oneMinute).select(from: nil, to: nil, limit: 5)
    let volume = rows.reduce(Quantity.zero) { $0 + $1.candle.volume }
    let quote = rows.reduce(Amount.zero) { $0 + $1.candle.quoteVolume }
    var json = JSONWriter()
    json.object {
      $0.field("mins", 5)
      $0.field("price", volume.isPositive ? quote / volume : board.last?.facts.price ?? .zero)
      $0.field("closeTime", simulation.marketTime)
    }
    return json.bytes
  }
}

/// `ticker/24hr`.
enum DayPayload {
  static func write(_ day: DayStatistics, board: SymbolBoard, isMini: Bool, to json: inout JSONWriter) {
    json.object {
      $0.field("symbol", board.symbol.text)
      if isMini {
        $0.field("openPrice", day.open)
        $0.field("highPrice", day.high)
        $0.field("lowPrice", day.low)
        $0.field("lastPrice", day.last)
      } else {
        $0.field("priceChange", day.change)
        $0.field("priceChangePercent", day.changePercent.text(fractionDigitsMinimum: 3))
        $0.field("weightedAvgPrice", day.weightedAverage)
        $0.field("prevClosePrice", day.previousClose)
        $0.field("lastPrice", day.last)
        $0.field("lastQty", day.lastQuantity)
        $0.field("bidPrice", board.quote?.bidPrice ?? .zero)
        $0.field("bidQty", board.quote?.bidQuantity ?? .zero)
        $0.field("askPrice", board.quote?.askPrice ?? .zero)
        $0.field("askQty", board.quote?.askQuantity ?? .zero)
        $0.field("openPrice", day.open)
        $0.field("highPrice", day.high)
        $0.field("lowPrice", day.low)
      }
      $0.field("volume", day.volume)
      $0.field("quoteVolume", day.quoteVolume)
      $0.field("openTime", day.openTime)
      $0.field("closeTime", day.closeTime)
      $0.field("firstId", day.firstID)
      $0.field("lastId", day.lastID)
      $0.field("count", day.count)
    }
  }
}
