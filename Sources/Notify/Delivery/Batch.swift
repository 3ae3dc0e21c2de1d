import Presentation
import Time
import TradingModel

/// What waits to be told in one message: the most important with a line each, of everything how many and how much. Its size is bounded
/// whatever happens.
struct Batch: Sendable, Hashable {
  struct Entry: Sendable, Hashable {
    var happening: Happening
    var line: String
    /// Told only by number, since the same was told a short while ago.
    var isRepeat = false
  }

  /// Most happenings with a line.
  static let entriesMaximum = 40
  /// Most sorts and assets that are told apart; the rest is counted together.
  static let sortsMaximum = 40
  private static let summaryLinesMaximum = 15

  private(set) var entries: [Entry] = []
  /// Of the daemon's unrecorded events and of notify's own, which no journal could tell again.
  private(set) var notes: [Entry] = []
  private(set) var count = 0
  private(set) var sorts: [String: Int] = [:]
  private(set) var profit: [String: Amount] = [:]
  private(set) var level = Level.info
  private(set) var first = Timestamp.distantFuture
  private(set) var last = Timestamp.zero
  /// When it is to be told.
  var due = Timestamp.distantFuture
  /// It was kept back: by a channel that failed, or by quiet hours.
  var wasHeld = false

  mutating func add(_ entry: Entry, due: Timestamp) {
    let happening = entry.happening
    count += 1
    level = max(level, happening.level)
    first = min(first, happening.time)
    last = max(last, happening.time)
    self.due = min(self.due, due)
    count(Self.sort(of: happening), 1)
    if let amount = happening.profit { book(amount, happening.asset) }
    if happening.sequence == 0 { Self.append(entry, to: &notes) } else { Self.append(entry, to: &entries) }
  }

  /// Adds what came after.
  mutating func add(_ later: Batch) {
    count += later.count
    level = max(level, later.level)
    first = min(first, later.first)
    last = max(last, later.last)
    due = min(due, later.due)
    wasHeld = wasHeld || later.wasHeld
    for (sort, number) in later.sorts { count(sort, number) }
    for (asset, amount) in later.profit { book(amount, asset) }
    for entry in later.entries { Self.append(entry, to: &entries) }
    for entry in later.notes { Self.append(entry, to: &notes) }
  }

  private mutating func count(_ sort: String, _ number: Int) {
    let isKnown = sorts[sort] != nil || sorts.count < Self.sortsMaximum
    sorts[isKnown ? sort : "other", default: 0] += number
  }

  private mutating func book(_ amount: Amount, _ asset: String) {
    let isKnown = profit[asset] != nil || profit.count < Self.sortsMaximum
    // Amounts of different assets are never added.
    if isKnown { profit[asset] = (profit[asset] ?? .zero) + amount }
  }

  /// The least urgent, and of those the oldest, gives way.
  private static func append(_ entry: Entry, to list: inout [Entry]) {
    list.append(entry)
    guard list.count > entriesMaximum else { return }
    let least = list.map { $0.isRepeat ? 0 : $0.happening.level.rawValue }.min() ?? 0
    if let index = list.firstIndex(where: { ($0.isRepeat ? 0 : $0.happening.level.rawValue) == least }) { list.remove(at: index) }
  }

  /// What happenings are counted by.
  private static func sort(of happening: Happening) -> String {
    happening.code.isEmpty ? happening.kind.rawValue : "\(happening.kind.rawValue) \(happening.code)"
  }

  // MARK: The message

  /// - Parameter lateAfter: nanoseconds after which it tells of the past.
  func message(id: String, now: Timestamp, zone: String, lateAfter: Int64, through: Int64, throughTime: Timestamp) -> Message {
    let isLate = wasHeld || now.nanoseconds(since: due) > lateAfter
    let shown = (notes + entries).filter { !$0.isRepeat }.sorted { $0.happening.time < $1.happening.time }
    let isSummary = isLate && count > 1
    let title: String
    var lines: [String] = []
    if count == 1, let only = shown.first ?? notes.first ?? entries.first {
      title = Self.title(only.happening)
      lines = [only.line]
      if isLate { lines.append("(told late: it happened at \(Self.clock(first, zone, now)))") }
    } else {
      let span = "\(Self.clock(first, zone, now)) to \(Self.clock(last, zone, now))"
      let urgent = level == .info ? "" : ", the worst \(level.word)"
      let what = "\(sortsText(most: 3))\(profitText.map { "; \($0)" } ?? "")\(urgent)"
      title = isSummary ? "missed from \(span): \(what)" : what
      if isSummary || count > shown.count { lines.append(sortsText(most: 20)) }
      if let profitText { lines.append(profitText) }
      if isSummary {
        // The worst first; the newest of the rest.
        let worst = shown.filter { $0.happening.level > .info }
        let picked = (worst + shown.filter { $0.happening.level == .info }.reversed()).prefix(Self.summaryLinesMaximum)
        lines += picked.sorted { $0.happening.time < $1.happening.time }.map(\.line)
        if picked.count < count { lines.append("all of it: botctl events --since \(TimeText.rfc3339(first))") }
      } else {
        lines += shown.map(\.line)
        if shown.isEmpty, let latest = entries.last { lines.append("the last: \(latest.line)") }
      }
    }
    return Message(
      id: id, level: level, title: Plain.text("botd: " + title, maximum: 160), lines: lines, count: count,
      happenings: Self.json(shown.suffix(Self.entriesMaximum)), isSummary: isSummary, through: through, throughTime: throughTime)
  }

  private static func title(_ happening: Happening) -> String {
    let level = happening.level == .info ? "" : "\(happening.level.word): "
    let bot = happening.bot.isEmpty ? "" : "\(happening.bot) "
    let isOwn = happening.kind == .link || happening.kind == .threshold
    return level + bot + (isOwn ? String(happening.what.prefix { $0 != ";" }) : sort(of: happening))
  }

  /// "12 trade buy, 3 alert ORDER_REFUSED, 4 more"
  private func sortsText(most: Int) -> String {
    let list = sorts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let words = list.prefix(most).map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    return list.count > most ? words + ", \(list.dropFirst(most).reduce(0) { $0 + $1.value }) more" : words
  }

  /// "realized +4.11 USDT, -0.01 BTC"; `nil` where nothing was.
  private var profitText: String? {
    guard !profit.isEmpty else { return nil }
    return "realized "
      + profit.sorted { $0.key < $1.key }.map { asset, amount in
        // Two places show nothing of a few satoshi.
        let isTiny = !amount.isZero && amount.magnitude < FixedDecimal(1) && Self.coins.contains(asset)
        let text = isTiny ? (amount.isPositive ? "+" : "") + amount.description : DecimalText.money(amount, isSigned: true)
        return asset.isEmpty ? text : "\(text) \(asset)"
      }.joined(separator: ", ")
  }

  /// Quote assets of which a hundredth is much.
  private static let coins: Set<String> = ["BTC", "ETH", "BNB", "SOL", "XRP", "DOT"]

  /// "14:02", with its date where it is another day.
  static func clock(_ time: Timestamp, _ zone: String, _ now: Timestamp) -> String {
    let civil = Zone.civil(time, zone)
    return civil.date == Zone.civil(now, zone).date ? civil.clock : "\(civil.date) \(civil.clock)"
  }

  private static func json(_ entries: ArraySlice<Entry>) -> String {
    var json = JSONText()
    json.beginArray()
    for entry in entries {
      json.element()
      HappeningJSON.write(entry.happening, &json)
    }
    json.endArray()
    return json.text
  }
}

/// Happenings as JSON.
enum HappeningJSON {
  static func write(_ happening: Happening, _ json: inout JSONText) {
    json.beginObject()
    json.field("sequence", happening.sequence)
    json.field("time_ns", happening.time.nanoseconds)
    json.field("kind", happening.kind.rawValue)
    json.field("level", happening.level.word)
    json.field("bot_id", happening.bot)
    json.field("symbol", happening.symbol)
    json.field("code", happening.code)
    json.field("what", Plain.text(happening.what, maximum: 400))
    if let profit = happening.profit {
      json.field("realized_pnl", profit)
      json.field("asset", happening.asset)
    }
    json.endObject()
  }

  static func read(_ tree: JSONTree) -> Happening? {
    guard let time = tree["time_ns"]?.int64, let kind = tree["kind"]?.text.flatMap(Happening.Kind.init(rawValue:)),
      let level = tree["level"]?.text.flatMap(Level.init(word:)), let what = tree["what"]?.text
    else { return nil }
    return Happening(
      sequence: tree["sequence"]?.int64 ?? 0, time: Timestamp(nanoseconds: time), kind: kind, level: level, bot: tree["bot_id"]?.text ?? "",
      symbol: tree["symbol"]?.text ?? "", code: tree["code"]?.text ?? "", what: what,
      profit: tree["realized_pnl"]?.text.flatMap { FixedDecimal(text: $0) }, asset: tree["asset"]?.text ?? "")
  }
}
