import Strategies
import Testing
import Time
import TradingCore
import TradingModel

/// Strategies that other processes serve: they are asked and decided like built-in ones, and their bots wait while they are away.
@Suite struct ServedStrategyTests {
  /// A process in memory that serves built-in rules under other names.
  final class Process {
    private var strategies: [Int64: any Strategy] = [:]
    private let rule: String
    private let parameters: StrategyParameters
    /// What is done instead of answering.
    var instead: ((InstanceCandle) -> StrategyEvent?)?

    init(_ rule: String = "rsi", _ parameters: StrategyParameters = ["period": "3", "oversold": "45", "overbought": "60"]) {
      self.rule = rule
      self.parameters = parameters
    }

    func handle(_ request: StrategyRequest) -> StrategyEvent? {
      switch request {
      case .open(let opening):
        guard var strategy = try? StrategyCatalogue.make(name: rule, parameters: parameters) else { return nil }
        for candle in opening.history { strategy.onHistory(candle, position: .flat) }
        strategies[opening.instance] = strategy
        return .ready(instance: opening.instance)
      case .candle(let question):
        let signal = strategies[question.instance]?.onCandle(question.candle, position: question.position) ?? .hold
        guard question.isAnswerWanted else { return nil }
        if let instead { return instead(question) }
        return .answered(instance: question.instance, number: question.number, signal, delayNanoseconds: 1_000)
      case .close(let instance, _):
        strategies[instance] = nil
        return nil
      }
    }
  }

  static let declared = ServedStrategy(
    name: "mine", summary: "Mine.",
    parameters: [ParameterDescriptor(name: "length", type: .integer, defaultValue: "3", meaning: "Candles.")],
    warmUp: 4)

  static func configuration(_ id: String = "one", symbol: String = "BTCUSDT", trailing: String = "0") -> BotConfiguration {
    var configuration = Samples.configuration(id, symbol: symbol, trailing: trailing, parameters: [:])
    configuration.strategyName = declared.name
    configuration.served = declared
    return configuration
  }

  private static func bench(_ process: Process, symbols: [String] = ["BTCUSDT"]) -> PaperBench {
    var bench = PaperBench(symbols: symbols)
    bench.process = process.handle
    return bench
  }

  private static func states(_ bench: PaperBench) -> [(BotState, BotStateChange.Cause)] {
    bench.journal.compactMap { if case .botStateChanged(let change) = $0.record { (change.state, change.cause) } else { nil } }
  }

  @Test func aBotWaitsUntilAProcessServesItsStrategy() throws {
    var bench = Self.bench(Process())
    bench.command(.createBot(Self.configuration(), start: true))
    #expect(bench.snapshot()?.state == .waiting)
    #expect(bench.snapshot()?.stateReason == "no process serves its strategy mine")
    bench.step(.strategies(.served(["mine"])))
    #expect(bench.snapshot()?.state == .running)
    #expect(Self.states(bench).map(\.1) == [.strategyAway, .strategyBack])
    guard case .open(let opening) = bench.requests.first else { return #expect(Bool(false), "\(bench.requests)") }
    #expect(opening.parameters["length"] == "3" && opening.botID.text == "one")
  }

  @Test(arguments: [31, 32] as [UInt64]) func whatAProcessWantsIsDecidedAsWhatABuiltInStrategyWants(seed: UInt64) throws {
    let market = Samples.market(seed: seed, symbols: ["BTCUSDT", "ETHUSDT"], hours: 8, volatility: 2)
    func run(_ isServed: Bool) -> PaperBench {
      var bench = Self.bench(Process(), symbols: ["BTCUSDT", "ETHUSDT"])
      bench.step(.strategies(.served(["mine"])))
      for (id, symbol) in [("a", "BTCUSDT"), ("b", "ETHUSDT"), ("c", "BTCUSDT")] {
        let trailing = id == "c" ? "0.01" : "0"
        bench.command(
          .createBot(
            isServed
              ? Self.configuration(id, symbol: symbol, trailing: trailing)
              : Samples.configuration(id, symbol: symbol, trailing: trailing), start: true))
      }
      bench.play(market)
      return bench
    }
    let (served, built) = (run(true), run(false))
    let text = { (bench: PaperBench) in bench.fills().map { "\($0)".replacing(/clientOrderID: [^,]*,/, with: "") } }
    #expect(built.fills().count > 20)
    #expect(text(served) == text(built))
    #expect(served.denials.map(\.message) == built.denials.map(\.message))
    // Only what is wanted is journaled.
    let signals = served.journal.compactMap { if case .signal(let signal) = $0.record { signal } else { nil } }
    #expect(signals.count > 20 && signals.allSatisfy { $0.action != .hold && $0.delayNanoseconds == 1_000 })
  }

  @Test func whileItsProcessIsAwayABotEntersNothingAndItsStopWorks() throws {
    let process = Process()
    var bench = Self.bench(process)
    bench.step(.strategies(.served(["mine"])))
    bench.command(.createBot(Self.configuration(), start: true))
    process.instead = { .answered(instance: $0.instance, number: $0.number, .buy(confidence: 1, reason: "go"), delayNanoseconds: 1) }
    bench.minute(FixedDecimal(50_000), FixedDecimal(50_000))
    #expect(bench.fills().count == 1)
    bench.step(.strategies(.away(["mine"], reason: "the process that served it is gone")))
    #expect(bench.snapshot()?.state == .waiting)
    #expect(bench.snapshot()?.stateReason == "the process that served it is gone")
    bench.minute(FixedDecimal(49_900), FixedDecimal(49_800))
    #expect(bench.fills().count == 1)
    bench.minute(FixedDecimal(48_500), FixedDecimal(48_400))
    #expect(bench.fills().last?.purpose == .stopLoss)
    let questions = bench.requests.count
    bench.minute(FixedDecimal(48_400), FixedDecimal(48_500))
    #expect(bench.requests.count == questions && bench.fills().count == 2)
    // Back again it sees what it missed as history, and nothing is bought for it.
    bench.step(.strategies(.served(["mine"])))
    guard case .open(let opening)? = bench.requests.last else { return #expect(Bool(false), "\(bench.requests)") }
    #expect(opening.history.count == 4 && opening.history.last?.close == FixedDecimal(48_500))
    #expect(bench.snapshot()?.state == .running && bench.fills().count == 2)
    bench.minute(FixedDecimal(48_500), FixedDecimal(48_600))
    #expect(bench.fills().count == 3)
  }

  @Test func aFailureMakesItsBotWaitAndTheNextCandleTriesAgain() throws {
    let process = Process()
    var bench = Self.bench(process)
    bench.step(.strategies(.served(["mine"])))
    for id in ["one", "two"] { bench.command(.createBot(Self.configuration(id), start: true)) }
    process.instead = { question in
      question.instance == 1
        ? .failed(instance: 1, reason: "its strategy failed: ZeroDivisionError")
        : .answered(instance: question.instance, number: question.number, .buy(confidence: 1, reason: "go"), delayNanoseconds: 1)
    }
    bench.minute(FixedDecimal(50_000), FixedDecimal(50_000))
    #expect(bench.snapshot("one")?.state == .waiting && bench.snapshot("two")?.state == .running)
    #expect(bench.snapshot("one")?.stateReason == "its strategy failed: ZeroDivisionError")
    #expect(bench.fills(of: "two").count == 1, "the other is not held up")
    bench.minute(FixedDecimal(50_000), FixedDecimal(50_000))
    #expect(bench.snapshot("one")?.state == .running)
    #expect(!bench.core.hasOpenQuestions)
  }

  /// Every trial costs the process its whole history and the journal two records.
  @Test func oneThatAlwaysFailsIsTriedLessAndLess() throws {
    let process = Process()
    var bench = Self.bench(process)
    bench.step(.strategies(.served(["mine"])))
    bench.command(.createBot(Self.configuration(), start: true))
    process.instead = { .failed(instance: $0.instance, reason: "its strategy failed: ZeroDivisionError") }
    func trials(in candles: Int) -> Int {
      let before = bench.requests.count { if case .open = $0 { true } else { false } }
      for _ in 0..<candles { bench.minute(FixedDecimal(50_000), FixedDecimal(50_000)) }
      return bench.requests.count { if case .open = $0 { true } else { false } } - before
    }
    // It fails at the candle after each opening: at 1, 3, 6, 11, 20, 37.
    #expect(trials(in: 37) == 5)
    #expect(bench.snapshot()?.stateReason == "its strategy failed: ZeroDivisionError; tried again after 32 candles")
    #expect(trials(in: 200) == 3, "after 32, 64 and 64 candles")
    // A process that comes anew is asked at once, and an answer forgets the failures.
    bench.step(.strategies(.away(["mine"], reason: "gone")))
    bench.step(.strategies(.served(["mine"])))
    #expect(bench.snapshot()?.state == .running)
    #expect(trials(in: 5) == 2)
    process.instead = nil
    #expect(trials(in: 10) == 0 && bench.snapshot()?.state == .running)
    process.instead = { .failed(instance: $0.instance, reason: "its strategy failed: ZeroDivisionError") }
    #expect(trials(in: 2) == 1)
    #expect(bench.snapshot()?.stateReason == "")
    // A person who starts it does not wait for the pause.
    #expect(trials(in: 40) == 4)
    #expect(bench.snapshot()?.state == .waiting)
    bench.command(.startBot(try #require(BotID("one"))))
    #expect(bench.snapshot()?.state == .running)
  }

  @Test func answersAreDecidedInTheOrderOfBotsWhoeverAnswersFirst() throws {
    var bench = Self.bench(Process())
    bench.process = { if case .open(let opening) = $0 { .ready(instance: opening.instance) } else { nil } }
    bench.step(.strategies(.served(["mine"])))
    for id in ["one", "two", "three"] { bench.command(.createBot(Self.configuration(id), start: true)) }
    bench.minute(FixedDecimal(50_000), FixedDecimal(50_000))
    let questions = bench.requests.compactMap { if case .candle(let question) = $0 { question } else { nil } }
    #expect(questions.count == 3 && bench.core.hasOpenQuestions)
    for question in questions.reversed() {
      #expect(bench.fills().isEmpty, "the market waits for all")
      bench.step(
        .strategies(.answered(instance: question.instance, number: question.number, .buy(confidence: 1, reason: "go"), delayNanoseconds: 1))
      )
    }
    #expect(bench.fills().map { $0.botID?.text } == ["one", "two", "three"])
    #expect(!bench.core.hasOpenQuestions)
  }

  @Test(arguments: [true, false]) func aBotThatGoesTakesItsQuestionAlong(isRemoved: Bool) throws {
    let process = Process()
    var bench = Self.bench(process)
    bench.step(.strategies(.served(["mine"])))
    for id in ["one", "two"] { bench.command(.createBot(Self.configuration(id), start: true)) }
    process.instead = { question in
      question.instance == 1
        ? nil : .answered(instance: question.instance, number: question.number, .buy(confidence: 1, reason: "go"), delayNanoseconds: 1)
    }
    bench.minute(FixedDecimal(50_000), FixedDecimal(50_000))
    #expect(bench.core.hasOpenQuestions && bench.fills().isEmpty)
    bench.command(.stopBot(Samples.bot("one")))
    if isRemoved {
      bench.command(.removeBot(Samples.bot("one")))
    } else {
      bench.command(.updateBot(Self.configuration("one", trailing: "0.01")))
    }
    #expect(!bench.core.hasOpenQuestions, "the market would stand still for ever")
    #expect(bench.fills(of: "two").count == 1)
  }

  @Test func aPositionHeldTooLongIsSoldThoughTheProcessIsAway() throws {
    let process = Process()
    var bench = Self.bench(process)
    var configuration = Self.configuration()
    configuration.timeStopCandles = 2
    bench.step(.strategies(.served(["mine"])))
    bench.command(.createBot(configuration, start: true))
    process.instead = { .answered(instance: $0.instance, number: $0.number, .buy(confidence: 1, reason: "go"), delayNanoseconds: 1) }
    bench.minute(FixedDecimal(50_000), FixedDecimal(50_000))
    bench.step(.strategies(.away(["mine"], reason: "gone")))
    bench.minute(FixedDecimal(50_000), FixedDecimal(50_000))
    #expect(bench.fills().count == 1)
    bench.minute(FixedDecimal(50_000), FixedDecimal(50_000))
    #expect(bench.fills().last?.side == .sell)
  }

  @Test func theFoldedCoreEqualsTheLiveOne() throws {
    var bench = Self.bench(Process())
    bench.step(.strategies(.served(["mine"])))
    for id in ["one", "two"] { bench.command(.createBot(Self.configuration(id), start: true)) }
    bench.play(Samples.market(seed: 5, hours: 3, volatility: 2))
    bench.step(.strategies(.away(["mine"], reason: "gone")))
    var folded = try bench.folded()
    // Rules are not journaled; the venue tells them after a restart.
    var effects: [Effect] = []
    folded.step(.rules([Samples.rules()]), at: folded.time, effects: &effects)
    for id in ["one", "two"] {
      #expect(folded.snapshot(of: Samples.bot(id))?.journaled == bench.snapshot(id)?.journaled)
      #expect(folded.snapshot(of: Samples.bot(id))?.configuration.served == Self.declared)
    }
    #expect(folded.nextSequence == bench.core.nextSequence)
  }

  @Test func aDaemonThatStartsAgainWaitsForTheProcess() throws {
    var bench = Self.bench(Process())
    bench.step(.strategies(.served(["mine"])))
    bench.command(.createBot(Self.configuration(), start: true))
    var again = PaperBench()
    again.core = try bench.folded()
    again.resume()
    #expect(again.snapshot()?.state == .waiting)
    #expect(again.snapshot()?.stateCause == .strategyAway)
  }

  @Test func parametersAreJudgedByTheDeclaration() throws {
    var bench = Self.bench(Process())
    var configuration = Self.configuration()
    configuration.parameters = ["length": "three", "size": "1"]
    let result = bench.command(.createBot(configuration, start: false))
    #expect(result.reasons == ["PARAMETER_INVALID", "PARAMETER_INVALID"], "\(result)")
  }
}
