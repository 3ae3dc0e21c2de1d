import Strategies
import Time
import TradingModel
import Venue

/// Strategies that other processes serve. They are asked at the close of a candle, and what they want is decided as what built-in ones want.
/// While one is away its bots wait: they enter nothing, and what they hold stays protected.
extension TradingCore {
  mutating func handle(_ event: StrategyEvent, _ effects: inout [Effect]) {
    switch event {
    case .served(let names):
      for name in names where !servedNames.contains(name) { servedNames.append(name) }
      for index in bots.indices where names.contains(bots[index]?.configuration.strategyName ?? "") {
        bots[index]?.instance?.failures = .init()
        openInstance(index, &effects)
      }
    case .away(let names, let reason):
      servedNames.removeAll { names.contains($0) }
      for index in bots.indices where names.contains(bots[index]?.configuration.strategyName ?? "") {
        lose(index, reason, &effects)
      }
      decideAnswered(&effects)
    case .ready(let instance):
      guard let index = instances.bot(of: instance), bots[index]?.instance?.number == instance else { return }
      bots[index]?.instance?.isReady = true
      if bots[index]?.state == .waiting { setState(index, .running, .strategyBack, "", &effects) }
    case .answered(let instance, let number, let signal, let delay):
      answered(instance, number, signal, delay)
      decideAnswered(&effects)
    case .failed(let instance, let reason):
      guard let index = instances.bot(of: instance) else { return }
      let pause = bots[index]?.instance?.failures.add() ?? 0
      lose(index, pause > 1 ? "\(reason.prefix(400)); tried again after \(pause) candles" : reason, &effects)
      decideAnswered(&effects)
    case .recorded(let signal): decideRecorded(signal, &effects)
    }
  }

  /// Whether a question waits for its answer: in paper modes the market waits with it.
  public var hasOpenQuestions: Bool { !askedBots.isEmpty }

  // MARK: Instances

  /// Has an instance made for a bot whose strategy a process serves; one that it has is replaced.
  mutating func openInstance(_ index: Int, _ effects: inout [Effect]) {
    guard let bot = bots[index], bot.instance != nil, let served = bot.configuration.served, servedNames.contains(served.name) else {
      return
    }
    closeInstance(index, &effects)
    let number = instances.add(index)
    bots[index]?.instance?.number = number
    bots[index]?.instance?.isReady = false
    effects.append(
      .strategy(
        .open(
          InstanceOpening(
            instance: number, botID: botIDs[index], strategy: served.name,
            parameters: served.descriptor.completed(bot.configuration.parameters),
            series: bot.configuration.series, history: series[bot.seriesAt].history))))
  }

  /// A person started it: whatever failed before, it is tried at once.
  mutating func retryServed(_ index: Int, _ effects: inout [Effect]) {
    guard bots[index]?.instance?.number == 0 else { return }
    bots[index]?.instance?.failures = .init()
    openInstance(index, &effects)
  }

  /// Candles from before came: the instances of the series begin anew with them.
  mutating func reopenServed(_ at: Int, _ effects: inout [Effect]) {
    for slot in series[at].listeners.indices where series[at].listeners[slot].isServed {
      let index = series[at].listeners[slot].bot
      guard bots[index]?.instance?.questions.isEmpty == true else { continue }
      openInstance(index, &effects)
    }
  }

  /// The process is told that it has no use for a bot's instance any more. What was asked of it gets no answer and is dropped; whoever calls
  /// decides what only waited for that (``decideAnswered(_:)``).
  mutating func closeInstance(_ index: Int, _ effects: inout [Effect]) {
    guard let bot = bots[index], let instance = bot.instance else { return }
    if instance.number > 0 {
      effects.append(.strategy(.close(instance: instance.number, strategy: bot.configuration.strategyName)))
      instances.remove(instance.number)
    }
    bots[index]?.instance?.questions = []
    askedBots.removeAll { $0 == index }
  }

  /// Why a bot whose strategy is served elsewhere cannot run now; `nil` when it can.
  func absence(of bot: Bot) -> String? {
    guard let instance = bot.instance, !instance.isReady else { return nil }
    let name = bot.configuration.strategyName
    return servedNames.contains(name) ? "its strategy \(name) is being prepared" : "no process serves its strategy \(name)"
  }

  /// The instance of a bot is gone: what was asked gets no answer, and the bot waits.
  private mutating func lose(_ index: Int, _ reason: String, _ effects: inout [Effect]) {
    guard let instance = bots[index]?.instance else { return }
    instances.remove(instance.number)
    bots[index]?.instance?.number = 0
    bots[index]?.instance?.isReady = false
    // Without an answer a position that was held long enough is closed all the same.
    bots[index]?.instance?.questions = instance.questions.filter { $0.candlesHeld > 0 || $0.answer != nil }.map { question in
      var question = question
      question.answer = question.answer ?? (Signal.hold, 0)
      return question
    }
    guard let bot = bots[index] else { return }
    // A bot that waits already says the newest reason, once.
    if bot.state == .running || bot.state == .waiting && bot.stateReason != shown(reason) { wait(index, reason, &effects) }
  }

  mutating func wait(_ index: Int, _ reason: String, _ effects: inout [Effect]) {
    setState(index, .waiting, .strategyAway, shown(reason), &effects)
  }

  private func shown(_ reason: String) -> String { String(reason.prefix(500)) }

  private mutating func setState(
    _ index: Int, _ state: BotState, _ cause: BotStateChange.Cause, _ reason: String, _ effects: inout [Effect]
  ) {
    guard journalIsHealthy, let bot = bots[index] else { return }
    append(
      .botStateChanged(
        BotStateChange(
          botID: botIDs[index], state: state, cause: cause, reason: reason, referencePrice: symbols[bot.symbolAt].lastPrice)), &effects)
  }

  // MARK: Questions

  /// A candle of a series closed: strategies that other processes serve are asked, or shown it where nothing hangs on the answer.
  mutating func askServed(_ at: Int, _ candle: Candle, closedAt close: Timestamp, isLate: Bool, _ effects: inout [Effect]) {
    for slot in series[at].listeners.indices where series[at].listeners[slot].isServed {
      let listener = series[at].listeners[slot]
      let index = listener.bot
      guard let bot = bots[index], let instance = bot.instance else { continue }
      let held = listener.isHeldTooLong ? listener.timeStop : 0
      let isAsked = instance.isReady && (bot.state == .running || bot.state == .paused)
      if instance.number == 0 {
        if bots[index]?.instance?.failures.passCandle() == true { openInstance(index, &effects) }
      } else {
        let number = nextQuestion
        nextQuestion += 1
        effects.append(
          .strategy(
            .candle(
              InstanceCandle(
                instance: instance.number, strategy: bot.configuration.strategyName, number: number, series: series[at].key, candle: candle,
                position: listener.position, isAnswerWanted: isAsked))))
        if isAsked {
          bots[index]?.instance?.questions.append(
            .init(number: number, close: close, price: candle.close, isLate: isLate, candlesHeld: held, answer: nil))
          if !askedBots.contains(index) { askedBots.append(index) }
        }
      }
      if held > 0, !isAsked, !answersComeFromTheJournal {
        act(index, .init(number: 0, close: close, price: candle.close, isLate: isLate, candlesHeld: held, answer: (.hold, 0)), &effects)
      }
    }
  }

  private mutating func answered(_ instance: Int64, _ number: Int64, _ signal: Signal, _ delay: Int64) {
    guard let index = instances.bot(of: instance),
      let slot = bots[index]?.instance?.questions.firstIndex(where: { $0.number == number && $0.answer == nil })
    else { return }
    bots[index]?.instance?.questions[slot].answer = (signal, delay)
    bots[index]?.instance?.failures = .init()
  }

  /// Decides what was answered, in the order of bots. In paper modes the market stands still until all have answered, so that what comes
  /// of it does not hang on whose answer came first.
  mutating func decideAnswered(_ effects: inout [Effect]) {
    if configuration.mode.isPaper {
      guard askedBots.allSatisfy({ bots[$0]?.instance?.questions.allSatisfy { $0.answer != nil } ?? true }) else { return }
    }
    for index in askedBots.sorted() {
      while let question = bots[index]?.instance?.questions.first, question.answer != nil {
        bots[index]?.instance?.questions.removeFirst()
        act(index, question, &effects)
      }
    }
    askedBots.removeAll { bots[$0]?.instance?.questions.isEmpty ?? true }
  }

  private mutating func act(_ index: Int, _ question: ServedInstance.Question, _ effects: inout [Effect]) {
    guard let (signal, delay) = question.answer, signal.action != .hold || question.candlesHeld > 0, bots[index] != nil else { return }
    append(
      .signal(
        ServedSignal(
          botID: botIDs[index], action: signal.action, confidence: signal.confidence, reason: signal.reason, closeTime: question.close,
          delayNanoseconds: delay)), &effects)
    decide(
      CandleSignal(bot: index, signal: signal, candlesHeld: question.candlesHeld), price: question.price, at: question.close,
      isLate: question.isLate, &effects)
  }

  /// Decides what a journal says was answered.
  private mutating func decideRecorded(_ recorded: ServedSignal, _ effects: inout [Effect]) {
    guard let index = botAt(recorded.botID), let at = bots[index]?.seriesAt, let slot = series[at].listenerIndex(of: index) else { return }
    let listener = series[at].listeners[slot]
    let signal = Signal(action: recorded.action, confidence: recorded.confidence, reason: recorded.reason)
    let price = series[at].history.last?.close ?? symbols[series[at].symbolIndex].lastPrice
    act(
      index,
      .init(
        number: 0, close: recorded.closeTime, price: price, isLate: false, candlesHeld: listener.isHeldTooLong ? listener.timeStop : 0,
        answer: (signal, recorded.delayNanoseconds)), &effects)
  }
}
