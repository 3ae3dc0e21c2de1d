import ServiceRuntime
import Synchronization
import Time

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs the screen: events go through the state one by one, and frames are written, ten a second at most while only figures change, at once
/// after a key.
struct TopLoop {
  /// What comes to the loop.
  private enum Input: Sendable {
    case bytes([UInt8])
    /// Nothing followed an escape.
    case escapeIsOver
    case inputEnded
    case signal(Int32)
    case event(TopEvent)
    /// The feed has data.
    case data
    /// Draw what changed.
    case frame
    case outputFailed
  }

  let options: DaemonOptions
  let interval: Duration
  let pen: ScreenPen
  let environment: ControlEnvironment
  let address: String

  /// Between two frames of figures.
  private static let frameTime = Duration.milliseconds(100)
  /// After an escape without more bytes it is the key.
  private static let escapeTime = Duration.milliseconds(50)
  /// Between two tries to read keys where the terminal is another job's.
  private static let backgroundTime = Duration.milliseconds(250)
  private static let inputsMaximum = 4_096

  /// Until the person quits, the process is asked to end, or the terminal is gone. The terminal is given back in any case.
  func run(_ session: Session) async throws {
    // Bounded: who types faster than the screen is drawn loses keys, not memory.
    let (inputs, continuation) = AsyncStream<Input>.makeStream(bufferingPolicy: .bufferingOldest(Self.inputsMaximum))
    let post: @Sendable (Input) -> Void = { continuation.yield($0) }
    let feed = TopFeed(options, interval: interval, post: { post(.event($0)) }, onData: { post(.data) })
    do throws(RuntimeError) {
      try ProcessSignals.observe([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT, SIGTSTP]) { post(.signal($0)) }
    } catch {
      throw CommandFailure(.failure, "\(error)")
    }
    environment.onOutputFailure { post(.outputFailed) }
    try TerminalScreen.enter()
    let tasks = [
      Task { await feed.run(session) }, Task { await readKeys(post) },
      Task {
        while !Task.isCancelled {
          try? await Task.sleep(for: .seconds(1))
          post(.event(.tick))
        }
      },
    ]
    defer {
      for task in tasks { task.cancel() }
      TerminalScreen.leave()
    }
    try await follow(inputs, feed, post)
  }

  private func readKeys(_ post: @Sendable (Input) -> Void) async {
    while !Task.isCancelled {
      guard let bytes = try? await environment.input() else {
        // The background reads no keys; the loop stops the process there.
        guard TerminalScreen.isInForeground else {
          try? await Task.sleep(for: Self.backgroundTime)
          continue
        }
        break
      }
      post(.bytes(bytes))
    }
    post(.inputEnded)
  }

  private func follow(_ inputs: AsyncStream<Input>, _ feed: TopFeed, _ post: @escaping @Sendable (Input) -> Void) async throws {
    var state = TopState()
    state.address = address
    state.interval = max(1, interval.components.seconds)
    state.size = TerminalScreen.size
    var writer = FrameWriter(pen: pen)
    var decoder = KeyDecoder()
    var isFrameComing = false
    var drawnAt = ContinuousClock.now - Self.frameTime
    for await input in inputs {
      var events: [TopEvent] = []
      var isUrgent = true
      switch input {
      case .bytes(let bytes):
        events = [.keys(decoder.take(bytes))]
        if decoder.isWaiting {
          Task {
            try? await Task.sleep(for: Self.escapeTime)
            post(.escapeIsOver)
          }
        }
      case .escapeIsOver: events = [.keys(decoder.flush())]
      case .signal(SIGWINCH): events = [.resized(TerminalScreen.size)]
      case .signal(SIGCONT):
        try TerminalScreen.resume()
        writer.forget()
        events = [.resized(TerminalScreen.size)]
      case .signal(SIGTSTP): events = [.keys([.control("z")])]
      case .signal, .inputEnded, .outputFailed: return
      case .event(let event):
        events = [event]
        isUrgent = false
      case .data:
        events = feed.takeData().map { [.refreshed($0)] } ?? []
        isUrgent = false
      case .frame:
        isFrameComing = false
        let text = writer.update(TopRender.render(state), size: state.size)
        if !text.isEmpty { environment.out(text) }
        drawnAt = .now
        continue
      }
      for event in events {
        for action in state.handle(event, now: WallClock.now()) {
          switch action {
          case .quit: return
          case .suspend:
            try TerminalScreen.suspend()
            state.size = TerminalScreen.size
            writer.forget()
          case .repaint: writer.forget()
          case .perform(let deed): Task { await feed.perform(deed) }
          case .watch(let bot): feed.watch(bot)
          }
        }
      }
      guard !isFrameComing else { continue }
      isFrameComing = true
      // Behind what has come already: a burst of keys is one frame.
      let wait = isUrgent ? .zero : Self.frameTime - (.now - drawnAt)
      guard wait > .zero else {
        post(.frame)
        continue
      }
      Task {
        try? await Task.sleep(for: wait)
        post(.frame)
      }
    }
  }
}
