import BotAPI
import Time

/// The lists of the screen, in the order of their numbers.
enum TopView: Int, CaseIterable, Hashable, Sendable {
  case bots = 1
  case positions, orders, fills, health

  var title: String {
    switch self {
    case .bots: "Bots"
    case .positions: "Positions"
    case .orders: "Orders"
    case .fills: "Fills"
    case .health: "Health"
    }
  }

  /// What stands there instead of rows.
  var empty: String {
    switch self {
    case .bots: "no bots; botctl create makes one"
    case .positions: "no open positions"
    case .orders: "no open orders"
    case .fills: "no fills yet"
    case .health: "no parts"
    }
  }
}

/// What the daemon said the last time that it was asked: figures as they came, and lists ready to be shown.
struct TopData: Sendable {
  var bots: [V1.Bot] = []
  var lists: [TopView: TopList] = [:]
  var summary = V1.GetPortfolioSummaryResponse()
  var health = V1.GetHealthResponse()
  /// Version of the daemon.
  var version = ""
  /// Equity of the portfolio.
  var equity = EquityTrace()
  /// The bot that was asked for; nil: none.
  var detail: TopDetail?
  /// When it was asked, by this machine's clock.
  var takenAt = Timestamp.zero
}

/// One bot with all that concerns it.
struct TopDetail: Sendable {
  var botID: String
  /// Nil: the daemon has none of that name any more; ``problem`` says so.
  var bot: V1.Bot?
  var stats: V1.Stats?
  var orders = TopList(columns: TopColumns(V1.Order.self))
  var fills = TopList(columns: TopColumns(V1.Trade.self))
  var equity = EquityTrace()
  var problem = ""
}

/// What a person may do to a bot.
enum TopVerb: Hashable, Sendable {
  case pause, resume, start, stop

  var word: String {
    switch self {
    case .pause: "pause"
    case .resume: "resume"
    case .start: "start"
    case .stop: "stop"
    }
  }
}

/// Something to do to a bot, of which the person was asked whether it is meant.
struct TopDeed: Hashable, Sendable {
  var verb: TopVerb
  var botID: String
  /// Which bot of that name.
  var createdSequence: Int64
}

/// What happened to the screen.
enum TopEvent: Sendable {
  case keys([Key])
  /// The terminal has this size now.
  case resized(ScreenSize)
  /// The daemon answers.
  case connected
  case refreshed(TopData)
  /// The connection is lost, and tried again after some seconds.
  case lost(reason: String, retryIn: Int)
  /// What became of a deed.
  case done(text: String, failed: Bool)
  /// A second has passed.
  case tick
}

/// What the state asks for.
enum TopAction: Hashable, Sendable {
  case quit
  /// Stop the program like Ctrl-Z does everywhere.
  case suspend
  /// Write the whole screen, not only what changed.
  case repaint
  case perform(TopDeed)
  /// Ask for this bot too; nil: for none.
  case watch(String?)
}
