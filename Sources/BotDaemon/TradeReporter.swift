import Engine
import Presentation
import Time
import TradingCore
import TradingModel
import Venue

/// Turns durable entries into lines a person likes to watch.
struct TradeReporter {
  let isColored: Bool
  private var fillCount = 0
  private var realized: [BotID: Amount] = [:]
  /// Of the commit in progress.
  private var isRecorded = true

  init(isColored: Bool) { self.isColored = isColored }

  /// The lines for one commit; empty when nothing of it concerns a watcher.
  mutating func lines(for commit: EngineCommit) -> [String] {
    var lines: [String] = []
    isRecorded = commit.isRecorded
    for entry in commit.entries {
      switch entry.record {
      case .fill(let record): lines.append(fill(record, entry.time))
      case .botStateChanged(let change):
        lines.append(line(entry.time, change.botID.text, paint("\(change.state)", .dim), change.reason))
      case .botCreated(let configuration):
        lines.append(
          line(
            entry.time, configuration.id.text, paint("created", .dim),
            "\(configuration.strategyName) on \(configuration.symbol) \(configuration.interval), capital \(configuration.capital)"))
      case .orderDenied(let denial):
        lines.append(line(entry.time, denial.botID.text, paint("denied", .yellow), "\(denial.code): \(denial.message)"))
      case .alert(let alert):
        let color: Color = alert.severity == .critical ? .red : .yellow
        lines.append(line(entry.time, alert.botID?.text ?? "botd", paint("\(alert.severity)", color), alert.message))
      default: break
      }
    }
    return lines
  }

  private mutating func fill(_ record: FillRecord, _ time: Timestamp) -> String {
    let fill = record.fill
    fillCount += 1
    let bot = record.botID?.text ?? "external"
    let what = record.side == .buy ? paint("BUY ", .green) : paint("SELL", .red)
    var text = "\(pad(fill.quantity.description, 10)) \(fill.symbol) @ \(pad(fill.price.description, 10)) = \(fill.quoteQuantity)"
    if record.side == .sell {
      let total = (record.botID.map { realized[$0] ?? .zero } ?? .zero) + record.realizedPnL
      if let id = record.botID { realized[id] = total }
      text += "  " + paint(DecimalText.money(record.realizedPnL, isSigned: true), record.realizedPnL.isNegative ? .red : .green)
      text += paint(" (total \(DecimalText.money(total, isSigned: true)))", .dim)
    }
    let why = record.side == .sell ? "\(record.purpose): \(record.reason)" : record.reason
    return line(time, bot, what, text + "  " + paint(why, .dim))
  }

  private func line(_ time: Timestamp, _ bot: String, _ what: String, _ text: String) -> String {
    let clock = TimeText.dateTime(time).dropFirst(5)
    let mark = isRecorded ? "" : paint("not recorded  ", .red)
    return "\(paint(String(clock), .dim))  \(mark)\(pad(bot, 10))  \(what)  \(text)"
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  enum Color: String { case green = "32", red = "31", yellow = "33", dim = "2", bold = "1" }

  func paint(_ text: String, _ color: Color) -> String { isColored ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text }
}
