import TradingModel

// How snapshots keep what has a payload: by position, one number for the kind and its values behind it.

extension LockScope: Codable {
  private enum CodingKeys: CodingKey { case bot, symbol }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(bot, forKey: .bot)
    try container.encodeIfPresent(symbol, forKey: .symbol)
  }

  /// Neither: the account.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let bot = try container.decodeIfPresent(BotID.self, forKey: .bot)
    let symbol = try container.decodeIfPresent(Symbol.self, forKey: .symbol)
    self = bot.map { .bot($0) } ?? symbol.map { .symbol($0) } ?? .account
  }
}

extension TradeGuard.Span: Codable {
  private enum CodingKeys: CodingKey { case count, isCandles }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    var isCandles = false
    if case .candles = self { isCandles = true }
    try container.encode(isCandles, forKey: .isCandles)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let count = try container.decode(Int.self, forKey: .count)
    self = try container.decode(Bool.self, forKey: .isCandles) ? .candles(count) : .minutes(count)
  }
}
