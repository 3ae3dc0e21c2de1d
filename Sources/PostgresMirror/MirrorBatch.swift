import Accounting
import Journal
import Statistics
import Time
import TradingCore
import TradingModel
import Venue

/// What a run of journal rows changes in the database: the parameters of each statement of ``MirrorSchema``.
///
/// The same rows in batches of any size leave the same tables: what is kept of a bot is its state after the last entry that concerned it.
struct MirrorBatch {
  /// A bot's settings.
  struct Settings {
    var configuration: BotConfiguration
    var createdAt: Timestamp
    var time: Timestamp
  }

  /// What a bot holds after the batch.
  struct PositionRow {
    var account: BotAccount
    var time: Timestamp
  }

  /// A value of an equity series, with its owner's names.
  struct EquityRow {
    var point: BookPoint
    var sequence: UInt64
    /// `nil`: a portfolio.
    var key: BotKey?
    var quoteAsset: String
  }

  /// Figures as they were after an entry.
  struct FigureRow {
    /// `nil`: a portfolio.
    var key: BotKey?
    var figures: RoundedFigures
    var quantity: Quantity?
    var sequence: UInt64
    var time: Timestamp
  }

  /// Figures of a bot after an entry, before they are rounded.
  private struct Touch {
    var figures: PerformanceFigures
    var sequence: UInt64
    var time: Timestamp
  }

  let journalID: String
  let rows: [JournalRow]
  private(set) var settings: [BotKey: Settings] = [:]
  private(set) var states: [BotKey: (change: BotStateChange, time: Timestamp)] = [:]
  private(set) var removals: [BotKey: Timestamp] = [:]
  private(set) var intents: [(intent: OrderIntent, key: BotKey?, entry: JournalEntry)] = []
  private(set) var updates: [ClientOrderID: (update: OrderUpdate, time: Timestamp)] = [:]
  private(set) var fills: [(fill: FillRecord, key: BotKey?, sequence: UInt64)] = []
  private(set) var samples: [(point: EquityPoint, entry: JournalEntry)] = []
  private(set) var alerts: [(alert: Alert, key: BotKey?, entry: JournalEntry)] = []
  private(set) var equity: [EquityRow] = []
  private(set) var positions: [PositionRow] = []
  private(set) var figures: [FigureRow] = []

  // By number in the book, while rows are folded.
  private var held: [Int: Timestamp] = [:]
  private var bots: [Int: Touch] = [:]
  private var portfolios: [Int: (sequence: UInt64, time: Timestamp)] = [:]

  /// Folds `rows`, which follow what `fold` has.
  init(journalID: String, rows: [JournalRow], fold: inout MirrorFold) {
    self.journalID = journalID
    self.rows = rows
    var points: [BookPoint] = []
    for row in rows {
      points.removeAll(keepingCapacity: true)
      fold.apply(row.entry) { points.append($0) }
      add(row.entry, fold)
      follow(points, row.entry, fold.book)
    }
    finish(fold.book)
  }

  /// Whether it begins right behind `watermark`.
  func isNext(after watermark: UInt64) -> Bool { rows.first?.entry.sequence == watermark + 1 }

  private mutating func add(_ entry: JournalEntry, _ fold: MirrorFold) {
    switch entry.record {
    case .botCreated(let value): configure(value, entry, fold.book)
    case .botUpdated(let value): configure(value, entry, fold.book)
    case .botStateChanged(let value):
      if let key = fold.key(of: value.botID) { states[key] = (value, entry.time) }
      touch(value.botID, entry, fold.book)
    case .botRemoved(let id):
      guard let key = fold.key(of: id), removals[key] == nil, let number = fold.book.number(of: key) else { return }
      removals[key] = fold.book.accounts[number].removedAt
      held[number] = entry.time
    case .orderIntent(let value):
      intents.append((value, fold.key(of: value.botID), entry))
      if value.purpose == .entry { touch(value.botID, entry, fold.book) }
    case .orderDenied(let value): touch(value.botID, entry, fold.book)
    case .exitRequested(let value): touch(value.botID, entry, fold.book)
    case .orderUpdated(let value): updates[value.clientOrderID] = (value, entry.time)
    case .fill(let value):
      fills.append((value, value.botID.flatMap(fold.key), entry.sequence))
      if let id = value.botID, let number = fold.book.number(of: id) { held[number] = entry.time }
    case .positionAdjusted(let value):
      if let number = fold.book.number(of: value.botID) { held[number] = entry.time }
    case .equity(let value): samples.append((value, entry))
    case .alert(let value): alerts.append((value, value.botID.flatMap(fold.key), entry))
    case .opened, .cancelRequested, .tradingStateChanged, .balances, .peakRaised, .riskLimitsChanged, .symbolAssets, .marked, .answered,
      .signal, .accountBound, .started, .candleDoubted, .entriesLocked, .entriesUnlocked, .ratesTaken,
      .profitSampled:
      break
    }
  }

  private mutating func configure(_ configuration: BotConfiguration, _ entry: JournalEntry, _ book: Book) {
    guard let number = book.number(of: configuration.id) else { return }
    let key = book.accounts[number].key
    settings[key] = Settings(configuration: configuration, createdAt: book.accounts[number].createdAt, time: entry.time)
    // Its symbol is shown beside what it holds.
    held[number] = entry.time
  }

  /// An entry changed what is counted of a bot, without a value of its series.
  private mutating func touch(_ id: BotID, _ entry: JournalEntry, _ book: Book) {
    guard let number = book.number(of: id) else { return }
    touch(number, entry, book)
    portfolios[book.accounts[number].portfolioAt] = (entry.sequence, book.time)
  }

  private mutating func touch(_ number: Int, _ entry: JournalEntry, _ book: Book) {
    bots[number] = Touch(figures: book.figures(ofBot: number, at: book.time), sequence: entry.sequence, time: book.time)
  }

  private mutating func follow(_ points: [BookPoint], _ entry: JournalEntry, _ book: Book) {
    for point in points {
      switch point.owner {
      case .bot(let number):
        let quoteAsset = book.portfolios[book.accounts[number].portfolioAt].quoteAsset
        equity.append(EquityRow(point: point, sequence: entry.sequence, key: book.accounts[number].key, quoteAsset: quoteAsset))
        touch(number, entry, book)
      case .portfolio(let index):
        equity.append(EquityRow(point: point, sequence: entry.sequence, key: nil, quoteAsset: book.portfolios[index].quoteAsset))
        portfolios[index] = (entry.sequence, book.time)
      }
    }
  }

  private mutating func finish(_ book: Book) {
    positions = held.keys.sorted().compactMap { number in held[number].map { PositionRow(account: book.accounts[number], time: $0) } }
    for number in bots.keys.sorted() {
      guard let touch = bots[number] else { continue }
      figures.append(
        FigureRow(
          key: book.accounts[number].key, figures: RoundedFigures(touch.figures), quantity: book.accounts[number].position.quantity,
          sequence: touch.sequence, time: touch.time))
    }
    for index in portfolios.keys.sorted() {
      guard let touch = portfolios[index] else { continue }
      // Whatever changes a portfolio touches it: it is now what it was then.
      figures.append(
        FigureRow(
          key: nil, figures: RoundedFigures(book.figures(ofPortfolio: index, at: touch.time)), quantity: nil, sequence: touch.sequence,
          time: touch.time))
    }
    held = [:]
    bots = [:]
    portfolios = [:]
  }
}
