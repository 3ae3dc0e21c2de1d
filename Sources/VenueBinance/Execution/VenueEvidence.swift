public import TradingModel
import Venue

/// Something that was read from the exchange and is contradicted by what it does: it should be read again.
public enum VenueEvidence: Hashable, Sendable {
  /// A symbol's filters, precision, order types or status.
  case rules(Symbol)
  /// What the key or the account may do.
  case permissions
  /// What the account pays on a symbol.
  case fees(Symbol)
}

/// Finds evidence in refusals and fills; each kind is told at most once a minute. Pure state; times are monotonic nanoseconds.
struct EvidenceWatch {
  /// A rate that is this much off, as a part of it, is another rate: 2 %.
  private static let tolerance = FixedDecimal(raw: 2_000_000)
  /// Commissions are rounded in ways that are not documented: this much of the asset proves nothing.
  private static let rounding = FixedDecimal(raw: 2)
  private static let pauseNanoseconds: Int64 = 60_000_000_000

  private struct Payment: Hashable {
    var symbol: Symbol
    var side: Side
    var isMaker: Bool
  }

  /// What was last paid per unit received, in the asset received.
  private var rates: [Payment: FixedDecimal] = [:]
  private var toldAt: [VenueEvidence: Int64] = [:]

  /// What a refusal of an order contradicts (Binance: errors.md).
  mutating func refused(_ symbol: Symbol, code: Int, message: String, at now: Int64) -> VenueEvidence? {
    switch code {
    // Filter failure, precision, unsupported combination, unknown symbol, status.
    case -1_013, -1_111, -1_014, -1_121, -1_220: return tell(.rules(symbol), at: now)
    case -1_002, -1_022, -2_014, -2_015: return tell(.permissions, at: now)
    case -2_010:
      let words = message.lowercased()
      if words.contains("not permitted") || words.contains("restricted") || words.contains("disabled") {
        return tell(.permissions, at: now)
      }
      if words.contains("market is closed") || words.contains("not supported") { return tell(.rules(symbol), at: now) }
      return nil
    default: return nil
    }
  }

  /// What a fill contradicts: the account pays another rate than for the fill before. One that is paid in a third asset says nothing.
  mutating func filled(_ fill: Fill, _ side: Side, at now: Int64) -> VenueEvidence? {
    let received = side == .buy ? fill.quantity : fill.quoteQuantity
    let isInReceived = side == .buy ? fill.symbol.text.hasPrefix(fill.commissionAsset) : fill.symbol.text.hasSuffix(fill.commissionAsset)
    guard received.isPositive, !fill.commissionAsset.isEmpty, isInReceived, !fill.commission.isNegative else { return nil }
    let payment = Payment(symbol: fill.symbol, side: side, isMaker: fill.isMaker)
    let known = rates[payment]
    guard let known else {
      rates[payment] = fill.commission.divided(by: received, rounding: .nearest)
      return nil
    }
    let expected = received * known
    let difference = fill.commission > expected ? fill.commission - expected : expected - fill.commission
    // What one last digit of the rate makes of it counts as rounding too.
    let allowed = Self.rounding + expected * Self.tolerance + received * FixedDecimal(raw: 1)
    guard difference > allowed else { return nil }
    rates[payment] = fill.commission.divided(by: received, rounding: .nearest)
    return tell(.fees(fill.symbol), at: now)
  }

  private mutating func tell(_ evidence: VenueEvidence, at now: Int64) -> VenueEvidence? {
    if let told = toldAt[evidence], now - told < Self.pauseNanoseconds { return nil }
    toldAt[evidence] = now
    return evidence
  }
}
