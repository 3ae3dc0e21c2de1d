import ControlPlane
import Engine
import Journal

/// What `botctl health` says of the journal.
enum JournalHealth {
  static func update(_ health: HealthRegistry, _ disk: DiskState, _ journal: Journal) {
    let counters = [("sequence", Int64(clamping: journal.lastSequence)), ("pending", Int64(journal.pendingEntries))]
    switch disk {
    case .fine: health.set("journal", .ok, journal.directory, counters: counters)
    case .slow(let nanoseconds):
      health.set(
        "journal", .degraded,
        "the disk is slow: a commit took \(nanoseconds / 1_000_000) ms; entries that wait for it longer than \(DiskPatience.entry / 1_000_000) ms are not sent, exits go unrecorded and are recorded later",
        counters: counters)
    case .failed(let message, let isTriedAgain):
      let next =
        isTriedAgain
        ? "it is tried again by itself, and what happens meanwhile is recorded then"
        : "it is not tried again: look at the disk, then start botd again"
      health.set("journal", .down, "\(message). No entries; exits go on unrecorded; \(next)", counters: counters)
    }
  }
}
