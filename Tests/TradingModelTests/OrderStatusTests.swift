import Testing
import TradingModel

struct OrderStatusTests {
  /// The whole table, row by row: what each status may become.
  private static let table: [OrderStatus: Set<OrderStatus>] = [
    .initialized: [.submitted, .denied, .unknown],
    .denied: [],
    .submitted: [.accepted, .partiallyFilled, .filled, .pendingCancel, .canceled, .rejected, .expired, .unknown, .waiting],
    .accepted: [.partiallyFilled, .filled, .pendingCancel, .canceled, .rejected, .expired],
    .partiallyFilled: [.partiallyFilled, .filled, .pendingCancel, .canceled, .expired],
    .filled: [],
    .pendingCancel: [.accepted, .partiallyFilled, .filled, .canceled, .expired, .waiting],
    .canceled: [.filled],
    .rejected: [.accepted, .partiallyFilled, .filled, .waiting],
    .expired: [.accepted, .partiallyFilled, .filled, .waiting],
    .unknown: [.accepted, .partiallyFilled, .filled, .pendingCancel, .canceled, .rejected, .expired, .unknown, .waiting],
    .waiting: [.accepted, .partiallyFilled, .filled, .pendingCancel, .canceled, .rejected, .expired],
  ]

  @Test(arguments: OrderStatus.allCases)
  func itBecomesOnlyWhatTheTableAllows(status: OrderStatus) {
    #expect(Set(OrderStatus.allCases.filter { status.canBecome($0) }) == Self.table[status])
  }

  @Test func terminalMeansNoFurtherChangeIsExpected() {
    #expect(OrderStatus.allCases.filter(\.isTerminal) == [.denied, .filled, .canceled, .rejected, .expired])
  }

  @Test func everyOpenStatusCanReachATerminalOne() {
    for status in OrderStatus.allCases where !status.isTerminal {
      var reached: Set<OrderStatus> = [status]
      for _ in OrderStatus.allCases { for from in reached { reached.formUnion(OrderStatus.allCases.filter { from.canBecome($0) }) } }
      #expect(reached.contains(.filled) && reached.contains(.canceled), "\(status)")
    }
  }

  @Test func nothingReturnsToInitialized() {
    #expect(OrderStatus.allCases.allSatisfy { !$0.canBecome(.initialized) })
  }

  @Test func spellingsAreUniqueAndStable() {
    #expect(
      OrderStatus.allCases.map(\.description).joined(separator: " ")
        == "initialized denied submitted accepted partially_filled filled pending_cancel canceled rejected expired unknown waiting")
    #expect(OrderStatus.allCases.map(\.rawValue) == Array(1...12))
  }

  @Test(arguments: OrderType.allCases)
  func contingentOrdersWaitForATrigger(type: OrderType) {
    #expect(type.isContingent == (type.description.hasPrefix("stop_loss") || type.description.hasPrefix("take_profit")))
    #expect(type.hasLimitPrice == type.description.contains("limit"))
  }
}
