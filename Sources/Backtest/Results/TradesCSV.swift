import Presentation
import TradingModel

/// A report's trades as CSV (RFC 4180), one line each, times in ISO 8601 (UTC).
public enum TradesCSV {
  static let header =
    "number,bot,symbol,opened_at,closed_at,entry_price,exit_price,quantity,fees,profit,return,candles,entry_reason,exit,exit_reason,closed,mae,mfe,exit_time_modelled"

  public static func text(_ report: BacktestReport) -> String {
    var text = header + "\n"
    for trade in report.trades {
      text +=
        "\(trade.number),\(trade.botID),\(trade.symbol),\(trade.openedAt),\(trade.closedAt),\(trade.entryPrice),\(trade.exitPrice),"
      text += "\(trade.quantity),\(trade.fees),\(trade.profit),\(trade.fraction),\(trade.candles),\(CSVText.field(trade.entryReason)),"
      text += "\(trade.exitKind),\(CSVText.field(trade.exitReason)),\(trade.isClosed),"
      text +=
        "\(FigureText.number(trade.adverseExcursion)),\(FigureText.number(trade.favorableExcursion)),\(trade.isExitTimeModelled)\n"
    }
    return text
  }
}
