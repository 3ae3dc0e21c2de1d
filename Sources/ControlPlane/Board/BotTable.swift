import TradingCore
import TradingModel

/// A snapshot that can be shared without copying it.
final class BoardBot: Sendable {
  let id: BotID
  let snapshot: BotSnapshot
  /// The bot is gone; the snapshot is its last.
  let isRemoved: Bool
  init(id: BotID, snapshot: BotSnapshot, isRemoved: Bool = false) {
    self.id = id
    self.snapshot = snapshot
    self.isRemoved = isRemoved
  }
}

/// Bots by id, in chunks: a reader's copy costs the writer one chunk, not the table.
struct BotTable: Sendable {
  private static let chunkSize = 64
  private var chunks: [ContiguousArray<BoardBot>] = []
  private var slots: [BotID: Int] = [:]
  /// Slots in order of id.
  private var ordered: [Int] = []

  var count: Int { ordered.count }

  subscript(id: BotID) -> BoardBot? { slots[id].map { self[slot: $0] } }

  private subscript(slot slot: Int) -> BoardBot { chunks[slot / Self.chunkSize][slot % Self.chunkSize] }

  mutating func set(_ bot: BoardBot) {
    if let slot = slots[bot.id] {
      chunks[slot / Self.chunkSize][slot % Self.chunkSize] = bot
      return
    }
    let slot = ordered.count
    if slot % Self.chunkSize == 0 { chunks.append([]) }
    chunks[slot / Self.chunkSize].append(bot)
    slots[bot.id] = slot
    ordered.insert(slot, at: position(after: bot.id, inclusive: true))
  }

  /// All bots in order of id, after `id` if given.
  func bots(after id: BotID? = nil) -> some Sequence<BoardBot> {
    let start = id.map { position(after: $0, inclusive: false) } ?? 0
    return ordered[start...].lazy.map { self[slot: $0] }
  }

  /// The first position whose id is greater than `id`, or equal to it when `inclusive`.
  private func position(after id: BotID, inclusive: Bool) -> Int {
    var low = 0
    var high = ordered.count
    while low < high {
      let middle = (low + high) / 2
      let other = self[slot: ordered[middle]].id
      if other < id || (!inclusive && other == id) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
