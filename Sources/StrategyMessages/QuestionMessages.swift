public import BotAPI
public import Strategies
import Time
public import TradingModel

extension V1.Candle {
  /// A candle of a series.
  ///
  /// - Parameters:
  ///   - isClosed: nothing of it changes any more.
  ///   - isNamed: with its symbol and interval, where the message around it does not say them.
  public init(_ candle: Candle, _ key: SeriesKey, isClosed: Bool, isNamed: Bool) {
    self.init(
      symbol: isNamed ? key.symbol.text : "", interval: isNamed ? key.interval.rawValue : "", openTimeNs: candle.openTime.nanoseconds,
      closeTimeNs: key.interval.nextOpenTime(after: candle.openTime).nanoseconds, open: candle.open.description,
      high: candle.high.description, low: candle.low.description, close: candle.close.description, volume: candle.volume.description,
      quoteVolume: candle.quoteVolume.description, trades: candle.tradeCount, isClosed: isClosed)
  }
}

extension V1.OpenStrategy {
  /// Asks for an instance of a strategy for a bot.
  ///
  /// - Parameters:
  ///   - parameters: every parameter of its schema.
  ///   - history: closed candles from before, oldest first.
  public init(
    instance: Int64, botID: String, strategy: String, parameters: StrategyParameters, series: SeriesKey, history: some Sequence<Candle>
  ) {
    self.init(
      instance: instance, botID: botID, strategy: strategy,
      parameters: parameters.entries.map { V1.KeyValue(key: $0.name, value: $0.value) },
      symbol: series.symbol.text, interval: series.interval.rawValue,
      history: history.map { V1.Candle($0, series, isClosed: true, isNamed: false) })
  }
}

extension V1.StrategyCandles {
  /// Shows an instance closed candles.
  ///
  /// - Parameters:
  ///   - position: the bot's at the close of each of them.
  ///   - barsHeld: closed candles since the entry at each of them; not looked at while nothing is held.
  public init(
    instance: Int64, number: Int64, candles: some Sequence<Candle>, series: SeriesKey, position: StrategyPosition, barsHeld: [Int64],
    isAnswerWanted: Bool
  ) {
    self.init(
      instance: instance, number: number, candles: candles.map { V1.Candle($0, series, isClosed: true, isNamed: false) },
      position: V1.StrategyPosition(
        isOpen: position.isOpen, averageEntryPrice: position.isOpen ? position.averageEntryPrice.description : ""),
      barsHeld: position.isOpen ? barsHeld : [], answerWanted: isAnswerWanted)
  }
}

extension Signal {
  /// Longest reason of an answer, in characters.
  public static let reasonMaximum = 500

  /// The signal of an answer; `nil` when it is none: ``BotAPI/V1/StrategySignal/problem(candles:)`` says why.
  ///
  /// - Parameter candles: how many were shown.
  public init?(_ answer: V1.StrategySignal, candles: Int) {
    guard answer.problem(candles: candles) == nil else { return nil }
    switch answer.action {
    case .hold: self = .hold
    case .buy: self = .buy(confidence: answer.confidence, reason: answer.reason)
    case .sell: self = .sell(confidence: answer.confidence, reason: answer.reason)
    default: return nil
    }
  }
}

extension V1.StrategySignal {
  /// What is wrong with an answer, in words; `nil` when nothing is.
  ///
  /// - Parameter shown: how many candles were shown.
  public func problem(candles shown: Int) -> String? {
    switch action {
    case .hold, .buy, .sell: break
    default: return "action must be hold, buy or sell, not \(action.rawValue)"
    }
    if !(confidence >= 0 && confidence <= 1) { return "confidence must be from 0 to 1, not \(confidence)" }
    if reason.count > Signal.reasonMaximum { return "reason may have \(Signal.reasonMaximum) characters, not \(reason.count)" }
    if candles < 1 || candles > shown { return "candles must be from 1 to \(shown), the number that was sent, not \(candles)" }
    if action == .hold, candles != shown {
      return "candles must be \(shown), the number that was sent, where the answer is hold, not \(candles)"
    }
    return nil
  }
}
