import BotAPI
import MarketModel
import Notify
import Time
import TradingModel

extension V1.Event {
  /// The event as notify's rules see it; `nil` for one of a kind that this version does not know.
  var happening: Happening? {
    guard let payload, let kind = Happening.Kind(rawValue: kind) else { return nil }
    var happening = Happening(
      sequence: sequence, time: Timestamp(nanoseconds: timeNs), kind: kind, level: .info, bot: bot, what: what.text)
    switch payload {
    case .bot(let event):
      happening.code = event.change
      happening.level = event.change == "halted" ? .critical : event.change == "waiting" ? .warning : .info
    case .signal(let event):
      happening.symbol = event.signal?.symbol ?? ""
      happening.code = event.deniedReason.isEmpty ? event.signal?.side.cell.text ?? "" : event.deniedReason
    case .order(let order):
      happening.symbol = order.symbol
      happening.code = order.status.name
      if order.status == .rejected { happening.level = .warning }
    case .trade(let trade):
      happening.symbol = trade.symbol
      happening.code = trade.side.cell.text
      if !trade.realizedPnL.isEmpty, let profit = FixedDecimal(text: trade.realizedPnL), !profit.isZero {
        happening.profit = profit
        happening.asset = Symbol(trade.symbol)?.assets?.quote ?? ""
      }
    case .alert(let alert):
      happening.symbol = alert.symbol
      happening.code = alert.reason
      happening.level = Self.level(alert.severity)
    case .risk(let risk):
      if let lock = risk.locked {
        (happening.code, happening.level, happening.symbol) = ("locked", .warning, lock.symbol)
      } else if let lock = risk.unlocked {
        (happening.code, happening.symbol) = ("unlocked", lock.symbol)
      } else if risk.limits != nil {
        (happening.code, happening.what) = ("limits", "the limits were changed")
      } else {
        happening.code = risk.tradingState.name
        happening.level = risk.tradingState == .halted ? .critical : risk.tradingState == .reducing ? .warning : .info
      }
    case .health(let part):
      happening.code = part.name
      happening.level = part.status == .down ? .critical : part.status == .degraded ? .warning : .info
    }
    return happening
  }

  private static func level(_ severity: V1.AlertSeverity) -> Level {
    switch severity {
    case .critical: .critical
    case .warning: .warning
    default: .info
    }
  }
}

extension NotifySettings {
  /// The kinds of events that some rule may tell of.
  var eventKinds: [V1.EventKind] {
    let kinds = Set(rules.flatMap(\.kinds))
    let named: [(Happening.Kind, V1.EventKind)] = [
      (.bot, .bot), (.signal, .signal), (.order, .order), (.trade, .trade), (.alert, .alert), (.risk, .risk), (.health, .health),
    ]
    let wanted = named.filter { kinds.contains($0.0) }.map(\.1)
    // Rules with thresholds only need the daemon's sign of life.
    return wanted.isEmpty ? [.alert] : wanted
  }
}
