public import Time
public import TradingModel
public import Venue

/// Everything that can reach the core. One door for the market, the venue and people.
public enum CoreEvent: Sendable {
  case command(CommandEnvelope)
  case market(MarketEvent)
  /// A symbol trades at a price. In the paper modes prices come only this way, as the simulated venue's walk visits them; elsewhere they
  /// come with `market`.
  case price(Symbol, Price)
  /// Closed candles from before now, oldest first: they warm strategies and never trade.
  case history(SeriesKey, [Candle])
  /// Closed candles, oldest first, that came too late to be decided on; they come as history as well.
  case candlesSkipped(SeriesKey, [Candle])
  case report(ExecutionReport)
  case submitted(ClientOrderID, SubmitOutcome)
  case canceled(ClientOrderID, CancelOutcome)
  case queried(ClientOrderID, QueryOutcome)
  /// Our account's fills as the venue lists them, without client order ids; oldest first.
  case trades(Symbol, [AccountTrade])
  case rules([TradingRules])
  /// `nil`: every symbol.
  case feed(Symbol?, FeedState)
  /// Whether order reports arrive (always true for paper).
  case executionStream(isLive: Bool)
  case balances([AssetBalance], isComplete: Bool)
  /// What locks the account's coins; an answer to ``Effect/readLocks(askedAt:)``.
  case locks(AccountLocks)
  /// What the venue says about the order of its number; an answer to ``Effect/identify(_:_:)``. `notFound`: it will never say more.
  case identified(Symbol, VenueOrderID, QueryOutcome)
  /// Whether what the exchange knows of our orders and fills was compared since order reports arrive; entries wait until then. Taken for
  /// granted where the driver never says otherwise.
  case reconciled(Bool)
  /// The process is about to end in order: entries that rest are withdrawn, and no new ones are made.
  case stopping
  /// A process begins to trade with the journal.
  case started(StartRecord)
  /// The account that the key opens is known.
  case account(AccountBinding)
  /// The journal failed: nothing new is durable until it recovers.
  case journalFailed(String)
  /// Everything is durable again, also what happened since the journal failed.
  case journalRecovered
  /// Something that the driver sees and people should know, in words: an alert.
  case warned(String)
  /// What processes that serve strategies do.
  case strategies(StrategyEvent)
  /// Time passes; sent a few times a second.
  case clock
}

/// What the core wants done. `after` names the journal sequence that must be durable first.
public enum Effect: Sendable {
  case append(JournalEntry)
  case submit(ApprovedOrder, after: UInt64)
  case cancel(ClientOrderID, Symbol, after: UInt64)
  case query(ClientOrderID, Symbol)
  /// List our account's trades of a symbol from there on and answer with `.trades`; one list of a symbol at a time.
  case listTrades(Symbol, from: TradeListStart)
  /// Read all balances and deliver them as `.balances`.
  case readAccount
  /// Read the account's open orders, its balances and its open orders again, and deliver them as `.locks`.
  case readLocks(askedAt: Timestamp)
  /// Ask for an order by the venue's number and answer with `.identified`.
  case identify(Symbol, VenueOrderID)
  /// Ask for a symbol's best bid and ask now and answer with `.market`, once; no answer is one too.
  case askQuote(Symbol)
  case watch(SeriesKey)
  case unwatch(SeriesKey)
  case reply(UInt64, CommandResult, after: UInt64)
  case strategy(StrategyRequest)
}

/// A person's or client's wish.
public struct CommandEnvelope: Sendable {
  /// Chosen by the driver to match the reply.
  public var id: UInt64
  /// Idempotency key of the mutation; empty = none.
  public var requestID: String
  /// Fingerprint of the request's body.
  public var fingerprint: UInt64
  public var command: Command
  public init(id: UInt64, requestID: String, fingerprint: UInt64, command: Command) {
    self.id = id
    self.requestID = requestID
    self.fingerprint = fingerprint
    self.command = command
  }
}

public enum Command: Sendable {
  case createBot(BotConfiguration, start: Bool)
  case updateBot(BotConfiguration)
  case startBot(BotID)
  case stopBot(BotID)
  case pauseBot(BotID)
  case resumeBot(BotID)
  /// Forgets a bot that does not run, holds nothing and has no order open.
  case removeBot(BotID)
  case startAllBots
  case stopAllBots
  case closePosition(BotID)
  /// Sells a part of what a bot holds, at the market. A plan is decided and not sent.
  case sellPart(BotID, PartSize, reason: String, isPlan: Bool)
  /// Buys for a bot as its own entries do; `nil`: for as much as its sizing says. A plan is decided and not sent.
  case openPosition(BotID, amount: Amount?, isPlan: Bool)
  /// Gives a bot coins of the account that no bot holds; its stop hangs from the entry price (zero: from the market's).
  case adoptPosition(BotID, quantity: Quantity, entryPrice: Price)
  /// Takes coins out of a bot without selling them; `nil`: all.
  case releasePosition(BotID, quantity: Quantity?)
  /// Books out what the account does not have of an asset, each of its bots in proportion.
  case acceptMissing(asset: String)
  /// Stops every bot, halts trading, cancels entries and sells what bots hold.
  case panic(reason: String)
  case cancelOrder(ClientOrderID)
  case setTradingState(TradingState, reason: String)
  /// Changes the limits that are named, or all of them.
  case setRiskLimits(RiskLimits, only: [RiskLimits.Field]?)
  /// Locks entries of a scope for so many milliseconds from now.
  case lockEntries(LockScope, forMilliseconds: Int64, reason: String)
  /// Ends the lock of that number early.
  case unlockEntries(UInt64, reason: String)
  /// Asks whether the envelope's request id was used before; changes nothing.
  case recall
  /// Keeps the response of the mutation whose request id the envelope carries, for its repetitions.
  case remember(response: [UInt8])
}

/// How much of a position a person sells.
public enum PartSize: Sendable, Hashable {
  /// So much of the base asset, as it is.
  case quantity(Quantity)
  /// For so much of the quote asset at the last price, rounded down.
  case quote(Amount)
  /// That fraction of what is held, above 0 and below 1, rounded down.
  case fraction(FixedDecimal)
}

public enum CommandResult: Sendable, Hashable {
  /// The bots it touched and the last journal sequence that its outcome depends on.
  case done(bots: [BotID], sequence: UInt64)
  /// It was done before: what was answered then; `nil` where that was not kept.
  case repeated(response: [UInt8]?, bots: [BotID])
  case failed(CommandError)
  /// What a plan would have sent, and the price it was decided at; its name is not taken by it.
  case planned(OrderRequest, price: Price)
}

public struct CommandError: Error, Sendable, Hashable {
  public enum Code: UInt8, Sendable, Hashable {
    case invalidArgument = 1, notFound, alreadyExists, failedPrecondition, unavailable, aborted
  }
  /// One thing that is wrong: the field's name in the request, a machine-readable reason, a sentence with the remedy.
  public struct Violation: Sendable, Hashable {
    public var field: String
    public var reason: String
    public var message: String
    public init(field: String, reason: String, message: String) {
      self.field = field
      self.reason = reason
      self.message = message
    }
  }
  public var code: Code
  public var violations: [Violation]
  public init(_ code: Code, _ violations: [Violation]) {
    self.code = code
    self.violations = violations
  }
  public init(_ code: Code, reason: String, field: String = "", _ message: String) {
    self.code = code
    violations = [Violation(field: field, reason: reason, message: message)]
  }
}

/// What the driver tells the core once.
public struct CoreConfiguration: Sendable, Hashable {
  public var mode: TradingMode
  /// The exchange refuses an order that arrives later than this after its timestamp (FACTS §5).
  public var receiveWindowMilliseconds: Int64 = 5_000
  /// The same for sales: the sooner the exchange refuses one that is late, the sooner the position may be protected anew.
  public var saleWindowMilliseconds: Int64 = 2_000
  /// The exchange's own processing timeout (FACTS §3).
  public var venueTimeoutMilliseconds: Int64 = 10_000
  /// Added to the fence for clock error.
  public var fenceMarginMilliseconds: Int64 = 1_000
  /// Ends the names of this process's orders, at most 8 of [a-zA-Z0-9]; empty where sequences are never used again (paper).
  public var orderTag = ""
  /// Closed candles kept per series to warm new bots; 0 where none come later.
  public var historyCandles = 500
  /// Whether the closes of candles at which something is held are journaled; false where the driver values positions itself.
  public var recordsMarks = true
  /// Portfolio equity is recorded this often, in milliseconds of core time; `.max`: never.
  public var equityEveryMilliseconds: Int64 = 60_000
  /// How far the stop that bots share may lie below a bot's own, as a fraction of it (``UmbrellaPlan``).
  public var umbrellaDistance = Self.defaultUmbrellaDistance
  /// 10 %.
  public static let defaultUmbrellaDistance = FixedDecimal(raw: 10_000_000)
  /// 50 %.
  public static let umbrellaDistanceMaximum = FixedDecimal(raw: 50_000_000)
  public var botsMaximum = 20_000
  /// Whether changes are gathered for ``TradingCore/takeChanges()`` and ``TradingCore/takeOrderChanges()``; false where nobody asks.
  public var tracksChanges = true
  public init(mode: TradingMode) { self.mode = mode }

  /// Milliseconds after which a sent order can no longer be accepted (RELIABILITY I3).
  public var fenceMilliseconds: Int64 { receiveWindowMilliseconds + venueTimeoutMilliseconds + fenceMarginMilliseconds }
  /// Milliseconds after which a sale that was sent is taken no more: another may be sent once the account shows that it neither sold nor
  /// rests.
  public var saleFenceMilliseconds: Int64 { saleWindowMilliseconds + fenceMarginMilliseconds }
}
