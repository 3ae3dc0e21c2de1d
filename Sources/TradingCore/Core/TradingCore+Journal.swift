extension TradingCore {
  /// The journal failed, or is written again. One alert when it begins and one when it ends; the first is recorded when the journal is back.
  mutating func journalChanged(isHealthy: Bool, _ message: String, _ effects: inout [Effect]) {
    guard journalIsHealthy != isHealthy else { return }
    journalIsHealthy = isHealthy
    guard identity != nil else { return }
    if isHealthy {
      alert(.warning, .other, nil, "the journal is written again; what happened meanwhile is recorded", &effects)
    } else {
      alert(.critical, .other, nil, "the journal cannot be written (\(message)): entries are stopped, exits go on unrecorded", &effects)
      reviewEntries(&effects)
    }
  }
}
