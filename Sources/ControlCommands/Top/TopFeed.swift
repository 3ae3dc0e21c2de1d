import BotAPI
import ServiceRuntime
import Synchronization
import TTRPC

/// Keeps the screen supplied: asks the daemon again and again, connects again after a pause that grows when it is gone, and passes on what a
/// person wants done.
final class TopFeed: Sendable {
  private struct State {
    var session: Session?
    var detail: String?
    var sleeper: Task<Void, Never>?
    /// Ask at once instead of sleeping.
    var isHurried = false
    /// The newest data that the screen has not taken.
    var data: TopData?
  }

  private let options: DaemonOptions
  private let interval: Duration
  private let post: @Sendable (TopEvent) -> Void
  private let state = Mutex(State())
  /// Told that ``takeData()`` has something; the data itself does not queue up.
  private let onData: @Sendable () -> Void

  init(
    _ options: DaemonOptions, interval: Duration, post: @escaping @Sendable (TopEvent) -> Void, onData: @escaping @Sendable () -> Void
  ) {
    self.options = options
    self.interval = interval
    self.post = post
    self.onData = onData
  }

  /// The newest data, once.
  func takeData() -> TopData? {
    state.withLock { state in
      defer { state.data = nil }
      return state.data
    }
  }

  /// Which bot is looked at.
  func watch(_ botID: String?) {
    state.withLock { $0.detail = botID }
    hurry()
  }

  /// Asks now.
  private func hurry() {
    state.withLock { state in
      state.isHurried = true
      state.sleeper?.cancel()
    }
  }

  // MARK: The loop

  /// Goes on until the task is cancelled.
  ///
  /// - Parameter first: the connection to begin with.
  func run(_ first: Session) async {
    var session: Session? = first
    // While a daemon starts anew, a person looks at the screen.
    var backoff = BackoffMachine(firstNanoseconds: 250_000_000, maximumNanoseconds: 5_000_000_000)
    while !Task.isCancelled {
      var failure: CommandFailure
      do {
        let connection = if let session { session } else { try await Session.open(options) }
        session = nil
        failure = await serve(connection) { backoff.reset() }
        state.withLock { $0.session = nil }
        await connection.client.close()
      } catch let error as CommandFailure {
        failure = error
      } catch {
        failure = CommandFailure(.failure, "\(error)")
      }
      if Task.isCancelled { return }
      var random = SystemRandomNumberGenerator()
      let delay = backoff.nextDelayNanoseconds(jitter: random.next())
      // Whoever looks at the screen knows how botd is started.
      let reason = failure.message.replacing(". Start it with: botd", with: "")
      post(.lost(reason: reason, retryIn: Int((delay + 999_999_999) / 1_000_000_000)))
      await sleep(.nanoseconds(delay))
    }
  }

  /// Asks one connection until it fails; returns why.
  private func serve(_ session: Session, _ onAnswer: () -> Void) async -> CommandFailure {
    do throws(RPCError) {
      var questions = try await TopQuestions(session)
      var isKnown = false
      while !Task.isCancelled {
        let data = try await questions.ask(detail: state.withLock { $0.detail })
        if !isKnown {
          isKnown = true
          onAnswer()
          state.withLock { $0.session = session }
          post(.connected)
        }
        let isNew = state.withLock { state in
          defer { state.data = data }
          return state.data == nil
        }
        if isNew { onData() }
        await sleep(interval)
      }
      return CommandFailure(.failure, "")
    } catch {
      return CommandFailure(error, address: session.address)
    }
  }

  /// Sleeps, unless somebody is in a hurry.
  private func sleep(_ duration: Duration) async {
    let sleeper = Task { _ = try? await Task.sleep(for: duration) }
    let isHurried = state.withLock { state in
      defer { state.isHurried = false }
      if !state.isHurried { state.sleeper = sleeper }
      return state.isHurried
    }
    if isHurried { sleeper.cancel() }
    await withTaskCancellationHandler {
      await sleeper.value
    } onCancel: {
      sleeper.cancel()
    }
    state.withLock { state in
      state.sleeper = nil
      state.isHurried = false
    }
  }

  // MARK: Deeds

  /// Does it, and posts what became of it.
  func perform(_ deed: TopDeed) async {
    guard let session = state.withLock({ $0.session }) else {
      return post(.done(text: "botd does not answer; \(deed.botID) was not asked to \(deed.verb.word)", failed: true))
    }
    do throws(RPCError) {
      let bot = try await Self.send(deed, session)
      post(.done(text: "\(deed.botID) is \(bot?.state.name ?? deed.verb.word)", failed: false))
    } catch {
      post(.done(text: "\(deed.botID): \(CommandFailure(error, address: session.address).message)", failed: true))
    }
    hurry()
  }

  private static func send(_ deed: TopDeed, _ session: Session) async throws(RPCError) -> V1.Bot? {
    let (key, id, timeout) = (Session.requestID(), deed.botID, session.timeout)
    switch deed.verb {
    case .pause: return try await session.bots.pauseBot(V1.PauseBotRequest(requestID: key, botID: id), timeout: timeout).bot
    case .resume: return try await session.bots.resumeBot(V1.ResumeBotRequest(requestID: key, botID: id), timeout: timeout).bot
    case .start: return try await session.bots.startBot(V1.StartBotRequest(requestID: key, botID: id), timeout: timeout).bot
    case .stop: return try await session.bots.stopBot(V1.StopBotRequest(requestID: key, botID: id), timeout: timeout).bot
    }
  }
}
