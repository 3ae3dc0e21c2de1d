import Time
import Journal
import MarketData
import ServiceRuntime
import Strategies
import TradingModel

/// The self test's own part: is there data, does an indicator come out of it, does a strategy answer, is the journal sound.
struct DecisionCheck {
  let context: ControlContext

  func run(_ symbol: Symbol?, _ interval: Interval) -> [SelfTestCheck] {
    var checks: [SelfTestCheck] = []
    guard let symbol else {
      checks.append(
        SelfTestCheck(
          name: "indicator", status: .degraded, message: "no symbol has a feed",
          remedy: "name a symbol, or create a bot: its feed opens with it"))
      return checks + [journal()]
    }
    let key = SeriesKey(symbol: symbol, interval: interval)
    let began = MonotonicClock.nanoseconds()
    guard var strategy = try? StrategyCatalogue.make(name: "rsi", parameters: StrategyParameters()) else { return [journal()] }
    let candles = context.market.candles(key, limit: strategy.settling)
    var signal = Signal.hold
    for candle in candles { signal = strategy.onCandle(candle, position: .flat) }
    let elapsed = MonotonicClock.nanoseconds() - began
    if candles.count > strategy.warmUp, let reading = strategy.readings.first {
      checks.append(
        SelfTestCheck(
          name: "indicator", status: .ok,
          message:
            "\(reading.name) of \(key) is \(FixedDecimal.text(of: reading.value)) after \(candles.count) \(candles.count == 1 ? "candle" : "candles")",
          elapsedNanoseconds: elapsed))
      checks.append(
        SelfTestCheck(name: "signal", status: .ok, message: "\(signal.action) \(signal.reason)", elapsedNanoseconds: elapsed))
    } else {
      checks.append(
        SelfTestCheck(
          name: "indicator", status: .degraded, message: "\(candles.count) closed candles of \(key), \(strategy.warmUp + 1) are needed",
          remedy: "wait until the feed has delivered them, or name another interval", elapsedNanoseconds: elapsed))
    }
    return checks + [journal()]
  }

  private func journal() -> SelfTestCheck {
    if let failure = context.journal.failure {
      return SelfTestCheck(
        name: "journal", status: .down, message: failure.message, remedy: "free disk space or repair the state directory, then restart botd"
      )
    }
    return SelfTestCheck(
      name: "journal", status: .ok,
      message:
        "\(context.journal.lastSequence) \(context.journal.lastSequence == 1 ? "entry is" : "entries are") durable, \(context.journal.pendingEntries) \(context.journal.pendingEntries == 1 ? "waits" : "wait")"
    )
  }
}
