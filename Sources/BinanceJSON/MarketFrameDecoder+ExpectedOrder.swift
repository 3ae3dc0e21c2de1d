import Time
import TradingModel
import Venue

/// The four events in the field order of today's exchange. Each returns `nil` at the first byte that differs.
extension MarketFrameDecoder {
  @inline(__always) func expected(
    _ base: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ receivedAt: Timestamp
  ) -> Kind? {
    var cursor = unsafe ExpectedOrder(base, end)
    var depth = 1
    if cursor.bytes(0x6165_7274_7322_7B, 7) {  // {"strea
      guard cursor.bytes(0x22_3A22_6D, 4), cursor.skipText(),  // m":"
        cursor.bytes(0x3A22_6174_6164_222C, 8), cursor.bytes(0x7B, 1)  // ,"data": {
      else { return nil }
      depth = 2
    } else if !cursor.bytes(0x7B, 1) {
      return nil
    }
    if cursor.bytes(0x22_3A22_6522, 5) {  // "e":"
      if cursor.bytes(0x2C22_6564_6172_74, 7) { return expectedTrade(&cursor, depth) }  // trade",
      if cursor.bytes(0x2C22_656E_696C_6B, 7) { return expectedCandle(&cursor, depth) }  // kline",
      if cursor.bytes(0x696E_694D_7268_3432, 8), cursor.bytes(0x22_7265_6B63_6954, 7) {  // 24hrMini Ticker"
        return expectedTicker(&cursor, depth)
      }
      return nil
    }
    guard cursor.bytes(0x3A22_7522, 4) else { return nil }  // "u":
    return expectedQuote(&cursor, depth, receivedAt)
  }

  @inline(__always) private func expectedTrade(_ cursor: inout ExpectedOrder, _ depth: Int) -> Kind? {
    guard cursor.bytes(0x3A22_4522, 4), cursor.integer() != nil, cursor.stringKey("s"), let key = cursor.name(),  // "E":
      cursor.plainKey("t"), let id = cursor.integer(), cursor.stringKey("p"), let price = cursor.decimal(), price > 0,
      cursor.stringKey("q"), let quantity = cursor.decimal(), cursor.plainKey("T"), let time = cursor.time(),
      cursor.plainKey("m"), let isBuyerMaker = cursor.bool(),
      // ,"M":tru e}}
      cursor.bytes(0x7572_743A_224D_222C, 8), unsafe cursor.end - cursor.p == depth + 1, unsafe cursor.p.pointee == 0x65
    else { return nil }
    unsafe cursor.p += 1
    guard cursor.isClosed(depth) else { return nil }
    guard let (symbol, index) = symbols.find(key) else { return .ignored }
    unsafe storage.symbolIndex.pointee = index
    let trade = unsafe storage.trade
    unsafe trade.pointee.symbol = symbol
    unsafe trade.pointee.id = TradeID(id)
    unsafe trade.pointee.price = FixedDecimal(raw: Int128(price))
    unsafe trade.pointee.quantity = FixedDecimal(raw: Int128(quantity))
    unsafe trade.pointee.time = time
    unsafe trade.pointee.isBuyerMaker = isBuyerMaker
    return .trade
  }

  @inline(__always) private func expectedQuote(_ cursor: inout ExpectedOrder, _ depth: Int, _ receivedAt: Timestamp) -> Kind? {
    guard let update = cursor.integer(), cursor.stringKey("s"), let key = cursor.name(), cursor.stringKey("b"), let bid = cursor.decimal(),
      cursor.stringKey("B"), let bidQuantity = cursor.decimal(), cursor.stringKey("a"), let ask = cursor.decimal(),
      cursor.stringKey("A"), let askQuantity = cursor.decimal(), cursor.isClosed(depth)
    else { return nil }
    guard let (symbol, index) = symbols.find(key) else { return .ignored }
    unsafe storage.symbolIndex.pointee = index
    unsafe storage.updateID.pointee = update
    let quote = unsafe storage.quote
    unsafe quote.pointee.symbol = symbol
    unsafe quote.pointee.bidPrice = FixedDecimal(raw: Int128(bid))
    unsafe quote.pointee.bidQuantity = FixedDecimal(raw: Int128(bidQuantity))
    unsafe quote.pointee.askPrice = FixedDecimal(raw: Int128(ask))
    unsafe quote.pointee.askQuantity = FixedDecimal(raw: Int128(askQuantity))
    unsafe quote.pointee.time = receivedAt
    return .quote
  }

  @inline(__always) private func expectedTicker(_ cursor: inout ExpectedOrder, _ depth: Int) -> Kind? {
    guard cursor.plainKey("E"), let time = cursor.time(), cursor.stringKey("s"), let key = cursor.name(),
      cursor.stringKey("c"), let last = cursor.decimal(), last > 0, cursor.stringKey("o"), let open = cursor.decimal(),
      cursor.stringKey("h"), let high = cursor.decimal(), cursor.stringKey("l"), let low = cursor.decimal(),
      cursor.stringKey("v"), let volume = cursor.decimal(), cursor.stringKey("q"), let quoteVolume = cursor.decimal(),
      cursor.isClosed(depth)
    else { return nil }
    guard let (symbol, index) = symbols.find(key) else { return .ignored }
    unsafe storage.symbolIndex.pointee = index
    let ticker = unsafe storage.ticker
    unsafe ticker.pointee.symbol = symbol
    unsafe ticker.pointee.last = FixedDecimal(raw: Int128(last))
    unsafe ticker.pointee.open = FixedDecimal(raw: Int128(open))
    unsafe ticker.pointee.high = FixedDecimal(raw: Int128(high))
    unsafe ticker.pointee.low = FixedDecimal(raw: Int128(low))
    unsafe ticker.pointee.volume = FixedDecimal(raw: Int128(volume))
    unsafe ticker.pointee.quoteVolume = FixedDecimal(raw: Int128(quoteVolume))
    unsafe ticker.pointee.time = time
    return .ticker
  }

  @inline(__always) private func expectedCandle(_ cursor: inout ExpectedOrder, _ depth: Int) -> Kind? {
    guard cursor.bytes(0x3A22_4522, 4), let eventTime = cursor.time(), cursor.stringKey("s"), let key = cursor.name(),  // "E":
      cursor.bytes(0x7B3A_226B_222C, 6), cursor.bytes(0x3A22_7422, 4), let openTime = cursor.time(),  // ,"k":{ "t":
      cursor.plainKey("T"), cursor.integer() != nil, cursor.stringKey("s"), let inside = cursor.name(), inside == key,
      cursor.stringKey("i"), let spelled = cursor.name(), cursor.plainKey("f"), cursor.integer() != nil,
      cursor.plainKey("L"), cursor.integer() != nil, cursor.stringKey("o"), let open = cursor.decimal(),
      cursor.stringKey("c"), let close = cursor.decimal(), cursor.stringKey("h"), let high = cursor.decimal(),
      cursor.stringKey("l"), let low = cursor.decimal(), cursor.stringKey("v"), let volume = cursor.decimal(),
      cursor.plainKey("n"), let tradeCount = cursor.integer(), cursor.plainKey("x"), let isClosed = cursor.bool(),
      cursor.stringKey("q"), let quoteVolume = cursor.decimal(), cursor.stringKey("V"), cursor.decimal() != nil,
      cursor.stringKey("Q"), cursor.decimal() != nil, cursor.stringKey("B"), cursor.digits(), cursor.isClosed(depth + 1)
    else { return nil }
    guard low > 0, low <= open, low <= close, open <= high, close <= high, let interval = IntervalSpelling.interval(word: spelled.first)
    else { return nil }
    guard let (symbol, index) = symbols.find(key) else { return .ignored }
    unsafe storage.symbolIndex.pointee = index
    let update = unsafe storage.candle
    unsafe update.pointee.symbol = symbol
    unsafe update.pointee.interval = interval
    unsafe update.pointee.isClosed = isClosed
    unsafe update.pointee.eventTime = eventTime
    unsafe update.pointee.candle.openTime = openTime
    unsafe update.pointee.candle.open = FixedDecimal(raw: Int128(open))
    unsafe update.pointee.candle.high = FixedDecimal(raw: Int128(high))
    unsafe update.pointee.candle.low = FixedDecimal(raw: Int128(low))
    unsafe update.pointee.candle.close = FixedDecimal(raw: Int128(close))
    unsafe update.pointee.candle.volume = FixedDecimal(raw: Int128(volume))
    unsafe update.pointee.candle.quoteVolume = FixedDecimal(raw: Int128(quoteVolume))
    unsafe update.pointee.candle.tradeCount = tradeCount
    return .candle
  }
}

extension ExpectedOrder {
  /// Milliseconds within the years 1970 to 2262.
  @inline(__always) mutating func time() -> Timestamp? {
    guard let value = integer(), value <= 9_223_372_036_854 else { return nil }
    return Timestamp(nanoseconds: value &* 1_000_000)
  }

  /// One or more digits through the closing quote: the last field of a candle, which means nothing.
  @inline(__always) mutating func digits() -> Bool {
    let first = unsafe p
    while unsafe p < end, unsafe p.pointee &- 0x30 <= 9 { unsafe p += 1 }
    guard unsafe p > first, unsafe p < end, unsafe p.pointee == 0x22 else { return false }
    unsafe p += 1
    return true
  }
}
