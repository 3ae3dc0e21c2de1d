import BotAPI
import Presentation

/// What must be done so that one bot is as a file says. Pure.
struct BotPlan: Sendable, Equatable {
  /// A field that differs.
  struct Change: Sendable, Equatable {
    var field: String
    /// Empty: it has none.
    var old: String
    var new: String

    var text: String { "\(field): \(old.isEmpty ? "none" : old) -> \(new.isEmpty ? "none" : new)" }
  }

  /// A call, in the order in which they are made.
  enum Step: Sendable, Equatable {
    case create(start: Bool)
    case stop, pause, update, start, resume, remove
  }

  var id: String
  /// What differs; of a bot that is new, its settings.
  var changes: [Change] = []
  var steps: [Step] = []
  /// Why nothing is done for this bot although something differs; `nil`: it can be done.
  var obstacle: String?

  /// The daemon has no such bot.
  var isNew = false
  var isRemoved: Bool { steps.last == .remove }
  /// The bot is as the file says.
  var isNothing: Bool { steps.isEmpty && obstacle == nil }
}

/// What a bot does, as far as plans go.
enum BotStanding: Sendable, Equatable {
  /// Also one that waits for its strategy's process.
  case runs
  case paused, halted, stopped

  init(_ state: V1.BotState) {
    switch state {
    case .running, .waiting: self = .runs
    case .paused: self = .paused
    case .halted: self = .halted
    default: self = .stopped
    }
  }

  /// As a file says it; `nil`: a file does not ask for that.
  var wanted: WantedState? {
    switch self {
    case .runs: .running
    case .paused: .paused
    case .stopped: .stopped
    case .halted: nil
    }
  }
}

extension BotPlan {
  /// A bot that is not there yet.
  ///
  /// - Parameter given: what the file says of it.
  init(new entry: BotFile.Entry, given: [Change]) {
    id = entry.id
    isNew = true
    changes = given
    guard entry.state != .paused else {
      obstacle = "it is new: only a bot that runs can be paused; write state: running or state: stopped"
      return
    }
    steps = [.create(start: entry.state == .running)]
  }

  /// A bot that is there.
  ///
  /// - Parameters:
  ///   - completed: all settings that the file asks for, defaults included.
  ///   - restarts: a bot that runs may be stopped, changed and started again.
  init(_ bot: V1.Bot, completed: V1.BotSpec, state: WantedState?, openOrders: Int, restarts: Bool) {
    id = bot.id
    let standing = BotStanding(bot.state)
    changes = Self.changes(from: bot.spec ?? V1.BotSpec(), to: completed)
    let isChanged = !changes.isEmpty
    let now = standing.wanted?.rawValue ?? bot.state.name
    if let state, state != standing.wanted { changes.append(Change(field: "state", old: now, new: state.rawValue)) }
    if standing == .halted, state == .running || state == .paused {
      obstacle = "it is halted\(bot.stateReason.isEmpty ? "" : " (\(bot.stateReason))"): look at it, then start it: botctl start \(id)"
      return
    }
    if standing == .stopped, state == .paused {
      obstacle = "it is stopped: only a bot that runs can be paused; write state: running or state: stopped"
      return
    }
    if isChanged, let reason = Self.obstacle(to: bot, standing, state, openOrders: openOrders, restarts: restarts) {
      obstacle = reason
      return
    }
    steps = Self.steps(standing, state, isChanged: isChanged)
  }

  /// A bot that is in no file, with `--prune`.
  init(removing bot: V1.Bot) {
    id = bot.id
    if let held = bot.heldText {
      obstacle = "it is not in the file and holds \(held): it is not removed; sell it first (botctl close \(id)), then apply again"
      return
    }
    steps = [.runs, .paused].contains(BotStanding(bot.state)) ? [.stop, .remove] : [.remove]
  }

  /// Field by field, in the table's order.
  static func changes(from old: V1.BotSpec, to new: V1.BotSpec) -> [Change] {
    BotField.all.flatMap { field -> [Change] in
      let (before, after) = (field.values(of: old), field.values(of: new))
      let names = before.map(\.name) + after.map(\.name).filter { name in !before.contains { $0.name == name } }
      return names.compactMap { name in
        let pair = (before.first { $0.name == name }?.value ?? "", after.first { $0.name == name }?.value ?? "")
        return pair.0 == pair.1 ? nil : Change(field: name, old: pair.0, new: pair.1)
      }
    }
  }

  /// Why a bot's settings cannot be changed now.
  private static func obstacle(
    to bot: V1.Bot, _ standing: BotStanding, _ state: WantedState?, openOrders: Int, restarts: Bool
  ) -> String? {
    if let held = bot.heldText {
      return "it holds \(held): settings change only while it holds nothing; sell it first (botctl close \(bot.id)), then apply again"
    }
    if standing == .runs, state == nil || state == .running, !restarts {
      return "it runs: stop it first (botctl stop \(bot.id)), or apply with --restart, which stops it, changes it and starts it again"
    }
    // A stop withdraws an entry that rests; nothing else does.
    if standing != .runs, openOrders > 0 {
      return "it has \(openOrders) open orders: settings change only without; look at them with: botctl orders --bot \(bot.id)"
    }
    return nil
  }

  private static func steps(_ standing: BotStanding, _ state: WantedState?, isChanged: Bool) -> [Step] {
    let update: [Step] = isChanged ? [.update] : []
    switch (standing, state) {
    case (.runs, .stopped): return [.stop] + update
    case (.runs, .paused): return [.pause] + update
    case (.runs, _): return isChanged ? [.stop, .update, .start] : []
    case (.paused, .running): return update + [.resume]
    case (.paused, .stopped), (.halted, .stopped): return update + [.stop]
    case (.stopped, .running): return update + [.start]
    case (.paused, _), (.halted, _), (.stopped, _): return update
    }
  }
}

extension V1.Bot {
  /// For example `0.01 BTC`; `nil` where it holds nothing, or too little to be sold.
  var heldText: String? {
    guard let position, position.openedTimeNs != 0, DecimalText.units(position.quantity) ?? 0 != 0 else { return nil }
    return "\(DecimalText.trimmed(position.quantity)) \(baseAsset)"
  }
}
