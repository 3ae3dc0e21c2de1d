import Time
import TradingModel
import Venue

/// The commands that bring Redis to a state; each list is one pipeline.
enum RedisCommands {
  /// A closed candle replaces one of the same time, the oldest beyond `keep` goes, subscribers are told; all at once.
  static func close(_ key: SeriesKey, _ candle: Candle, keep: Int) -> [[String]] {
    let time = String(candle.openTime.milliseconds)
    let name = RedisKeys.candles(key)
    let text = RedisKeys.json(candle)
    return [
      ["MULTI"], ["ZREMRANGEBYSCORE", name, time, time], ["ZADD", name, time, text],
      ["ZREMRANGEBYRANK", name, "0", String(-keep - 1)], ["PUBLISH", RedisKeys.closed(key), text], ["EXEC"],
    ]
  }

  /// A series as a whole, replacing whatever the key held, of any type; readers never see it half-filled.
  static func fill(_ key: SeriesKey, _ candles: [Candle]) -> [[String]] {
    let name = RedisKeys.candles(key)
    var commands = [["MULTI"], ["DEL", name]]
    for start in stride(from: 0, to: candles.count, by: 500) {
      var add = ["ZADD", name]
      for candle in candles[start..<min(candles.count, start + 500)] {
        add.append(String(candle.openTime.milliseconds))
        add.append(RedisKeys.json(candle))
      }
      commands.append(add)
    }
    return commands + [["SADD", RedisKeys.series, RedisKeys.name(key)], ["EXEC"]]
  }

  static func ticker(_ ticker: Ticker) -> [String] {
    [
      "HSET", RedisKeys.ticker(ticker.symbol), "v", "1", "last", "\(ticker.last)", "open", "\(ticker.open)", "high", "\(ticker.high)",
      "low",
      "\(ticker.low)", "volume", "\(ticker.volume)", "quote_volume", "\(ticker.quoteVolume)", "time", "\(ticker.time.milliseconds)",
    ]
  }

  static func quote(_ quote: Quote) -> [String] {
    [
      "HSET", RedisKeys.ticker(quote.symbol), "v", "1", "bid", "\(quote.bidPrice)", "bid_quantity", "\(quote.bidQuantity)", "ask",
      "\(quote.askPrice)", "ask_quantity", "\(quote.askQuantity)", "quote_time", "\(quote.time.milliseconds)",
    ]
  }

  /// The feed's states as a whole.
  static func feed(_ states: [(symbol: Symbol?, state: FeedState)], now: Timestamp) -> [[String]] {
    var set = ["HSET", RedisKeys.feed, "v", "1", "updated", "\(now.milliseconds)"]
    for (symbol, state) in states { set += [symbol?.text ?? "*", RedisKeys.name(state)] }
    return [["MULTI"], ["DEL", RedisKeys.feed], set, ["EXPIRE", RedisKeys.feed, RedisKeys.feedSeconds], ["EXEC"]]
  }
}
