/// A market of the simulated venue, found once: for drivers that hand over millions of candles.
public struct PaperMarketHandle: Hashable, Sendable {
  let market: Int
}
