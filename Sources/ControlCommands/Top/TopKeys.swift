import BotAPI
import Presentation

/// What each key does: a state machine without a terminal.
extension TopState {
  /// One key.
  mutating func press(_ key: Key) -> [TopAction] {
    switch key {
    case .control("c"): return [.quit]
    case .control("z"): return [.suspend]
    case .control("l"): return [.repaint]
    default: break
    }
    switch mode {
    case .help:
      mode = .browse
      return key == .character("q") ? [.quit] : []
    case .confirm(let deed): return answer(deed, key)
    case .filter(let before):
      type(key, before: before)
      return []
    case .browse: return browse(key)
    }
  }

  private mutating func browse(_ key: Key) -> [TopAction] {
    switch key {
    case .character("q"): return [.quit]
    case .character("?"), .help: mode = .help
    case .character("p"): ask(.pause)
    case .character("S"): ask(.stop)
    case .character("r"): ask(.resume)
    case .escape, .backspace: return back()
    default:
      if opened != nil {
        scrollDetail(key)
      } else {
        return list(key)
      }
    }
    return []
  }

  private mutating func list(_ key: Key) -> [TopAction] {
    let page = max(1, TopLayout(size: size, view: view, isDetail: false).listRows)
    switch key {
    case .up, .character("k"): move(-1)
    case .down, .character("j"): move(1)
    case .pageUp, .control("b"), .control("u"): move(-page)
    case .pageDown, .control("f"), .control("d"), .character(" "): move(page)
    case .home, .character("g"): move(-place.shown.count)
    case .end, .character("G"): move(place.shown.count)
    case .right, .tab, .character("l"): turn(1)
    case .left, .backTab, .character("h"): turn(-1)
    case .character("1"), .character("2"), .character("3"), .character("4"), .character("5"):
      if case .character(let digit) = key, let number = digit.wholeNumberValue, let view = TopView(rawValue: number) { self.view = view }
    case .character("/"): mode = .filter(before: place.filter)
    case .character("s"), .character(">"): sort(1)
    case .character("<"): sort(-1)
    case .character("I"):
      places[view, default: Place()].descending.toggle()
      arrange(view)
    case .enter: return open()
    default: break
    }
    return []
  }

  // MARK: Moving

  private mutating func move(_ rows: Int) {
    places[view, default: Place()].index += rows
    settle(view)
  }

  private mutating func turn(_ step: Int) {
    let views = TopView.allCases
    let index = (views.firstIndex(of: view) ?? 0) + step
    view = views[(index + views.count) % views.count]
  }

  /// The next column, and behind the last one the daemon's order. Numbers begin with the largest.
  private mutating func sort(_ step: Int) {
    guard let columns = data.lists[view]?.columns else { return }
    let count = columns.titles.count + 1
    let next = ((place.sort ?? -1) + 1 + step + count) % count - 1
    places[view, default: Place()].sort = next < 0 ? nil : next
    places[view, default: Place()].descending = next >= 0 && columns.isRight[next]
    arrange(view)
  }

  private mutating func open() -> [TopAction] {
    guard let bot else {
      if !place.shown.isEmpty { say("this line is not about a bot", .warning) }
      return []
    }
    opened = bot.id
    scroll = 0
    return [.watch(bot.id)]
  }

  private mutating func back() -> [TopAction] {
    if opened != nil {
      opened = nil
      return [.watch(nil)]
    }
    guard !place.filter.isEmpty else { return [] }
    places[view, default: Place()].filter = ""
    arrange(view)
    return []
  }

  private mutating func scrollDetail(_ key: Key) {
    let layout = TopLayout(size: size, view: view, isDetail: true)
    let page = max(1, layout.listRows)
    let last = max(0, TopRender.detailLines(self, columns: size.columns).count - page)
    switch key {
    case .up, .character("k"): scroll -= 1
    case .down, .character("j"): scroll += 1
    case .pageUp, .control("b"), .control("u"): scroll -= page
    case .pageDown, .control("f"), .control("d"), .character(" "): scroll += page
    case .home, .character("g"): scroll = 0
    case .end, .character("G"): scroll = last
    default: break
    }
    scroll = min(max(0, scroll), last)
  }

  // MARK: Filter

  /// Longest filter, in characters.
  private static let filterMaximum = 60

  private mutating func type(_ key: Key, before: String) {
    var filter = place.filter
    switch key {
    case .enter: mode = .browse
    case .escape:
      mode = .browse
      filter = before
    case .backspace where filter.isEmpty: mode = .browse
    case .backspace, .delete: filter = String(filter.dropLast())
    case .control("u"): filter = ""
    case .character(let character): filter.append(character)
    case .pasted(let text): filter += text.filter { !$0.isNewline }
    default: break
    }
    places[view, default: Place()].filter = String(filter.prefix(Self.filterMaximum))
    arrange(view)
  }

  // MARK: Deeds

  private mutating func ask(_ wish: TopVerb) {
    guard let bot else { return say("choose a bot first", .warning) }
    guard case .up = connection else { return say("botd does not answer; nothing can be asked of it", .bad) }
    let verb: TopVerb = wish == .resume && bot.state != .paused ? .start : wish
    if let refusal = Self.refusal(verb, bot) { return say(refusal, .warning) }
    mode = .confirm(TopDeed(verb: verb, botID: bot.id, createdSequence: bot.createdSequence))
  }

  /// Why there is nothing to do; nil: the daemon may be asked.
  private static func refusal(_ verb: TopVerb, _ bot: V1.Bot) -> String? {
    switch (verb, bot.state) {
    case (.pause, .running), (.pause, .waiting): nil
    case (.pause, _): "\(bot.id) is \(bot.state.name): only a bot that runs can be paused"
    case (.stop, .stopped), (.stop, .created), (.stop, .removed): "\(bot.id) is \(bot.state.name) already"
    case (.start, .running), (.start, .waiting): "\(bot.id) is \(bot.state.name) already"
    default: nil
    }
  }

  private mutating func answer(_ deed: TopDeed, _ key: Key) -> [TopAction] {
    mode = .browse
    guard key == .character("y") || key == .character("Y") else {
      say("nothing was done", .plain)
      return []
    }
    guard let bot = data.bots.first(where: { $0.id == deed.botID }), bot.createdSequence == deed.createdSequence else {
      say("\(deed.botID) is not the bot any more that was meant; nothing was done", .bad)
      return []
    }
    guard case .up = connection else {
      say("botd does not answer; nothing was done", .bad)
      return []
    }
    say("\(deed.botID): asked to \(deed.verb.word) …", .plain)
    return [.perform(deed)]
  }

  /// The question of a deed, with what becomes of what the bot holds.
  func question(_ deed: TopDeed) -> String {
    let bot = data.bots.first { $0.id == deed.botID }
    let quantity = bot?.position?.quantity ?? ""
    let held = (DecimalText.units(quantity) ?? 0) == 0 ? nil : "\(DecimalText.trimmed(quantity)) \(bot?.baseAsset ?? "")"
    switch deed.verb {
    case .stop: return "Stop \(deed.botID)? " + (held.map { "Its \($0) stay, with their stop and target." } ?? "It holds nothing.")
    case .pause: return "Pause \(deed.botID)? No entries until resumed" + (held.map { "; its \($0) may be sold." } ?? ".")
    case .resume: return "Resume \(deed.botID)? It may make entries again."
    case .start:
      let reason = bot?.state == .halted ? bot?.reasonText ?? "" : ""
      return "Start \(deed.botID)?" + (reason.isEmpty ? "" : " It was halted: \(reason).")
    }
  }
}
