public import Time
public import TradingModel
public import Venue

/// Decodes frames of Binance market streams, raw or combined, straight from the bytes: one pass, no allocation.
///
/// Understands `kline`, `trade`, `bookTicker`, `24hrMiniTicker`, `serverShutdown` and control replies. Times are milliseconds.
/// A decoded event is kept in the decoder until the next frame (``candle``, ``trade``, ``quote``, ``ticker``), so a frame that nobody
/// reads further costs no copy. Not safe for use from several threads at once; make one per connection.
public struct MarketFrameDecoder: ~Copyable {
  /// What a frame was, and so which property holds it.
  public enum Kind: UInt8, Hashable, Sendable {
    case candle = 1
    case trade
    case quote
    case ticker
    /// An answer to a control message: ``controlReply``.
    case control
    /// The exchange is about to close the connection: open a new one now.
    case serverShutdown
    /// Well-formed, but of a kind or symbol that nobody asked for.
    case ignored
  }

  private let reader = FieldReader()
  let storage = EventStorage()
  /// Symbols whose frames are decoded; others are ignored.
  public var symbols: SymbolTable

  public init(symbols: consuming SymbolTable = SymbolTable()) { self.symbols = symbols }

  public var candle: CandleUpdate { unsafe storage.candle.pointee }
  public var trade: MarketTrade { unsafe storage.trade.pointee }
  public var quote: Quote { unsafe storage.quote.pointee }
  public var ticker: Ticker { unsafe storage.ticker.pointee }
  /// The book update id of ``quote``; grows with each change of a symbol's book.
  public var quoteUpdateID: Int64 { unsafe storage.updateID.pointee }
  /// Position of the last event's symbol in ``SymbolTable/symbols``.
  public var symbolIndex: Int { unsafe storage.symbolIndex.pointee }
  public var controlReply: ControlReply { unsafe storage.control.pointee }

  /// The event of the last frame; `nil` when it was none.
  public func event(of kind: Kind) -> MarketEvent? {
    switch kind {
    case .candle: unsafe .candle(storage.candle.pointee)
    case .trade: unsafe .trade(storage.trade.pointee)
    case .quote: unsafe .quote(storage.quote.pointee)
    case .ticker: unsafe .ticker(storage.ticker.pointee)
    case .control, .serverShutdown, .ignored: nil
    }
  }

  /// Decodes one frame. `receivedAt` stamps events that carry no time of their own (`bookTicker`).
  ///
  /// - Throws: ``FrameRefusal`` that names the field.
  public func decode(_ bytes: UnsafeBufferPointer<UInt8>, receivedAt: Timestamp) throws(FrameRefusal) -> Kind {
    guard let base = bytes.baseAddress else { throw FrameRefusal(.malformed) }
    if let kind = unsafe expected(base, base + bytes.count, receivedAt) { return kind }
    return try unsafe decodeAnyOrder(bytes, receivedAt: receivedAt)
  }

  /// Decodes one frame with its fields in any order.
  @inline(never) func decodeAnyOrder(_ bytes: UnsafeBufferPointer<UInt8>, receivedAt: Timestamp) throws(FrameRefusal) -> Kind {
    guard let base = bytes.baseAddress else { throw FrameRefusal(.malformed) }
    guard bytes.count <= Int(Int32.max) else { throw FrameRefusal(.tooLarge) }
    let shape = try unsafe reader.scan(base, bytes.count)
    let context = unsafe FieldContext(base: base, end: base + bytes.count, scratch: reader.scratch)
    let event = shape.event
    guard event.has(UInt8(ascii: "e")) else {
      if event.seen & Self.quoteFields == Self.quoteFields { return try quote(event, context, receivedAt) }
      guard shape.isControl else { return .ignored }
      unsafe storage.control.pointee = try ControlReply(parsing: bytes)
      return .control
    }
    let name = try unsafe context.text(event, "e")
    switch name.count {
    case 5:
      if unsafe FieldReader.equal(name, "trade") { return try trade(event, context) }
      if unsafe FieldReader.equal(name, "kline") { return try candle(event, shape.candle, context) }
    case 14:
      if unsafe FieldReader.equal(name, "24hrMiniTicker") { return try ticker(event, context) }
      if unsafe FieldReader.equal(name, "serverShutdown") { return .serverShutdown }
    default: break
    }
    return .ignored
  }

  private static let quoteFields =
    FieldSlots.bit(UInt8(ascii: "u")) | FieldSlots.bit(UInt8(ascii: "s")) | FieldSlots.bit(UInt8(ascii: "b"))
    | FieldSlots.bit(UInt8(ascii: "B")) | FieldSlots.bit(UInt8(ascii: "a")) | FieldSlots.bit(UInt8(ascii: "A"))

  private func trade(_ fields: FieldSlots, _ context: borrowing FieldContext) throws(FrameRefusal) -> Kind {
    guard let (symbol, index) = try context.symbol(fields, symbols) else { return .ignored }
    unsafe storage.symbolIndex.pointee = index
    unsafe storage.trade.pointee = MarketTrade(
      symbol: symbol, id: TradeID(try context.count(fields, "t")), price: try context.price(fields, "p"),
      quantity: try context.quantity(fields, "q"), time: try context.time(fields, "T"), isBuyerMaker: try context.bool(fields, "m"))
    return .trade
  }

  private func quote(_ fields: FieldSlots, _ context: borrowing FieldContext, _ receivedAt: Timestamp) throws(FrameRefusal) -> Kind {
    guard let (symbol, index) = try context.symbol(fields, symbols) else { return .ignored }
    unsafe storage.symbolIndex.pointee = index
    unsafe storage.updateID.pointee = try context.count(fields, "u")
    unsafe storage.quote.pointee = Quote(
      symbol: symbol, bidPrice: try context.quantity(fields, "b"), bidQuantity: try context.quantity(fields, "B"),
      askPrice: try context.quantity(fields, "a"), askQuantity: try context.quantity(fields, "A"), time: receivedAt)
    return .quote
  }

  private func ticker(_ fields: FieldSlots, _ context: borrowing FieldContext) throws(FrameRefusal) -> Kind {
    guard let (symbol, index) = try context.symbol(fields, symbols) else { return .ignored }
    unsafe storage.symbolIndex.pointee = index
    unsafe storage.ticker.pointee = Ticker(
      symbol: symbol, last: try context.price(fields, "c"), open: try context.quantity(fields, "o"),
      high: try context.quantity(fields, "h"), low: try context.quantity(fields, "l"), volume: try context.quantity(fields, "v"),
      quoteVolume: try context.quantity(fields, "q"), time: try context.time(fields, "E"))
    return .ticker
  }

  private func candle(_ fields: FieldSlots, _ inner: FieldSlots, _ context: borrowing FieldContext) throws(FrameRefusal) -> Kind {
    guard let (symbol, index) = try context.symbol(fields, symbols) else { return .ignored }
    unsafe storage.symbolIndex.pointee = index
    guard fields.has(UInt8(ascii: "k")) else { throw FrameRefusal(.missingField, field: "k") }
    guard let inside = try context.symbol(inner, symbols), inside.index == index else { throw FrameRefusal(.badField, field: "s") }
    let interval = try context.interval(inner)
    let candle = Candle(
      openTime: try context.time(inner, "t"), open: try context.price(inner, "o"), high: try context.price(inner, "h"),
      low: try context.price(inner, "l"), close: try context.price(inner, "c"), volume: try context.quantity(inner, "v"),
      quoteVolume: try context.quantity(inner, "q"), tradeCount: try context.count(inner, "n"))
    guard candle.low <= candle.open, candle.low <= candle.close, candle.open <= candle.high, candle.close <= candle.high else {
      throw FrameRefusal(.badField, field: "k")
    }
    unsafe storage.candle.pointee = CandleUpdate(
      symbol: symbol, interval: interval, candle: candle, isClosed: try context.bool(inner, "x"),
      eventTime: try context.time(fields, "E"))
    return .candle
  }
}

/// Owns the last event of each kind, at stable addresses.
@safe struct EventStorage: ~Copyable {
  let candle = UnsafeMutablePointer<CandleUpdate>.allocate(capacity: 1)
  let trade = UnsafeMutablePointer<MarketTrade>.allocate(capacity: 1)
  let quote = UnsafeMutablePointer<Quote>.allocate(capacity: 1)
  let ticker = UnsafeMutablePointer<Ticker>.allocate(capacity: 1)
  let control = UnsafeMutablePointer<ControlReply>.allocate(capacity: 1)
  let symbolIndex = UnsafeMutablePointer<Int>.allocate(capacity: 1)
  let updateID = UnsafeMutablePointer<Int64>.allocate(capacity: 1)

  init() {
    let nobody = Symbol.placeholder
    let zero = FixedDecimal.zero
    unsafe candle.initialize(
      to: CandleUpdate(
        symbol: nobody, interval: .oneMinute, candle: Candle(openTime: .zero, open: zero, high: zero, low: zero, close: zero, volume: zero),
        isClosed: false, eventTime: .zero))
    unsafe trade.initialize(to: MarketTrade(symbol: nobody, id: TradeID(0), price: zero, quantity: zero, time: .zero, isBuyerMaker: false))
    unsafe quote.initialize(to: Quote(symbol: nobody, bidPrice: zero, bidQuantity: zero, askPrice: zero, askQuantity: zero, time: .zero))
    unsafe ticker.initialize(
      to: Ticker(symbol: nobody, last: zero, open: zero, high: zero, low: zero, volume: zero, quoteVolume: zero, time: .zero))
    unsafe control.initialize(to: ControlReply(id: nil))
    unsafe symbolIndex.initialize(to: 0)
    unsafe updateID.initialize(to: 0)
  }

  deinit {
    unsafe candle.deinitialize(count: 1)
    unsafe trade.deinitialize(count: 1)
    unsafe quote.deinitialize(count: 1)
    unsafe ticker.deinitialize(count: 1)
    unsafe control.deinitialize(count: 1)
    unsafe candle.deallocate()
    unsafe trade.deallocate()
    unsafe quote.deallocate()
    unsafe ticker.deallocate()
    unsafe control.deallocate()
    unsafe symbolIndex.deallocate()
    unsafe updateID.deallocate()
  }
}
