public import Strategies
import Time
public import TradingModel

/// What the core wants of processes that serve strategies.
public enum StrategyRequest: Sendable, Hashable {
  /// Make an instance for a bot, feed it the history, and say when it is ready.
  case open(InstanceOpening)
  /// A candle closed; an answer is due where one is wanted.
  case candle(InstanceCandle)
  /// The instance is not needed any more.
  case close(instance: Int64, strategy: String)
}

/// An instance of a strategy for a bot.
public struct InstanceOpening: Sendable, Hashable {
  /// Rises; never used twice by one core.
  public var instance: Int64
  public var botID: BotID
  public var strategy: String
  /// Every parameter of the schema with its value.
  public var parameters: StrategyParameters
  public var series: SeriesKey
  /// Closed candles from before now, oldest first.
  public var history: [Candle]
}

/// A closed candle for an instance.
public struct InstanceCandle: Sendable, Hashable {
  public var instance: Int64
  public var strategy: String
  /// Rises from candle to candle of all instances.
  public var number: Int64
  public var series: SeriesKey
  public var candle: Candle
  /// The bot's position at its close.
  public var position: StrategyPosition
  public var isAnswerWanted: Bool
}

/// What processes that serve strategies do, as the driver hears it. Deadlines are the driver's: core time may stand still.
public enum StrategyEvent: Sendable, Hashable {
  /// A process serves these strategies from now on.
  case served([String])
  /// Nobody does any more, and why.
  case away([String], reason: String)
  /// An instance has seen its history.
  case ready(instance: Int64)
  /// What an instance wants at the candle of that number; `delayNanoseconds` from the question to the answer.
  case answered(instance: Int64, number: Int64, Signal, delayNanoseconds: Int64)
  /// An instance failed, or did not answer in time. It is opened anew with the next candle.
  case failed(instance: Int64, reason: String)
  /// What a journal has; for replays.
  case recorded(ServedSignal)
}

/// A bot's strategy in another process, as the core knows it. Nothing of it is journaled.
struct ServedInstance: Sendable {
  /// 0: there is none.
  var number: Int64 = 0
  /// It has seen its history and may be asked.
  var isReady = false
  /// Questions without an answer, oldest first, and answers that wait for those of others.
  var questions: [Question] = []
  var failures = Failures()

  /// Failures in a row, and the pause after them: one that fails at every candle is made anew after 1, 2, 4 … 64 candles.
  struct Failures: Sendable {
    static let pauseMaximum = 64
    private var pause = 0
    private var left = 0

    /// One more. Returns after how many candles it is tried again.
    mutating func add() -> Int {
      pause = pause == 0 ? 1 : min(pause * 2, Self.pauseMaximum)
      left = pause
      return pause
    }

    /// A candle closed. Returns whether the pause is over.
    mutating func passCandle() -> Bool {
      left = max(0, left - 1)
      return left == 0
    }
  }

  struct Question: Sendable {
    var number: Int64
    var close: Timestamp
    var price: Price
    var isLate: Bool
    /// Not 0: the position is held for that many candles, as long as the bot allows.
    var candlesHeld: Int
    var answer: (signal: Signal, delayNanoseconds: Int64)?
  }
}

/// Which bot an instance belongs to. Instances rise, so the list is in order.
struct NumberedInstances: Sendable {
  private var entries: [(instance: Int64, bot: Int)] = []
  private var last: Int64 = 0

  /// A new instance for a bot.
  mutating func add(_ bot: Int) -> Int64 {
    last += 1
    entries.append((last, bot))
    return last
  }

  func bot(of instance: Int64) -> Int? { slot(of: instance).map { entries[$0].bot } }

  mutating func remove(_ instance: Int64) { if let slot = slot(of: instance) { entries.remove(at: slot) } }

  private func slot(of instance: Int64) -> Int? {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].instance < instance { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].instance == instance ? low : nil
  }
}
