import ArgumentParser
import Backtest
import ControlCommands
import MarketModel
import PaperTrading
import Presentation
import Time
import TradingCore
import TradingModel

/// How simulated orders fill.
struct VenueOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Fee of orders that fill at once, a fraction. (default: 0.001)")
  var takerFee: String?

  @Option(parsing: .unconditional, help: "Fee of limit orders that waited, a fraction. (default: 0.001)")
  var makerFee: String?

  @Option(parsing: .unconditional, help: "How much worse than the market market orders and stops fill, a fraction. (default: 0.0002)")
  var slippage: String?

  @Option(parsing: .unconditional, help: "Assumed distance between bid and ask, a fraction. (default: 0.0001)")
  var spread: String?

  @Option(
    help: ArgumentHelp(
      "Which extreme comes first inside a candle: low-first (the stop before the target) or high-first. (default: low-first)",
      valueName: "rule"), completion: .list(["low-first", "high-first"]))
  var intrabar: String?
}

extension VenueOptions {
  /// The venue; everything that is wrong is added to `problems`.
  func configuration(_ problems: inout [Problem]) -> PaperConfiguration {
    var reader = OptionReader()
    var venue = PaperConfiguration()
    venue.takerFee = reader.fraction(takerFee, "--taker-fee", venue.takerFee)
    venue.makerFee = reader.fraction(makerFee, "--maker-fee", venue.makerFee)
    venue.slippage = reader.fraction(slippage, "--slippage", venue.slippage)
    venue.spread = reader.fraction(spread, "--spread", venue.spread)
    switch intrabar {
    case nil, "low-first": break
    case "high-first": venue.intrabarRule = .highFirst
    case let other?: reader.wrong("--intrabar", "must be low-first or high-first, not \(other.prefix(40))")
    }
    problems += reader.problems
    return venue
  }

  /// The options with one value, as words of a command line.
  fileprivate var pairs: [(option: String, value: String?)] {
    [
      ("--taker-fee", takerFee), ("--maker-fee", makerFee), ("--slippage", slippage), ("--spread", spread), ("--intrabar", intrabar),
    ]
  }
}

/// How a backtest trades: the range, the venue, the limits.
struct BacktestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("First candle that trades; earlier ones warm the strategy up.", valueName: "date"))
  var from: String?

  @Option(help: ArgumentHelp("End of the data used (exclusive).", valueName: "date"))
  var to: String?

  @OptionGroup var venue: VenueOptions

  @Option(
    help: ArgumentHelp(
      "Finer candles that say what happened inside each candle, named as in --candles; may be repeated.",
      valueName: "symbol:interval|file[:symbol[:interval]]"),
    completion: .anyFile)
  var detail: [String] = []

  @OptionGroup(title: "Limits above all bots") var limits: LimitOptions
}

extension BacktestOptions {
  /// The venue, the limits and the range of time, without bots; everything that is wrong is added to `problems`.
  func settings(_ problems: inout [Problem]) -> BacktestSettings {
    var reader = OptionReader()
    var settings = BacktestSettings(bots: [])
    settings.venue = venue.configuration(&reader.problems)
    settings.limits = limits.limits(&reader.problems).limits
    settings.from = reader.time(from, "--from")
    settings.to = reader.time(to, "--to")
    if let from = settings.from, let to = settings.to, from >= to { reader.wrong("--to", "must be later than --from") }
    problems += reader.problems
    return settings
  }

  /// The options with one value, as words of a command line.
  var words: [String] {
    let options = [("--from", from), ("--to", to)] + venue.pairs
    return options.flatMap { option, value in value.map { [option, $0] } ?? [] } + limits.words
  }
}

/// Reads values of options and collects what is wrong with them.
private struct OptionReader {
  var problems: [Problem] = []

  mutating func wrong(_ option: String, _ message: String) { problems.append(Problem(option: option, message)) }

  /// From 0 to below 1.
  mutating func fraction(_ text: String?, _ option: String, _ fallback: FixedDecimal) -> FixedDecimal {
    guard let text else { return fallback }
    guard let value = FixedDecimal(text: text), !value.isNegative else {
      wrong(option, "\"\(text.prefix(40))\" must be a decimal of 0 or more, for example 0.001")
      return fallback
    }
    guard value < .one else {
      wrong(option, "must be below 1 (0.001 is 0.1 %), not \(value)")
      return fallback
    }
    return value
  }

  mutating func time(_ text: String?, _ option: String) -> Timestamp? {
    guard let text else { return nil }
    if let time = TimeText.timestamp(text) { return time }
    wrong(option, "\"\(text.prefix(40))\" is no date: write \(TimeText.forms) (UTC)")
    return nil
  }
}
