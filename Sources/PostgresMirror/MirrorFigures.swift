import Statistics
import Time
import TradingCore
import TradingModel

/// The table `statistics`: its columns and where their values come from.
enum MirrorFigures {
  /// A column of a figure; its value as text, `nil` for NULL.
  private struct Column: Sendable {
    var name: String
    var type: String
    var text: @Sendable (RoundedFigures) -> String?

    init(_ name: String, _ type: String, _ text: @escaping @Sendable (RoundedFigures) -> String?) {
      self.name = name
      self.type = type
      self.text = text
    }

    static func amount(_ name: String, _ value: @escaping @Sendable (RoundedFigures) -> FixedDecimal?) -> Column {
      Column(name, "numeric") { value($0)?.description }
    }
    static func ratio(_ name: String, _ value: @escaping @Sendable (RoundedFigures) -> Double?) -> Column {
      Column(name, "double precision") { value($0)?.description }
    }
    static func count(_ name: String, _ value: @escaping @Sendable (RoundedFigures) -> Int?) -> Column {
      Column(name, "bigint") { value($0)?.description }
    }
    static func nanoseconds(_ name: String, _ value: @escaping @Sendable (RoundedFigures) -> Int64?) -> Column {
      Column(name, "bigint") { value($0)?.description }
    }
  }

  /// The names are those of `Stats` in the API.
  private static let columns: [Column] = [
    .amount("capital") { $0.capital },
    .amount("equity") { $0.equity },
    .amount("realized_pnl") { $0.realizedPnL },
    .amount("unrealized_pnl") { $0.unrealizedPnL },
    .amount("gross_pnl") { $0.grossPnL },
    .amount("net_pnl") { $0.netPnL },
    .amount("position_value") { $0.positionValue },
    .count("open_positions") { $0.openPositions },
    .amount("return_fraction") { $0.returnFraction },
    .amount("return_on_capital") { $0.returnOnCapital },
    .amount("exposure") { $0.exposure },
    .amount("time_in_market") { $0.timeInMarket },
    .amount("mean_time_in_market") { $0.meanTimeInMarket },
    .amount("market_change") { $0.marketChange },
    .amount("break_even_cost") { $0.breakEvenCost },
    .count("fills") { $0.activity.fills },
    .amount("turnover") { $0.activity.turnover },
    .count("maker_fills") { $0.activity.makerFills },
    .amount("maker_turnover") { $0.activity.makerTurnover },
    .amount("maker_fees") { $0.activity.makerFees },
    Column("fees", "jsonb") { fees($0.activity.fees) },
    .amount("fees_total") { $0.activity.feesTotal },
    Column("unconverted_assets", "jsonb") { JSONText.array($0.activity.unconvertedAssets.map(JSONText.string)) },
    .amount("slippage") { $0.activity.slippage },
    .amount("slippage_fraction") { $0.activity.slippageFraction },
    .count("signals") { $0.activity.signals },
    .count("signals_denied") { $0.activity.signalsDenied },
    Column("denials", "jsonb") { denials($0.activity.denials) },
    .count("answers") { $0.activity.answers },
    .nanoseconds("answer_delay_mean_ns") { $0.activity.meanAnswerNanoseconds },
    .nanoseconds("answer_delay_max_ns") { $0.activity.longestAnswerNanoseconds },
    .count("trades") { $0.trades.count },
    .count("wins") { $0.trades.wins },
    .count("losses") { $0.trades.losses },
    .count("break_even") { $0.trades.breakEven },
    .amount("win_rate") { $0.trades.winRate },
    .amount("profit_factor") { $0.trades.profitFactor },
    .amount("expectancy") { $0.trades.expectancy },
    .amount("average_win") { $0.trades.averageWin },
    .amount("average_loss") { $0.trades.averageLoss },
    .amount("best_trade") { $0.trades.best },
    .amount("worst_trade") { $0.trades.worst },
    .count("longest_win_streak") { $0.trades.longestWinStreak },
    .count("longest_loss_streak") { $0.trades.longestLossStreak },
    .nanoseconds("average_trade_ns") { $0.trades.averageNanoseconds },
    .nanoseconds("longest_trade_ns") { $0.trades.longestNanoseconds },
    .nanoseconds("shortest_trade_ns") { $0.trades.shortestNanoseconds },
    .ratio("system_quality") { $0.trades.systemQuality },
    .nanoseconds("first_time_ns") { $0.record.first?.nanoseconds },
    .nanoseconds("last_time_ns") { $0.record.last?.nanoseconds },
    .count("whole_days") { $0.record.wholeDays },
    .amount("max_drawdown") { $0.record.maximumDrawdown },
    .amount("max_drawdown_fraction") { $0.record.maximumDrawdownFraction },
    .nanoseconds("max_drawdown_peak_time_ns") { $0.record.drawdownPeak?.nanoseconds },
    .nanoseconds("max_drawdown_time_ns") { $0.record.drawdownBottom?.nanoseconds },
    .nanoseconds("max_drawdown_recovery_time_ns") { $0.record.drawdownRecovery?.nanoseconds },
    .nanoseconds("max_drawdown_duration_ns") { $0.record.longestUnderwater },
    .amount("drawdown_now") { $0.record.drawdownNow },
    .amount("largest_fall") { $0.record.largestFall },
    .ratio("sharpe_ratio") { $0.record.sharpeRatio },
    .ratio("sortino_ratio") { $0.record.sortinoRatio },
    .ratio("calmar_ratio") { $0.record.calmarRatio },
    .ratio("volatility") { $0.record.volatility },
    .ratio("cagr") { $0.record.annualGrowth },
  ]

  /// A figure's names and texts as they are stored, in the table's order.
  static func texts(_ figures: RoundedFigures) -> [(name: String, type: String, text: String?)] {
    columns.map { ($0.name, $0.type, $0.text(figures)) }
  }

  static let statement: String = {
    let fixed = ["bot_id", "created_sequence", "quote_asset", "sequence", "updated_at", "position_quantity"]
    let names = columns.map(\.name)
    let changing = fixed.dropFirst(3) + names
    let arrays = (0..<columns.count).map { "$\($0 + 8)::text[]" }
    return """
      INSERT INTO botd.statistics (journal_id, \((fixed + names).joined(separator: ", ")))
      SELECT $1::text, bot, created, quote, sequence, \(MirrorSchema.time("at")), held::numeric,
        \(columns.map { "\($0.name)::\($0.type)" }.joined(separator: ", "))
      FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], \(arrays.joined(separator: ", ")))
        AS t(bot, created, quote, sequence, at, held, \(names.joined(separator: ", ")))
      ON CONFLICT (journal_id, (coalesce(bot_id, '')), (coalesce(created_sequence, 0)), quote_asset)
      DO UPDATE SET \(changing.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
      """
  }()

  static func command(_ journalID: String, _ rows: [MirrorBatch.FigureRow]) -> MirrorCommand {
    let owners = [
      PostgresValue.texts(rows.map { $0.key?.id.text }),
      PostgresValue.optionalIntegers(rows.map { $0.key.map { Int64(clamping: $0.createdSequence) } }),
      PostgresValue.texts(rows.map(\.figures.quoteAsset)), PostgresValue.integers(rows.map { Int64(clamping: $0.sequence) }),
      PostgresValue.integers(rows.map { $0.time.nanoseconds / 1_000 }), PostgresValue.texts(rows.map { $0.quantity?.description }),
    ]
    let figures = columns.map { column in PostgresValue.texts(rows.map { column.text($0.figures) }) }
    return ("statistics", [PostgresValue.text(journalID)] + owners + figures)
  }

  private static func fees(_ fees: [AssetFee]) -> String {
    JSONText.array(fees.map { "{\"asset\":\(JSONText.string($0.asset)),\"amount\":\"\($0.amount)\"}" })
  }

  private static func denials(_ denials: [NamedCount]) -> String {
    JSONText.array(denials.map { "{\"count\":\"\($0.count)\",\"reason\":\(JSONText.string($0.name))}" })
  }
}

/// JSON for PostgreSQL's jsonb.
private enum JSONText {
  static func array(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

  static func string(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\0": quoted += "\u{FFFD}"
      case "\u{1}"..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
