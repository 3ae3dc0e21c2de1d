import BotAPI
import TTRPC
import TradingCore

/// The daemon's bots beside those of a file.
struct BotCensus: Sendable {
  /// By id, those that were removed left out.
  let bots: [String: V1.Bot]
  /// Open orders, by bot.
  let openOrders: [String: [V1.Order]]
  let mode: V1.TradingMode

  /// Asks for both.
  static func read(_ session: Session) async throws(RPCError) -> BotCensus {
    let bots = try await all(session)
    let orders = try await openOrders(session)
    let hello = try await session.system.hello(V1.HelloRequest(client: Version.client), timeout: session.timeout)
    return BotCensus(
      bots: Dictionary(bots.map { ($0.id, $0) }) { first, _ in first }, openOrders: Dictionary(grouping: orders, by: \.botID),
      mode: hello.mode)
  }

  /// All bots, by id.
  static func all(_ session: Session) async throws(RPCError) -> [V1.Bot] {
    try await Pages.read { (size, token) throws(RPCError) in
      let response = try await session.bots.listBots(V1.ListBotsRequest(pageSize: size, pageToken: token), timeout: session.timeout)
      return (response.bots, response.nextPageToken)
    }
  }

  /// Orders that are not finished.
  ///
  /// - Parameter bot: only its own.
  static func openOrders(of bot: String? = nil, _ session: Session) async throws(RPCError) -> [V1.Order] {
    try await Pages.read { (size, token) throws(RPCError) in
      let request = V1.ListOrdersRequest(
        pageSize: size, pageToken: token, botIDs: bot.map { [$0] } ?? [], openOnly: true)
      let response = try await session.orders.listOrders(request, timeout: session.timeout)
      return (response.orders, response.nextPageToken)
    }
  }

  /// An id that no bot has: settings of a bot that is there are judged under it, as those of a new one.
  private var probe: String {
    for number in 0... where bots["settings-check-\(number)"] == nil { return "settings-check-\(number)" }
    return ""
  }

  /// Has the daemon judge the settings of a file, as `create --dry-run` does; nothing is changed.
  ///
  /// - Returns: the bot with all its settings and where its stop and target would be; or everything that is wrong with it.
  /// - Throws: the daemon could not judge.
  func judged(_ entry: BotFile.Entry, _ session: Session) async throws(RPCError) -> (bot: V1.Bot?, problems: [BotFile.Problem]) {
    let standing = bots[entry.id]
    let request = V1.CreateBotRequest(
      requestID: Session.requestID(), botID: standing == nil ? entry.id : probe, spec: entry.spec, validateOnly: true)
    do throws(RPCError) {
      let response = try await session.bots.createBot(request, timeout: session.timeout)
      return (response.bot, [])
    } catch {
      let violations = error.info?.violations ?? []
      guard error.code == .invalidArgument, !violations.isEmpty else { throw error }
      // A bot that is as the file says stays so, whatever the market has become since.
      if let standing, entry.isMet(by: standing) { return (standing, []) }
      return (
        nil,
        violations.map { violation in
          let name = violation.field.hasPrefix("spec.") ? String(violation.field.dropFirst(5)) : violation.field
          return BotFile.Problem(
            line: entry.line(of: name), bot: entry.id, field: name,
            message: violation.message.isEmpty ? violation.reason : violation.message)
        }
      )
    }
  }
}

extension BotFile.Entry {
  /// Whether a bot has exactly these settings: for one whose settings the daemon would not take today, so every parameter must be named.
  func isMet(by bot: V1.Bot) -> Bool {
    func plain(_ spec: V1.BotSpec) -> BotConfiguration {
      var spec = spec
      spec.parameters.sort { $0.key < $1.key }
      return spec.configuration(id: id)
    }
    return plain(spec) == plain(bot.spec ?? V1.BotSpec())
  }
}
