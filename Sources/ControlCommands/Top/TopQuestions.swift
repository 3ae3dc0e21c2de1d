import BotAPI
import ServiceRuntime
import TTRPC

/// Asks the daemon for what the screen shows, and keeps what need not be asked or formatted again. One connection's.
struct TopQuestions {
  private let session: Session
  private let version: String
  private var bots = TopRowCache<V1.Bot>()
  private var positions = TopRowCache<V1.Position>()
  private var orders = TopRowCache<V1.Order>()
  private var fills = TopRowCache<V1.Trade>()
  private var parts = TopRowCache<V1.ComponentHealth>()
  private var detailOrders = TopRowCache<V1.Order>()
  private var detailFills = TopRowCache<V1.Trade>()
  private var equity = EquityTrace()
  private var data = TopData()
  /// Bots with an open position; what is too little to be sold is none.
  private var holders: Set<String> = []
  /// The journal's last sequence when orders and fills were asked for, and when that was.
  private var listed: (sequence: Int64, at: ContinuousClock.Instant)?
  private var healthAt: ContinuousClock.Instant?

  /// Open orders and fills that are shown at most.
  private static let rowsMaximum = 100
  /// Equity of the past that is read at most, in pages of 500 points.
  private static let equityPagesMaximum = 10

  /// Greets the daemon.
  init(_ session: Session) async throws(RPCError) {
    self.session = session
    version = try await session.system.hello(V1.HelloRequest(client: Version.client), timeout: session.timeout).version
  }

  /// All that is shown now.
  ///
  /// - Parameter detail: the bot that is looked at.
  mutating func ask(detail: String?) async throws(RPCError) -> TopData {
    let session = session
    data.version = version
    data.summary = try await session.portfolio.getPortfolioSummary(timeout: session.timeout)
    data.bots = try await Pages.read { (size, token) throws(RPCError) in
      let response = try await session.bots.listBots(V1.ListBotsRequest(pageSize: size, pageToken: token), timeout: session.timeout)
      return (response.bots, response.nextPageToken)
    }
    data.lists[.bots] = bots.list(data.bots) { ($0.id, $0.id) }
    // Orders, fills and who holds something follow the journal: while it does not move, neither do they. Every two seconds in any case, for a
    // journal that failed.
    let now = ContinuousClock.now
    if listed == nil || listed?.sequence != data.summary.sequence || now - (listed?.at ?? now) > .seconds(2) {
      try await askLists()
      listed = (data.summary.sequence, now)
    }
    // A bot says of its position what the list of positions says.
    let held = data.bots.compactMap(\.position).filter { holders.contains($0.botID) }
    data.lists[.positions] = positions.list(held) { ($0.botID, $0.botID) }
    if healthAt.map({ now - $0 >= .seconds(1) }) ?? true {
      data.health = try await session.system.getHealth(timeout: session.timeout)
      data.lists[.health] = parts.list(data.health.components) { ($0.name, "") }
      healthAt = now
    }
    if equity.samples.isEmpty { equity = await past(of: "") }
    equity.append(time: data.summary.timeNs, equity: data.summary.stats?.equity ?? "")
    data.equity = equity
    try await ask(about: detail)
    data.takenAt = WallClock.now()
    return data
  }

  private mutating func askLists() async throws(RPCError) {
    let (session, size) = (session, Int32(Self.rowsMaximum))
    let open = try await Pages.read { (size, token) throws(RPCError) in
      let response = try await session.portfolio.listPositions(
        V1.ListPositionsRequest(pageSize: size, pageToken: token), timeout: session.timeout)
      return (response.positions, response.nextPageToken)
    }
    holders = Set(open.map(\.botID))
    let resting = try await session.orders.listOrders(
      V1.ListOrdersRequest(pageSize: size, openOnly: true), timeout: session.timeout)
    data.lists[.orders] = orders.list(resting.orders) { ($0.clientOrderID, $0.botID) }
    let newest = try await session.trades.listTrades(
      V1.ListTradesRequest(pageSize: size, newestFirst: true), timeout: session.timeout)
    data.lists[.fills] = fills.list(newest.trades) { ("\($0.sequence)", $0.botID) }
  }

  /// The bot that is looked at. That there is none of that name is no failure of the screen.
  private mutating func ask(about botID: String?) async throws(RPCError) {
    guard let botID else {
      data.detail = nil
      return
    }
    var detail = TopDetail(botID: botID)
    detail.equity = data.detail?.botID == botID ? data.detail?.equity ?? EquityTrace() : await past(of: botID)
    do throws(RPCError) {
      detail.bot = try await session.bots.getBot(V1.GetBotRequest(botID: botID), timeout: session.timeout).bot
      detail.stats = try await session.bots.getBotStats(V1.GetBotStatsRequest(botID: botID), timeout: session.timeout).stats
      let orders = try await session.orders.listOrders(
        V1.ListOrdersRequest(pageSize: Int32(Self.rowsMaximum), botIDs: [botID]), timeout: session.timeout)
      detail.orders = detailOrders.list(orders.orders) { ($0.clientOrderID, $0.botID) }
      let trades = try await session.trades.listTrades(
        V1.ListTradesRequest(pageSize: Int32(Self.rowsMaximum), botIDs: [botID], newestFirst: true), timeout: session.timeout)
      detail.fills = detailFills.list(trades.trades) { ("\($0.sequence)", $0.botID) }
    } catch {
      guard error.code == .notFound else { throw error }
      detail.problem = CommandFailure(error, address: session.address).message
    }
    detail.equity.append(time: data.summary.timeNs, equity: detail.stats?.equity ?? "")
    data.detail = detail
  }

  /// Equity of the last hour as the journal has it; empty where that takes too long or is refused. It is an ornament: nothing fails for it.
  private func past(of botID: String) async -> EquityTrace {
    var trace = EquityTrace()
    var token = ""
    for _ in 0..<Self.equityPagesMaximum {
      let request = V1.GetEquityCurveRequest(
        botID: botID, fromTimeNs: max(0, data.summary.timeNs - EquityTrace.span), pageSize: 500, pageToken: token)
      guard let page = try? await session.portfolio.getEquityCurve(request, timeout: min(session.timeout, .seconds(2))) else { break }
      for point in page.points { trace.append(time: point.timeNs, equity: point.equity) }
      guard !page.nextPageToken.isEmpty, page.nextPageToken != token else { break }
      token = page.nextPageToken
    }
    return trace
  }
}
