import BotAPI
import ControlCommands
import Foundation
import StrategyMessages
import Strategies
import TradingCore
import TradingModel

/// A Python process that computes strategies for backtests, asked over its standard input and output: messages of the API, each behind its
/// length (4 bytes, big-endian). What the strategies print goes to standard error.
///
/// A backtest cannot stop in the middle of a candle, so after a failure every answer is hold, at once; ``failure`` says what happened.
/// Used by one thread at a time.
final class PythonStrategies: @unchecked Sendable {
  /// What the files declare.
  private(set) var strategies: [ServedStrategy] = []
  /// What went wrong, in words; `nil`: nothing.
  private(set) var failure: String?

  private let process = Process()
  private let toChild = Pipe()
  private let fromChild = Pipe()
  private var histories: [String: Int] = [:]
  private var lastInstance: Int64 = 0
  private var lastNumber: Int64 = 0

  /// Longest message taken.
  private static let messageMaximum = 64 << 20

  /// Starts Python on the files and waits for what they declare. `BOTD_PYTHON` names another Python than `python3`.
  ///
  /// - Throws: a file is missing, Python does not start or ends, or what is declared is wrong.
  init(files: [String], environment: [String: String]) throws(CommandFailure) {
    for file in files where !FileManager.default.isReadableFile(atPath: file) {
      throw CommandFailure(.invalidArgument, "--python: there is no readable file \(file)")
    }
    let python = environment["BOTD_PYTHON"] ?? "python3"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-m", "botd.strategies.pipe"] + files
    process.standardInput = toChild
    process.standardOutput = fromChild
    do {
      try process.run()
      try toChild.fileHandleForReading.close()
      try fromChild.fileHandleForWriting.close()
    } catch {
      throw CommandFailure(.failure, "--python: \(python) cannot be started: \(error.localizedDescription)")
    }
    let register = receive()?.register
    guard failure == nil, let register else {
      throw CommandFailure(
        .failure,
        "--python: \(failure ?? "no strategies were declared"). What it said stands above. \(python) needs the package botd (pip install "
          + "'botd[pandas]'); BOTD_PYTHON names another Python")
    }
    try declare(register)
  }

  deinit { end() }

  /// Ends the process: its standard input ends, and it with it.
  func end() {
    try? toChild.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  private func declare(_ register: V1.RegisterStrategies) throws(CommandFailure) {
    var problems: [String] = []
    for declared in register.strategies {
      guard let strategy = declared.strategy.flatMap(ServedStrategy.init) else {
        problems.append("a strategy has a parameter that is none of integer, decimal, boolean and text")
        continue
      }
      problems += strategy.problems
      strategies.append(strategy)
      histories[strategy.name] = declared.historyCandles == 0 ? ServedStrategy.historyMaximum : Int(declared.historyCandles)
    }
    if register.strategies.isEmpty { problems.append("the files define no strategy: a class derived from TradingStrategy") }
    guard problems.isEmpty else { throw CommandFailure(.invalidArgument, "--python: " + problems.joined(separator: "; ")) }
  }

  /// The strategy of a bot; `nil` where the files do not define it.
  func strategy(of bot: BotConfiguration) -> (any Strategy)? {
    guard let served = bot.served else { return nil }
    return PythonStrategy(PythonInstance(self, bot, served, historyMaximum: histories[served.name] ?? ServedStrategy.historyMaximum))
  }

  // MARK: Instances

  fileprivate func newInstance() -> Int64 {
    lastInstance += 1
    return lastInstance
  }

  /// Asks; `nil` after a failure.
  fileprivate func answer(to message: (_ number: Int64) -> V1.StrategyCandles) -> V1.StrategySignal? {
    lastNumber += 1
    let question = message(lastNumber)
    send(V1.ServeStrategiesResponse(candles: question))
    guard question.answerWanted, let signal = received(question.instance)?.signal else { return nil }
    if signal.number != question.number || signal.instance != question.instance {
      fail("an answer names another question than the one asked")
    } else if let problem = signal.problem(candles: question.candles.count) {
      fail("an answer is no signal: \(problem)")
    }
    return failure == nil ? signal : nil
  }

  fileprivate func open(_ message: V1.OpenStrategy) {
    send(V1.ServeStrategiesResponse(open: message))
    guard let answer = received(message.instance), answer.ready?.instance != message.instance else { return }
    fail("an instance was not made ready")
  }

  fileprivate func close(_ instance: Int64) {
    send(V1.ServeStrategiesResponse(close: V1.CloseStrategy(instance: instance)))
  }

  /// The next message, if it is no failure.
  private func received(_ instance: Int64) -> V1.ServeStrategiesRequest? {
    guard let message = receive() else { return nil }
    if let failed = message.failure {
      fail("the strategy failed: \(failed.message)")
      return nil
    }
    return message
  }

  // MARK: Bytes

  private func fail(_ reason: String) {
    if failure == nil { failure = reason }
  }

  private func send(_ message: V1.ServeStrategiesResponse) {
    guard failure == nil else { return }
    do {
      let bytes = try message.encode()
      var frame = Data(capacity: bytes.count + 4)
      for shift in [24, 16, 8, 0] { frame.append(UInt8(truncatingIfNeeded: bytes.count >> shift)) }
      frame.append(contentsOf: bytes)
      try toChild.fileHandleForWriting.write(contentsOf: frame)
    } catch {
      ended()
    }
  }

  private func receive() -> V1.ServeStrategiesRequest? {
    guard failure == nil, let header = read(4) else { return nil }
    let length = header.reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.messageMaximum else {
      fail("a message of \(length) bytes came, more than \(Self.messageMaximum)")
      return nil
    }
    guard let bytes = length == 0 ? [] : read(length) else { return nil }
    do {
      return try V1.ServeStrategiesRequest.decode(bytes)
    } catch {
      fail("a message cannot be read: \(error)")
      return nil
    }
  }

  /// Exactly `count` bytes; `nil`, and the failure is noted, when the process ended.
  private func read(_ count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      guard let part = try? fromChild.fileHandleForReading.read(upToCount: count - bytes.count), !part.isEmpty else {
        ended()
        return nil
      }
      bytes.append(contentsOf: part)
    }
    return bytes
  }

  private func ended() {
    try? toChild.fileHandleForWriting.close()
    process.waitUntilExit()
    let how = process.terminationReason == .uncaughtSignal ? "signal" : "exit status"
    fail("the Python process ended with \(how) \(process.terminationStatus)")
  }
}

/// A strategy of one bot in the process. Copies of the value share it, and only one of them may go on.
private final class PythonInstance: @unchecked Sendable {
  private let python: PythonStrategies
  private let bot: BotConfiguration
  private let served: ServedStrategy
  private let historyMaximum: Int
  /// 0: not open yet.
  private var number: Int64 = 0
  /// Candles that the instance has not been shown, of which nothing is wanted.
  private var history: [Candle] = []

  init(_ python: PythonStrategies, _ bot: BotConfiguration, _ served: ServedStrategy, historyMaximum: Int) {
    self.python = python
    self.bot = bot
    self.served = served
    self.historyMaximum = historyMaximum
  }

  deinit { if number > 0 { python.close(number) } }

  var warmUp: Int { served.warmUp }

  func remember(_ candle: Candle) { history.append(candle) }

  /// Shows candles; returns how many were looked at and what is wanted at the last of them.
  func ask(_ candles: ArraySlice<Candle>, barsHeld: [Int64], _ position: StrategyPosition) -> (count: Int, signal: Signal) {
    guard python.failure == nil else { return (candles.count, .hold) }
    if number == 0 {
      number = python.newInstance()
      python.open(
        V1.OpenStrategy(
          instance: number, botID: bot.id.text, strategy: served.name, parameters: served.descriptor.completed(bot.parameters),
          series: bot.series, history: history.suffix(historyMaximum)))
    } else if !history.isEmpty {
      _ = python.answer { [history] in message($0, history[...], [], .flat, isAnswerWanted: false) }
    }
    history.removeAll()
    guard let answer = python.answer(to: { message($0, candles, barsHeld, position, isAnswerWanted: true) }),
      let signal = Signal(answer, candles: candles.count)
    else { return (candles.count, .hold) }
    return (Int(answer.candles), signal)
  }

  private func message(
    _ question: Int64, _ candles: ArraySlice<Candle>, _ barsHeld: [Int64], _ position: StrategyPosition, isAnswerWanted: Bool
  ) -> V1.StrategyCandles {
    V1.StrategyCandles(
      instance: number, number: question, candles: candles, series: bot.series, position: position, barsHeld: barsHeld,
      isAnswerWanted: isAnswerWanted)
  }
}

/// A bot's strategy in a Python process, as the core uses strategies.
private struct PythonStrategy: Strategy {
  private let instance: PythonInstance

  init(_ instance: PythonInstance) { self.instance = instance }

  var warmUp: Int { instance.warmUp }
  var readings: [IndicatorReading] { [] }

  mutating func onHistory(_ candle: Candle, position: StrategyPosition) { instance.remember(candle) }

  mutating func onCandle(_ candle: Candle, position: StrategyPosition) -> Signal {
    instance.ask([candle], barsHeld: [Int64(position.barsHeld)], position).signal
  }

  mutating func onCandles(
    _ candles: ArraySlice<Candle>, inside bounds: CandleBounds, position: inout StrategyPosition
  ) -> (count: Int, signal: Signal) {
    var bounds = bounds
    var barsHeld: [Int64] = []
    var held = position.barsHeld
    for candle in candles {
      guard let passed = bounds.advance(to: candle) else { break }
      held += passed
      barsHeld.append(Int64(held))
    }
    guard !barsHeld.isEmpty else { return (0, .hold) }
    let (count, signal) = instance.ask(candles.prefix(barsHeld.count), barsHeld: barsHeld, position)
    if position.isOpen { position.barsHeld = Int(barsHeld[count - 1]) }
    return (count, signal)
  }
}
