import Time
import TradingModel
import Venue

/// The key layout, version 1. Other processes may rely on it; a change of meaning gets another prefix.
///
/// | key | type | content |
/// |---|---|---|
/// | `botd:v1:series` | set | the series present, e.g. `BTCUSDT:1m` |
/// | `botd:v1:candles:SYMBOL:INTERVAL` | sorted set | the last closed candles (500, never fewer than 200 once that many closed); score = open time in ms; member = a candle |
/// | `botd:v1:ticker:SYMBOL` | hash | `v`, `last`, `open`, `high`, `low`, `volume`, `quote_volume`, `time`; `bid`, `bid_quantity`, `ask`, `ask_quantity`, `quote_time` |
/// | `botd:v1:feed` | hash | `v`, `updated`, `*` (the connection) and each symbol: `connecting`, `live` or `stale`; expires 30 s after botd stops refreshing it |
/// | `botd:v1:closed:SYMBOL:INTERVAL` | channel | each candle when it closes |
///
/// A candle is JSON in this field order, decimals as strings, times in ms since the epoch:
/// `{"v":1,"t":1733011200000,"o":"64000.5","h":"64010","l":"63990","c":"64001","q":"12.5","qv":"800012.5","n":321}`
/// (t open time, q base volume, qv quote volume, n trades). Candles closed while Redis was away are not published later:
/// whoever missed messages reads the sorted set.
enum RedisKeys {
  static let series = "botd:v1:series"
  static let feed = "botd:v1:feed"
  static let feedSeconds = "30"
  static func candles(_ key: SeriesKey) -> String { "botd:v1:candles:\(name(key))" }
  static func closed(_ key: SeriesKey) -> String { "botd:v1:closed:\(name(key))" }
  static func ticker(_ symbol: Symbol) -> String { "botd:v1:ticker:\(symbol.text)" }
  static func name(_ key: SeriesKey) -> String { "\(key.symbol.text):\(key.interval.rawValue)" }

  static func json(_ candle: Candle) -> String {
    "{\"v\":1,\"t\":\(candle.openTime.milliseconds),\"o\":\"\(candle.open)\",\"h\":\"\(candle.high)\",\"l\":\"\(candle.low)\","
      + "\"c\":\"\(candle.close)\",\"q\":\"\(candle.volume)\",\"qv\":\"\(candle.quoteVolume)\",\"n\":\(candle.tradeCount)}"
  }

  static func name(_ state: FeedState) -> String {
    switch state {
    case .connecting: "connecting"
    case .live: "live"
    case .stale: "stale"
    }
  }
}
