import BotAPI
import TTRPC

/// Carries out plans. A bot is changed wholly or not at all: where a step is refused, those before it are taken back.
struct BotApplier: Sendable {
  let session: Session
  let census: BotCensus

  /// Why a bot is not as the file says.
  struct Refusal: Error {
    var status: ExitStatus
    var message: String
  }

  /// How long a withdrawn order may take to be gone.
  private static let settlingTime = Duration.seconds(10)
  private static let settlingPause = Duration.milliseconds(100)

  /// Makes one bot as planned.
  ///
  /// - Returns: what was done, in words.
  func perform(_ plan: BotPlan, _ spec: V1.BotSpec) async throws(Refusal) -> String {
    if let standing = census.bots[plan.id] { try await refuseIfChanged(standing) }
    var done: [BotPlan.Step] = []
    var bot: V1.Bot?
    for step in plan.steps {
      do throws(RPCError) {
        if (step == .update || step == .remove), !done.isEmpty { try await settle(plan.id) }
        bot = try await perform(step, plan.id, spec)
        done.append(step)
      } catch {
        throw await takenBack(plan, done, error)
      }
    }
    if bot?.state == .waiting { return "\(plan.id) \(plan.words), but it waits: \(bot?.stateReason ?? "")" }
    return "\(plan.id) \(plan.words)"
  }

  private func perform(_ step: BotPlan.Step, _ id: String, _ spec: V1.BotSpec) async throws(RPCError) -> V1.Bot? {
    let request = Session.requestID()
    let (bots, timeout) = (session.bots, session.timeout)
    switch step {
    case .create(let start):
      return try await bots.createBot(V1.CreateBotRequest(requestID: request, botID: id, spec: spec, start: start), timeout: timeout).bot
    case .update: return try await update(id, spec)
    case .stop: return try await bots.stopBot(V1.StopBotRequest(requestID: request, botID: id), timeout: timeout).bot
    case .pause: return try await bots.pauseBot(V1.PauseBotRequest(requestID: request, botID: id), timeout: timeout).bot
    case .start: return try await bots.startBot(V1.StartBotRequest(requestID: request, botID: id), timeout: timeout).bot
    case .resume: return try await bots.resumeBot(V1.ResumeBotRequest(requestID: request, botID: id), timeout: timeout).bot
    case .remove:
      _ = try await bots.removeBot(V1.RemoveBotRequest(requestID: request, botID: id), timeout: timeout)
      return nil
    }
  }

  private func update(_ id: String, _ spec: V1.BotSpec) async throws(RPCError) -> V1.Bot? {
    let request = V1.UpdateBotRequest(
      requestID: Session.requestID(), botID: id, spec: spec.whole, updateAutoStart: true, updateCompound: true)
    return try await session.bots.updateBot(request, timeout: session.timeout).bot
  }

  /// What a person saw and agreed to must still be so.
  private func refuseIfChanged(_ standing: V1.Bot) async throws(Refusal) {
    let now: V1.Bot?
    do throws(RPCError) {
      now = try await session.bots.getBot(V1.GetBotRequest(botID: standing.id), timeout: session.timeout).bot
    } catch {
      throw refusal(standing.id, error, "nothing was done")
    }
    if let held = now?.heldText, standing.heldText == nil {
      throw Refusal(status: .refused, message: "\(standing.id): it bought meanwhile and holds \(held): nothing was done")
    }
    guard let now, now.createdSequence == standing.createdSequence, now.spec == standing.spec,
      BotStanding(now.state) == BotStanding(standing.state)
    else {
      throw Refusal(
        status: .refused, message: "\(standing.id): somebody changed it meanwhile: nothing was done; apply again to see the difference now")
    }
  }

  /// Waits until a bot that was stopped or paused has no order left, or holds something: the daemon judges what is there afterwards.
  private func settle(_ id: String) async throws(RPCError) {
    let end = ContinuousClock.now + Self.settlingTime
    while ContinuousClock.now < end {
      if try await BotCensus.openOrders(of: id, session).isEmpty { return }
      let bot = try await session.bots.getBot(V1.GetBotRequest(botID: id), timeout: session.timeout).bot
      if bot?.heldText != nil { return }
      try? await Task.sleep(for: Self.settlingPause)
    }
  }

  /// Undoes what was done for a bot whose next step was refused. After a lost answer nothing is: it may have been carried out.
  private func takenBack(_ plan: BotPlan, _ done: [BotPlan.Step], _ error: RPCError) async -> Refusal {
    guard ![.deadlineExceeded, .unavailable, .cancelled].contains(error.code) else {
      return refusal(plan.id, error, "it may be changed in part: look at it (botctl show \(plan.id)), and apply again")
    }
    guard let standing = census.bots[plan.id], !done.isEmpty else { return refusal(plan.id, error, "nothing was done") }
    for step in done.reversed() {
      do throws(RPCError) {
        switch step {
        case .stop where BotStanding(standing.state) == .runs: _ = try await perform(.start, plan.id, V1.BotSpec())
        case .pause: _ = try await perform(.resume, plan.id, V1.BotSpec())
        case .update: _ = try await update(plan.id, standing.spec ?? V1.BotSpec())
        case .stop, .create, .start, .resume, .remove: break
        }
      } catch {
        let second = CommandFailure(error, address: session.address).message
        return refusal(
          plan.id, error, "and it is not as it was: taking back \"\(step.past)\" was refused (\(second)); look: botctl show \(plan.id)")
      }
    }
    let isLeftStopped = done == [.stop] && BotStanding(standing.state) == .paused
    return refusal(plan.id, error, isLeftStopped ? "it is stopped now" : "it is as it was before")
  }

  private func refusal(_ id: String, _ error: RPCError, _ state: String) -> Refusal {
    let failure = CommandFailure(error, address: session.address)
    return Refusal(status: failure.status, message: "\(id): \(failure.message): \(state)")
  }
}

extension BotPlan.Step {
  /// What was done, in a word or two.
  var past: String {
    switch self {
    case .create(let start): start ? "created and started" : "created; start it with: botctl start"
    case .stop: "stopped"
    case .pause: "paused"
    case .update: "changed"
    case .start: "started"
    case .resume: "resumed"
    case .remove: "removed"
    }
  }
}

extension BotPlan {
  /// What its steps do, for example `stopped, changed, started`.
  var words: String {
    steps.map(\.past).joined(separator: ", ") + (steps == [.create(start: false)] ? " \(id)" : "")
  }
}
