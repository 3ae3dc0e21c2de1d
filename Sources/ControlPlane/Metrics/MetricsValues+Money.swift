import Accounting
import MarketData
import Presentation
import ServiceRuntime
import Statistics
import Time
import TradingCore
import TradingModel
import Venue

extension MetricsValues {
  /// A portfolio's or a bot's money, what is held at the latest prices.
  private struct Money {
    var labels: KeyValuePairs<String, String>
    var equity: Amount
    var capital: Amount
    var realized: Amount
    var unrealized: Amount
    var positionValue: Amount
  }

  func money(_ text: inout MetricsText) {
    let values = BotValues(context: context)
    var prices: [Symbol: Price] = [:]
    let (portfolios, activities) = context.books.read { book -> ([Money], [(asset: String, activity: ActivityStatistics)]) in
      var rows: [Money] = []
      for portfolio in book.portfolios.prefix(Self.labelsMaximum) {
        rows.append(
          Money(
            labels: ["asset": portfolio.quoteAsset], equity: portfolio.equity, capital: portfolio.capital, realized: portfolio.realized,
            unrealized: .zero, positionValue: .zero))
      }
      for account in book.accounts where account.removedAt == nil && account.position.quantity.isPositive {
        guard rows.indices.contains(account.portfolioAt) else { continue }
        let price = prices[account.symbol] ?? values.livePrice(of: account.symbol) ?? book.price(of: account.symbol)
        prices[account.symbol] = price
        rows[account.portfolioAt].unrealized += price.isPositive ? account.position.unrealizedPnL(at: price) : .zero
        rows[account.portfolioAt].positionValue += price * account.position.quantity
      }
      // Equity of the books is at the journal's prices: the difference to those of now moves it.
      for (index, portfolio) in book.portfolios.enumerated() where rows.indices.contains(index) {
        rows[index].equity += rows[index].unrealized - portfolio.unrealized
      }
      return (rows, book.portfolios.prefix(Self.labelsMaximum).map { ($0.quoteAsset, $0.activity) })
    }
    func family(_ name: String, _ help: String, _ value: (Money) -> Amount) {
      text.family(name, .gauge, help) { samples in for row in portfolios { samples.add(.decimal(value(row)), row.labels) } }
    }
    family("botd_equity", "Capital and profit of all bots at the latest prices, in the quote asset.") { $0.equity }
    family("botd_capital", "Capital of all bots, in the quote asset.") { $0.capital }
    family("botd_realized_profit", "Realized profit of every bot ever, after fees, in the quote asset; falls with losses.") { $0.realized }
    family("botd_unrealized_profit", "What positions would gain at the latest prices, in the quote asset.") { $0.unrealized }
    family("botd_position_value", "What open positions are worth at the latest prices, in the quote asset.") { $0.positionValue }
    activity(&text, activities)
  }

  private func activity(_ text: inout MetricsText, _ rows: [(asset: String, activity: ActivityStatistics)]) {
    var all = ActivityStatistics()
    for row in rows { all.add(row.activity) }
    text.family("botd_fees_total", .counter, "Fees paid, by the asset they were paid in; from the journal's beginning.") { samples in
      for fee in all.fees.prefix(Self.labelsMaximum) { samples.add(.decimal(fee.amount), ["asset": fee.asset]) }
    }
    text.family("botd_turnover_total", .counter, "What fills were worth, in the quote asset; from the journal's beginning.") { samples in
      for row in rows { samples.add(.decimal(row.activity.turnover), ["asset": row.asset]) }
    }
    text.single("botd_fills_total", .counter, "Fills of every bot ever; from the journal's beginning.", .number(all.fills))
    text.family("botd_entries_denied_total", .counter, "Signals refused before an order, by reason; from the journal's beginning.") {
      samples in
      for code in DenialCode.allCases {
        let name = code.description
        samples.add(.number(all.denials.first { $0.name == name }?.count ?? 0), ["reason": name.lowercased()])
      }
    }
  }

  func perBot(_ text: inout MetricsText, _ bots: [BoardBot]) {
    let shown = bots.prefix(Self.labelsMaximum)
    let values = BotValues(context: context)
    text.single(
      "botd_bots_without_samples", .gauge, "Bots beyond the first \(Self.labelsMaximum) by name, which have no samples of their own.",
      .number(bots.count - shown.count))
    text.family("botd_bot_info", .gauge, "1 for each bot, with what it trades.") { samples in
      for bot in shown {
        let configuration = bot.snapshot.configuration
        samples.add(
          .number(1),
          [
            "bot": bot.id.text, "symbol": configuration.symbol.text, "strategy": configuration.strategyName,
            "asset": bot.snapshot.quoteAsset,
          ])
      }
    }
    text.family("botd_bot_running", .gauge, "1 while a bot runs, 0 otherwise.") { samples in
      for bot in shown { samples.add(.flag(bot.snapshot.state == .running), ["bot": bot.id.text]) }
    }
    let rows = context.books.read { book in
      shown.compactMap { bot -> (money: Money, fills: Int)? in
        guard let account = book.account(of: bot.snapshot.key) else { return nil }
        let price = values.livePrice(of: account.symbol) ?? book.price(of: account.symbol)
        let held = account.position.quantity
        let unrealized = held.isPositive && price.isPositive ? account.position.unrealizedPnL(at: price) : .zero
        let money = Money(
          labels: ["bot": bot.id.text], equity: account.capital + account.realized + unrealized, capital: account.capital,
          realized: account.realized, unrealized: unrealized, positionValue: held.isPositive ? price * held : .zero)
        return (money, account.activity.fills)
      }
    }
    func family(_ name: String, _ help: String, _ value: (Money) -> Amount) {
      text.family(name, .gauge, help) { samples in for row in rows { samples.add(.decimal(value(row.money)), row.money.labels) } }
    }
    family("botd_bot_equity", "A bot's capital and profit at the latest price, in its quote asset.") { $0.equity }
    family("botd_bot_realized_profit", "A bot's realized profit after fees, in its quote asset; falls with losses.") { $0.realized }
    family("botd_bot_unrealized_profit", "What a bot's position would gain at the latest price.") { $0.unrealized }
    family("botd_bot_position_value", "What a bot's position is worth at the latest price.") { $0.positionValue }
    text.family("botd_bot_fills_total", .counter, "A bot's fills; begins anew with a bot that is created again.") { samples in
      for row in rows { samples.add(.number(row.fills), row.money.labels) }
    }
  }

  /// Ages of the series that bots trade on: a series that nobody needs any more may be as old as it likes.
  func streams(_ text: inout MetricsText, _ bots: [BoardBot]) {
    let needed = Set(bots.map(\.snapshot.configuration.series)).sorted()
    // Generated markets have a time of their own.
    let now = context.configuration.mode == .simulated ? context.now : WallClock.now()
    let ages = needed.compactMap { key in
      context.market.quality(key)?.lastEvent.map { (key: key, age: max(0, now.nanoseconds(since: $0))) }
    }
    text.family("botd_stream_age_seconds", .gauge, "Since the last event of a series that bots trade on.") { samples in
      for (key, age) in ages.prefix(Self.labelsMaximum) {
        samples.add(.seconds(age), ["symbol": key.symbol.text, "interval": key.interval.rawValue])
      }
    }
    text.single(
      "botd_stream_age_max_seconds", .gauge, "The longest of all those ages; absent while no bot needs a series.",
      ages.map(\.age).max().map { .seconds($0) })
    text.single(
      "botd_streams_silent", .gauge, "Series that bots need and of which nothing has come yet.", .number(needed.count - ages.count))
  }
}
