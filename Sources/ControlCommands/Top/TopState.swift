import BotAPI
import Time

/// Everything that the screen shows. Pure: told the time, changed by events only, and the same events give the same screen.
struct TopState: Sendable {
  /// Where the person is in a list.
  struct Place: Hashable, Sendable {
    /// Column that it is sorted by; nil: as the daemon gives it.
    var sort: Int?
    var descending = false
    var filter = ""
    /// Id of the row of the cursor.
    var selected: String?
    /// Number of that row among those shown.
    var index = 0
    /// Number of the first row on the screen.
    var offset = 0
    /// Numbers of the rows that are shown, in order.
    var shown: [Int] = []
  }

  /// What the keys do.
  enum Mode: Hashable, Sendable {
    case browse
    /// A filter is typed; what it was before.
    case filter(before: String)
    case confirm(TopDeed)
    case help
  }

  enum Connection: Hashable, Sendable {
    case up
    case down(reason: String, retryAt: Timestamp)
  }

  struct Message: Hashable, Sendable {
    var text: String
    var style: Style
    var until: Timestamp
  }

  /// Where the daemon is, for the person.
  var address = ""
  var size = ScreenSize(columns: 80, rows: 24)
  var now = Timestamp.zero
  /// Seconds between two questions to the daemon, at least 1.
  var interval: Int64 = 1
  var connection = Connection.up
  var data = TopData()
  var view = TopView.bots
  var places: [TopView: Place] = [:]
  var mode = Mode.browse
  /// The bot that is looked at; nil: a list is.
  var opened: String?
  /// First line of it on the screen.
  var scroll = 0
  var message: Message?

  /// How long a message stays, in nanoseconds.
  static let messageTime: Int64 = 8_000_000_000

  var place: Place { places[view] ?? Place() }

  /// The rows of a list, as they are filtered and sorted.
  func rows(_ view: TopView) -> [TopRow] {
    guard let list = data.lists[view] else { return [] }
    return (places[view] ?? Place()).shown.compactMap { $0 < list.rows.count ? list.rows[$0] : nil }
  }

  /// One of these rows; nil where there is none.
  func row(_ view: TopView, at index: Int) -> TopRow? {
    guard let place = places[view], let list = data.lists[view], place.shown.indices.contains(index) else { return nil }
    let number = place.shown[index]
    return number < list.rows.count ? list.rows[number] : nil
  }

  /// Age of what is shown, in seconds; nil: nothing came yet.
  var age: Int64? { data.takenAt == .zero ? nil : max(0, now.nanoseconds(since: data.takenAt) / 1_000_000_000) }

  /// What is shown may no longer be so.
  var isStale: Bool {
    if case .down = connection { return true }
    return (age ?? 0) > max(5, 5 * interval)
  }

  /// The bot under the cursor, or the one that is looked at.
  var bot: V1.Bot? {
    if let opened { return data.bots.first { $0.id == opened } ?? data.detail?.bot }
    guard let id = row(view, at: place.index)?.bot, !id.isEmpty else { return nil }
    return data.bots.first { $0.id == id }
  }

  // MARK: Events

  /// Takes what happened; returns what must be done.
  mutating func handle(_ event: TopEvent, now: Timestamp) -> [TopAction] {
    self.now = now
    if let message, message.until <= now { self.message = nil }
    switch event {
    case .keys(let keys): return keys.flatMap { press($0) }
    case .resized(let size):
      self.size = size
      arrangeAll()
      return [.repaint]
    case .connected:
      if case .down = connection { say("connected again", .good) }
      connection = .up
    case .refreshed(let data):
      self.data = data
      arrangeAll()
    case .lost(let reason, let seconds):
      connection = .down(reason: reason, retryAt: now.advanced(byMilliseconds: Int64(seconds) * 1_000))
    case .done(let text, let failed): say(text, failed ? .bad : .good)
    case .tick: break
    }
    return []
  }

  mutating func say(_ text: String, _ style: Style) {
    message = Message(text: text, style: style, until: now.advanced(byNanoseconds: Self.messageTime))
  }

  // MARK: Places

  private mutating func arrangeAll() { for view in TopView.allCases { arrange(view) } }

  /// Filters and sorts a list again. The cursor stays on its row; where that is gone, on its line.
  mutating func arrange(_ view: TopView) {
    var place = places[view] ?? Place()
    let list = data.lists[view]
    let words = place.filter.lowercased().split(separator: " ").map(String.init)
    place.shown = list?.arranged(words: words, column: place.sort, descending: place.descending) ?? []
    if let selected = place.selected, let list, let index = place.shown.firstIndex(where: { list.rows[$0].id == selected }) {
      place.index = index
    }
    places[view] = place
    settle(view)
  }

  /// Keeps the cursor among the rows and on the screen, and remembers its row.
  mutating func settle(_ view: TopView) {
    var place = places[view] ?? Place()
    place.index = min(max(place.index, 0), max(0, place.shown.count - 1))
    let height = max(1, TopLayout(size: size, view: view, isDetail: false).listRows)
    place.offset = min(max(place.offset, place.index - height + 1), place.index)
    place.offset = max(0, min(place.offset, place.shown.count - height))
    if let list = data.lists[view], place.index < place.shown.count {
      // A list that is empty for a moment does not forget where the person was.
      place.selected = list.rows[place.shown[place.index]].id
    }
    places[view] = place
  }
}
