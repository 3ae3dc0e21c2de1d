public import ServiceRuntime

/// How long the journal's transactions took since the process began.
public struct JournalTimes: Sendable {
  /// A whole transaction: all entries that waited, and making them durable.
  public let write = LatencyHistogram()
  /// Of that the commit alone: the log's write and its sync.
  public let synchronize = LatencyHistogram()
}
