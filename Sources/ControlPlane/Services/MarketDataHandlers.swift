import Time
import BotAPI
import StrategyMessages
import MarketData
import ServiceRuntime
import TTRPC
import TradingModel
import Venue

/// `MarketDataService`: rules, candles and prices as they lie in memory.
struct MarketDataHandlers: Sendable {
  let context: ControlContext

  func register(on server: RPCServer) {
    server.serve(V1.MarketDataService.listSymbols) { (_, request: V1.ListSymbolsRequest) throws(RPCError) in try symbols(request) }
    server.serve(V1.MarketDataService.getTradingRules) { (_, request: V1.GetTradingRulesRequest) throws(RPCError) in try rules(request) }
    server.serve(V1.MarketDataService.getCandles) { (_, request: V1.GetCandlesRequest) throws(RPCError) in try candles(request) }
    server.serve(V1.MarketDataService.getTicker) { (_, request: V1.GetTickerRequest) throws(RPCError) in try ticker(request) }
    server.serve(V1.MarketDataService.getDataQuality) { (_, request: V1.GetDataQualityRequest) throws(RPCError) in try quality(request) }
  }

  private func symbols(_ request: V1.ListSymbolsRequest) throws(RPCError) -> V1.ListSymbolsResponse {
    var check = RequestCheck()
    let size = check.pageSize(request.pageSize, context.limits)
    let after = request.pageToken.isEmpty ? nil : Symbol(request.pageToken)
    if after == nil, !request.pageToken.isEmpty { check.malformedToken() }
    try check.finish()
    let subscribed = Set(context.market.allSeries().map(\.symbol))
    let all = context.board.allRules
    let start = after.flatMap { after in all.firstIndex { $0.symbol > after } ?? all.count } ?? 0
    var response = V1.ListSymbolsResponse()
    for rules in all[start...] {
      guard request.quoteAsset.isEmpty || rules.quoteAsset == request.quoteAsset else { continue }
      guard !request.subscribedOnly || subscribed.contains(rules.symbol) else { continue }
      if response.symbols.count == size {
        response.nextPageToken = response.symbols.last?.symbol ?? ""
        break
      }
      response.symbols.append(
        V1.SymbolInfo(
          symbol: rules.symbol.text, baseAsset: rules.baseAsset, quoteAsset: rules.quoteAsset, status: rules.status.text,
          subscribed: subscribed.contains(rules.symbol), obstacles: rules.obstacles))
    }
    return response
  }

  private func known(_ text: String) throws(RPCError) -> Symbol {
    var check = RequestCheck()
    let symbol = check.symbol(text)
    try check.finish()
    guard let symbol else { throw ErrorMapping.symbolNotFound(text) }
    return symbol
  }

  private func unknown(_ symbol: Symbol) -> RPCError {
    RPCError(code: .notFound, reason: "SYMBOL_UNKNOWN", field: "symbol", message: context.board.reasonWithoutRules(symbol))
  }

  private func rules(_ request: V1.GetTradingRulesRequest) throws(RPCError) -> V1.GetTradingRulesResponse {
    let symbol = try known(request.symbol)
    guard let rules = context.board.rules(for: symbol) else { throw unknown(symbol) }
    return V1.GetTradingRulesResponse(rules: V1.TradingRules(rules))
  }

  private func candles(_ request: V1.GetCandlesRequest) throws(RPCError) -> V1.GetCandlesResponse {
    var check = RequestCheck()
    let symbol = check.symbol(request.symbol)
    let interval = check.interval(request.interval)
    check.notNegative(Int64(request.limit), field: "limit")
    check.notNegative(request.beforeTimeNs, field: "before_time_ns")
    try check.finish()
    guard let symbol, let interval else { throw ErrorMapping.symbolNotFound(request.symbol) }
    let key = SeriesKey(symbol: symbol, interval: interval)
    let limit = request.limit == 0 ? 200 : min(Int(request.limit), 1_000)
    let before = request.beforeTimeNs == 0 ? nil : Timestamp(nanoseconds: request.beforeTimeNs)
    var list = context.market.candles(key, limit: limit, before: before).map { V1.Candle($0, key, isClosed: true, isNamed: false) }
    if list.isEmpty, context.market.quality(key) == nil, context.board.rules(for: symbol) == nil, !context.board.allRules.isEmpty {
      throw unknown(symbol)
    }
    if request.includeOpen, let current = context.market.current(key), before.map({ current.openTime < $0 }) ?? true {
      list.append(V1.Candle(current, key, isClosed: false, isNamed: false))
    }
    return V1.GetCandlesResponse(symbol: symbol.text, interval: interval.rawValue, candles: list)
  }

  private func ticker(_ request: V1.GetTickerRequest) throws(RPCError) -> V1.GetTickerResponse {
    let symbol = try known(request.symbol)
    if let ticker = V1.Ticker(symbol, context.market) { return V1.GetTickerResponse(ticker: ticker) }
    guard context.board.rules(for: symbol) != nil else { throw unknown(symbol) }
    throw RPCError(
      code: .notFound, reason: "NO_PRICE", field: "symbol",
      message: "no price of \(symbol) came yet: prices arrive for the symbols that some bot trades")
  }

  private func quality(_ request: V1.GetDataQualityRequest) throws(RPCError) -> V1.GetDataQualityResponse {
    var check = RequestCheck()
    let symbols = check.symbols(request.symbols)
    try check.finish()
    let statuses = context.market.feedStatuses()
    let whole = statuses.first { $0.symbol == nil }?.state
    let now = WallClock.now()
    let feeds = context.market.allSeries().filter { symbols.isEmpty || symbols.contains($0.symbol) }.compactMap { key in
      context.market.quality(key).map { quality in
        Self.feed(quality, statuses.first { $0.symbol == key.symbol }?.state ?? whole, at: now)
      }
    }
    return V1.GetDataQualityResponse(feeds: feeds)
  }

  private static func feed(_ quality: SeriesQuality, _ state: FeedState?, at now: Timestamp) -> V1.FeedQuality {
    let status: V1.HealthStatus =
      switch state {
      case .live: quality.holes > 0 || !quality.feed.problem.isEmpty ? .degraded : .ok
      case .connecting: .degraded
      case .stale: .down
      case nil: .unspecified
      }
    return V1.FeedQuality(
      symbol: quality.series.symbol.text, interval: quality.series.interval.rawValue, status: status,
      lastEventTimeNs: quality.lastEvent?.nanoseconds ?? 0, lagNs: quality.lastEvent.map { max(0, now.nanoseconds(since: $0)) } ?? 0,
      candlesHeld: Int64(quality.held),
      candlesBackfilled: Int64(clamping: quality.feed.backfilled), candlesMissing: Int64(quality.holes),
      reconnects: Int64(quality.feed.reconnects), framesRefused: Int64(clamping: quality.refused &+ quality.feed.refused),
      reason: quality.feed.problem)
  }
}
