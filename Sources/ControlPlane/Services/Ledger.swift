import Accounting
import BotAPI
import Journal
import MarketModel
import NIOCore
import Statistics
import Synchronization
import TTRPC
import Time
import TradingCore
import TradingModel
import Venue

/// `PortfolioService.ListLedger`: every fact about money in a range of time, with what the bots' books made of it.
///
/// The books are folded from the journal's beginning, whatever the range: cost, realized profit and open positions come from before it. A
/// long journal is folded for some seconds a page, and the fold is kept for the next one.
struct Ledger: Sendable {
  let context: ControlContext

  /// What is asked for.
  struct Span: Hashable, Sendable {
    var range: TimeRange
    var bots: Set<BotID>
    /// Price of a symbol now, where the range has no end.
    var isOpenEnded: Bool { range.to == .distantFuture }
  }

  func query(_ request: V1.ListLedgerRequest) throws(RPCError) -> JournalQuery<V1.ListLedgerResponse> {
    var check = RequestCheck()
    let size = check.pageSize(request.pageSize, context.limits)
    let span = Span(range: check.range(request.fromTimeNs, request.toTimeNs), bots: check.botIDs(request.botIDs))
    let token = LedgerToken(request.pageToken)
    if token == nil { check.malformedToken() }
    try check.finish()
    guard let token else { throw RPCError(code: .invalidArgument, message: "page_token") }
    let (folds, values) = (context.ledgers, BotValues(context: context))
    return JournalQuery { journal, limit in
      var fold = folds.take(span, token) ?? LedgerFold(span)
      let response = try fold.page(size, from: token.given, journal, limit) { values.livePrice(of: $0) }
      if let next = LedgerToken(response.nextPageToken), next != LedgerToken() { folds.keep(fold, next) }
      return response
    }
  }
}

/// Where a page ended: how many entries were given, and how far the journal was folded.
struct LedgerToken: Hashable, Sendable {
  var given: UInt64 = 0
  var sequence: UInt64 = 0

  init() {}

  init(given: UInt64, sequence: UInt64) { (self.given, self.sequence) = (given, sequence) }

  /// `nil`: it is none of ours.
  init?(_ text: String) {
    guard !text.isEmpty else { return }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
    guard parts.count == 2, let given = parts[0], let sequence = parts[1], "\(given)-\(sequence)" == text else { return nil }
    (self.given, self.sequence) = (given, sequence)
  }

  var text: String { "\(given)-\(sequence)" }
}

/// A ledger on its way.
struct LedgerFold: Sendable {
  let span: Ledger.Span
  private var book = Book()
  private var assets: [Symbol: (base: String, quote: String)] = [:]
  /// Strategies by the number of the account.
  private var strategies: [String] = []
  private var opening: LedgerState
  private var closing: LedgerState
  private var sequence: UInt64 = 0
  private var entries: [V1.LedgerEntry] = []
  private var given: UInt64 = 0
  private var isOver = false

  private static let kinds: Set<RecordKind> = [
    .botCreated, .botUpdated, .botStateChanged, .botRemoved, .orderIntent, .fill, .positionAdjusted, .symbolAssets, .marked, .balances,
  ]
  private static let entriesAtOnce = 2_000
  /// A page is given up after this long, and told as far as it came.
  private static let patience = TimeAmount.seconds(3)

  init(_ span: Ledger.Span) {
    self.span = span
    opening = LedgerState(before: span.range.from)
    closing = LedgerState(before: span.range.to)
  }

  /// The next `size` entries after the first `skipped`.
  mutating func page(
    _ size: Int, from skipped: UInt64, _ journal: Journal, _ limit: ReadLimit, price: (Symbol) -> Price?
  ) throws -> V1.ListLedgerResponse {
    let end = min(NIODeadline.now() + Self.patience, limit.deadline - .seconds(1))
    while !isOver, given + UInt64(entries.count) <= skipped + UInt64(size) {
      let page = try journal.entries(after: sequence, limit: Self.entriesAtOnce, kinds: Self.kinds)
      for entry in page { take(entry) }
      if page.count < Self.entriesAtOnce {
        tellStates(price)
        isOver = true
      }
      dropPassed(skipped)
      if NIODeadline.now() >= end { break }
    }
    dropPassed(skipped)
    guard given >= skipped else {
      // Still on the way to where the page before ended.
      return V1.ListLedgerResponse(nextPageToken: LedgerToken(given: skipped, sequence: sequence).text)
    }
    var response = V1.ListLedgerResponse(entries: Array(entries.prefix(size)))
    entries.removeFirst(response.entries.count)
    given += UInt64(response.entries.count)
    if !entries.isEmpty || !isOver { response.nextPageToken = LedgerToken(given: given, sequence: sequence).text }
    return response
  }

  private mutating func dropPassed(_ skipped: UInt64) {
    guard given < skipped else { return }
    let count = min(Int(clamping: skipped - given), entries.count)
    entries.removeFirst(count)
    given += UInt64(count)
  }

  // MARK: Folding

  /// When something counts: a fill when the venue says that it was, everything else when it was journaled.
  private static func time(_ entry: JournalEntry) -> Timestamp {
    if case .fill(let record) = entry.record { return record.fill.time }
    return entry.time
  }

  private mutating func take(_ entry: JournalEntry) {
    sequence = entry.sequence
    let time = Self.time(entry)
    var value = told(entry)
    let id = Self.bot(entry.record)
    let before = id.flatMap { book.account(of: $0) }
    book.apply(entry)
    switch entry.record {
    case .symbolAssets(let named): assets[named.symbol] = (named.base, named.quote)
    case .botCreated(let configuration):
      if strategies.count < book.accounts.count { strategies.append(configuration.strategyName) }
    case .botUpdated(let configuration): if let before { strategies[before.number] = configuration.strategyName }
    case .marked(let mark): price(mark.symbol, at: time)
    case .fill(let record): price(record.fill.symbol, at: time)
    default: break
    }
    if let number = before?.number ?? id.flatMap({ book.number(of: $0) }) {
      let change = LedgerChange(before, book.accounts[number])
      opening.add(change, of: number, at: time)
      closing.add(change, of: number, at: time)
      if case .positionAdjusted = entry.record { price(book.accounts[number].symbol, at: time) }
      value?.finish(before, after: book.accounts[number], change)
    }
    guard let value, span.range.contains(time), isWanted(value.value.botID) else { return }
    entries.append(value.value)
  }

  private mutating func price(_ symbol: Symbol, at time: Timestamp) {
    let price = book.price(of: symbol)
    opening.know(price, of: symbol, at: time)
    closing.know(price, of: symbol, at: time)
  }

  private func isWanted(_ id: String) -> Bool { span.bots.isEmpty || BotID(id).map(span.bots.contains) ?? false }

  /// The bot whose money an entry may move.
  private static func bot(_ record: Record) -> BotID? {
    switch record {
    case .botCreated, .botUpdated, .botRemoved, .fill, .positionAdjusted: record.bot
    default: nil
    }
  }

  /// What is known of an entry before the books have it; `nil` for those that are not told.
  private func told(_ entry: JournalEntry) -> TakenEntry? {
    switch entry.record {
    case .fill(let record):
      var value = named(.fill, record.botID, record.fill.symbol, entry)
      value.timeNs = record.fill.time.nanoseconds
      value.trade = V1.Trade(entry)
      value.realizedPnL = record.realizedPnL.description
      return TakenEntry(value: value)
    case .positionAdjusted(let adjustment):
      let kind: V1.LedgerKind =
        switch adjustment.cause {
        case .adopted: .adopted
        case .released: .released
        case .missing: .missing
        }
      var value = named(kind, adjustment.botID, book.account(of: adjustment.botID)?.symbol, entry)
      value.price = adjustment.price.description
      return TakenEntry(value: value)
    case .botRemoved(let id):
      guard let account = book.account(of: id) else { return nil }
      var value = named(.removed, id, account.symbol, entry)
      value.price = book.price(of: account.symbol).description
      return TakenEntry(value: value)
    case .balances(let list):
      let balances = list.map { V1.AssetAmount(asset: $0.asset, amount: ($0.free + $0.locked).description) }
      return TakenEntry(
        value: V1.LedgerEntry(
          kind: .balances, sequence: Int64(sequence: entry.sequence), timeNs: entry.time.nanoseconds, balances: balances))
    default: return nil
    }
  }

  private func named(_ kind: V1.LedgerKind, _ id: BotID?, _ symbol: Symbol?, _ entry: JournalEntry) -> V1.LedgerEntry {
    var value = V1.LedgerEntry(
      kind: kind, sequence: Int64(sequence: entry.sequence), timeNs: entry.time.nanoseconds, botID: id?.text ?? "")
    if let account = id.flatMap({ book.account(of: $0) }) {
      value.botCreatedSequence = Int64(sequence: account.key.createdSequence)
      value.strategy = strategies[account.number]
    }
    name(symbol, &value)
    return value
  }

  private func name(_ symbol: Symbol?, _ value: inout V1.LedgerEntry) {
    guard let symbol else { return }
    value.symbol = symbol.text
    if let known = assets[symbol] {
      (value.baseAsset, value.quoteAsset) = known
    } else if let known = symbol.assets {
      (value.baseAsset, value.quoteAsset) = (known.base, known.quote)
    }
  }

  // MARK: Where the range begins and ends

  private mutating func tellStates(_ price: (Symbol) -> Price?) {
    for account in book.accounts where opening.has(account.number) && account.removedAt.map({ $0 >= span.range.from }) ?? true {
      tell(.opening, account, opening, price: nil)
    }
    for account in book.accounts where closing.has(account.number) && account.removedAt.map({ $0 >= span.range.from }) ?? true {
      tell(.closing, account, closing, price: span.isOpenEnded && account.removedAt == nil ? price(account.symbol) : nil)
    }
  }

  private mutating func tell(_ kind: V1.LedgerKind, _ account: BotAccount, _ state: LedgerState, price: Price?) {
    guard isWanted(account.id.text), let sum = state.sums[account.number] else { return }
    let mark = price ?? state.prices[account.symbol] ?? .zero
    let end = span.isOpenEnded ? book.time : span.range.to
    var value = V1.LedgerEntry(
      kind: kind, timeNs: (kind == .opening ? span.range.from : account.end(end)).nanoseconds, botID: account.id.text,
      botCreatedSequence: Int64(sequence: account.key.createdSequence), strategy: strategies[account.number])
    name(account.symbol, &value)
    value.quantity = sum.quantity.description
    value.price = mark.description
    value.cost = sum.cost.description
    value.realizedPnL = sum.realized.description
    let isHeld = sum.quantity.isPositive && mark.isPositive
    value.unrealizedPnL = (isHeld ? mark * sum.quantity - sum.cost : .zero).description
    value.capital = sum.capital.description
    if kind == .closing, let removed = account.removedAt, removed < span.range.to { value.removedTimeNs = removed.nanoseconds }
    entries.append(value)
  }
}

/// What an entry changed of an account. Changes add up in any order, so that a fill that was learned of late counts where it belongs.
private struct LedgerChange: Sendable {
  var quantity: Quantity = .zero
  var cost: Amount = .zero
  var realized: Amount = .zero
  var capital: Amount = .zero

  init() {}

  init(_ before: BotAccount?, _ after: BotAccount) {
    // A removed bot holds nothing any more: its coins stay on the account.
    let isGone = after.removedAt != nil
    quantity = (isGone ? .zero : after.position.quantity) - (before?.position.quantity ?? .zero)
    cost = (isGone ? .zero : after.position.cost) - (before?.position.cost ?? .zero)
    realized = after.realized - (before?.realized ?? .zero)
    capital = after.capital - (before?.capital ?? .zero)
  }

  mutating func add(_ other: LedgerChange) {
    quantity += other.quantity
    cost += other.cost
    realized += other.realized
    capital += other.capital
  }
}

/// What the accounts had at a moment.
private struct LedgerState: Sendable {
  let end: Timestamp
  private(set) var sums: [Int: LedgerChange] = [:]
  private(set) var prices: [Symbol: Price] = [:]

  init(before end: Timestamp) { self.end = end }

  func has(_ number: Int) -> Bool { sums[number] != nil }

  mutating func add(_ change: LedgerChange, of number: Int, at time: Timestamp) {
    if time < end { sums[number, default: LedgerChange()].add(change) }
  }

  mutating func know(_ price: Price, of symbol: Symbol, at time: Timestamp) { if time < end { prices[symbol] = price } }
}

/// An entry whose figures the books have yet to say.
private struct TakenEntry {
  var value: V1.LedgerEntry

  /// What the entry did to its bot's account.
  mutating func finish(_ before: BotAccount?, after: BotAccount, _ change: LedgerChange) {
    value.realizedPnL = change.realized.description
    value.cost = change.cost.magnitude.description
    guard let trade = value.trade else {
      value.quantity = change.quantity.magnitude.description
      return
    }
    guard let before else { return }
    if trade.commission != "0", Self.unknown(after) == Self.unknown(before) {
      value.feeInQuote = (after.activity.feesInQuote - before.activity.feesInQuote).description
    }
    guard after.trades.count > before.trades.count else { return }
    value.tradeProfit = (before.openTradeProfit + change.realized).description
    value.tradeOpenedTimeNs = before.position.openedAt.nanoseconds
  }

  /// Fees whose worth is not known, whatever asset they are in.
  private static func unknown(_ account: BotAccount) -> Amount { account.activity.fees.reduce(.zero) { $0 + $1.withoutRate } }
}

/// The last few ledgers that were left in the middle.
final class LedgerFolds: Sendable {
  private static let capacity = 4
  private let kept = Mutex<[(fold: LedgerFold, token: LedgerToken)]>([])

  func take(_ span: Ledger.Span, _ token: LedgerToken) -> LedgerFold? {
    guard token != LedgerToken() else { return nil }
    return kept.withLock { kept in
      guard let index = kept.firstIndex(where: { $0.token == token && $0.fold.span == span }) else { return nil }
      return kept.remove(at: index).fold
    }
  }

  func keep(_ fold: LedgerFold, _ token: LedgerToken) {
    kept.withLock { kept in
      if kept.count == Self.capacity { kept.removeFirst() }
      kept.append((fold, token))
    }
  }
}
