import BotAPI
import Notify
import Presentation
import ServiceRuntime
import TTRPC
import Time

/// Answers what is asked by Telegram, under a token of its own.
struct NotifyAnswers: Sendable {
  private let options: DaemonOptions

  /// - Parameter tokenFile: the daemon's token for these commands.
  init(daemon: DaemonOptions, tokenFile: String?) {
    var options = daemon
    options.tokenFile = tokenFile
    self.options = options
  }

  func answer(_ question: Desk.Question) async -> String {
    do {
      let session = try await Session.open(options)
      defer { Task { await session.client.close() } }
      switch question.command {
      case .status: return try await status(session)
      case .profit: return try await profit(session)
      case .list: return try await list(session)
      case .stopAll: return question.isConfirmed ? try await stopAll(session) : try await whatWouldStop(session)
      }
    } catch let error as RPCError {
      return "Not done: " + CommandFailure(error, address: (try? options.parsedAddress()) ?? .unix(path: "")).message
    } catch {
      return "Not done: " + ((error as? CommandFailure)?.message ?? "\(error)")
    }
  }

  private func bots(_ session: Session) async throws(RPCError) -> [V1.Bot] {
    try await Pages.read { (size, token) throws(RPCError) in
      let response = try await session.bots.listBots(V1.ListBotsRequest(pageSize: size, pageToken: token), timeout: session.timeout)
      return (response.bots, response.nextPageToken)
    }
  }

  private func status(_ session: Session) async throws(RPCError) -> String {
    let health = try await session.system.getHealth(timeout: session.timeout)
    let summary = try await session.portfolio.getPortfolioSummary(timeout: session.timeout)
    var lines = ["\(summary.mode.name) mode, health \(HealthShow.status(health).name), trading \(health.tradingState.name)"]
    if !health.tradingStateReason.isEmpty { lines.append("because: \(health.tradingStateReason)") }
    lines += health.components.filter { $0.status == .down || $0.status == .degraded }.map {
      "\($0.name) is \($0.status.name): \($0.message)"
    }
    lines.append("bots: " + (summary.bots.isEmpty ? "none" : summary.bots.map { "\($0.value) \($0.name)" }.joined(separator: ", ")))
    lines.append("\(summary.openPositions) open positions, \(summary.openOrders) open orders; up for \(TimeText.length(health.uptimeNs))")
    return lines.joined(separator: "\n")
  }

  private func profit(_ session: Session) async throws(RPCError) -> String {
    let reader = TimeReader(now: WallClock.now())
    var lines: [String] = []
    for (name, word) in [("today (UTC)", "today"), ("7 days", "7d"), ("since the beginning", "")] {
      let from = word.isEmpty ? 0 : reader.timestamp(word)?.nanoseconds ?? 0
      let profit = Profit(try await LedgerPages.read(session, from: from), by: nil, calendar: reader)
      let words = profit.totals.map {
        "\(DecimalText.money($0.realized, $0.stats.quoteAsset, isSigned: true)) realized"
          + ($0.net.map { net in ", \(DecimalText.money(net, isSigned: true)) with what is held" } ?? "")
      }
      lines.append("\(name): \(words.isEmpty ? "nothing" : words.joined(separator: "; "))")
    }
    return lines.joined(separator: "\n")
  }

  private func list(_ session: Session) async throws(RPCError) -> String {
    let bots = try await bots(session)
    guard !bots.isEmpty else { return "no bots" }
    return bots.map { bot in
      let held = DecimalText.sign(bot.position?.quantity ?? "") == 1
      let holds = held ? ", holds \(DecimalText.trimmed(bot.position?.quantity ?? "")) \(bot.baseAsset)" : ""
      return "\(bot.id): \(bot.state.name), \(DecimalText.signedText(bot.netPnL, places: 2)) \(bot.quoteAsset)\(holds)"
    }.joined(separator: "\n")
  }

  private func whatWouldStop(_ session: Session) async throws(RPCError) -> String {
    let running = try await bots(session).filter { $0.state == .running || $0.state == .paused }
    let holding = running.count { DecimalText.sign($0.position?.quantity ?? "") == 1 }
    return
      "This stops \(CountText.of(running.count, "bot")). \(CountText.of(holding, "of them holds", "of them hold")) coins: nothing is sold, and what protects them is as botctl stop-all leaves it."
  }

  private func stopAll(_ session: Session) async throws(RPCError) -> String {
    let response = try await session.bots.stopAllBots(V1.StopAllBotsRequest(requestID: Session.requestID()), timeout: session.timeout)
    let failed = response.outcomes.filter { $0.error != nil }
    let head = "\(response.outcomes.count - failed.count) of \(CountText.of(response.outcomes.count, "bot is", "bots are")) stopped"
    return ([head] + failed.map { "\($0.botID): \($0.error?.message ?? "")" }).joined(separator: "\n")
  }
}
