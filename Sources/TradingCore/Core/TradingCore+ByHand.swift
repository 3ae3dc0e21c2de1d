import TradingModel
import Venue

/// What a person buys for a bot: an entry like its own, through the same gate, with the same stop and target. Nothing of it is new in the
/// journal: the intent of an entry, by the reason ``byHand``.
extension TradingCore {
  /// The reason of entries that a person asked for.
  static let byHand = "by hand"

  private struct HandEntry {
    var index: Int
    var entry: RiskGate.Entry
    var symbol: Symbol
    var price: Price
    var volatility: Price
  }

  mutating func openPosition(_ id: BotID, _ amount: Amount?, _ effects: inout [Effect]) throws(CommandError) -> BotID {
    let decided = try handEntry(id, amount)
    guard mayRepeat(decided.index), let name = nextClientOrderID(decided.index, .entry) else {
      throw refused("TOO_SOON", "the exchange refused its last order, the next try waits; botctl show \(id) says why and until when")
    }
    sendEntry(
      decided.entry.request(name, decided.symbol), decided.index, decisionPrice: decided.price, reason: Self.byHand,
      volatility: decided.volatility, &effects)
    return id
  }

  /// What ``openPosition(_:_:_:)`` would send; changes nothing.
  mutating func plannedPosition(_ id: BotID, _ amount: Amount?) -> CommandResult {
    do throws(CommandError) {
      let decided = try handEntry(id, amount)
      guard let name = nextClientOrderID(decided.index, .entry) else { throw refused("JOURNAL_UNAVAILABLE", "there is no journal yet") }
      return .planned(decided.entry.request(name, decided.symbol), price: decided.price)
    } catch {
      return .failed(error)
    }
  }

  /// Decides as for a signal at the last price, now.
  private mutating func handEntry(_ id: BotID, _ amount: Amount?) throws(CommandError) -> HandEntry {
    let held = try find(id)
    guard let index = botAt(id), let bot = bots[index]?.entryInputs() else { throw refused("BOT_NOT_FOUND", "there is no bot \(id)") }
    guard journalIsHealthy, identity != nil else { throw refused("JOURNAL_UNAVAILABLE", "the journal cannot be written") }
    guard !held.position.isOpen, held.exitRequest == nil else {
      throw refused(
        "POSITION_OPEN",
        "bot \(id) holds \(held.position.quantity) already, and has one position at a time; sell it first: botctl sell \(id)")
    }
    guard now >= held.retryAt else {
      throw refused("TOO_SOON", "the exchange refused its last order, the next try is at \(held.retryAt); botctl show \(id) says why")
    }
    let price = symbols[bot.symbolAt].lastPrice
    let volatility = bot.needsVolatility ? series[bot.seriesAt].volatility : .zero
    let decision =
      bot.openOrderCount == 0
      ? gate(bot, price: price, close: now, volatility: volatility, isLate: false, asked: amount) : outstanding(bot)
    switch decision {
    case .denied(let code, let message): throw refused(code.description, message)
    case .buy(let entry):
      return HandEntry(index: index, entry: entry, symbol: symbolNames[bot.symbolAt], price: price, volatility: volatility)
    }
  }

  private func refused(_ reason: String, _ message: String) -> CommandError {
    CommandError(.failedPrecondition, reason: reason, field: "bot_id", "nothing was bought: \(message)")
  }
}
