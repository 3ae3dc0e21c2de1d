import Testing
import Time
import TradingModel
import Venue

@testable import TradingCore

/// An exit takes the place of the stop that rests, in one request.
@Suite struct ExitInPlaceTests {
  private typealias Bench = HeldBotTests.Bench

  /// A bot whose stop rests; the number of its order is 50.
  private static func held(takeProfit: String = "0") throws -> (Bench, [OrderRequest]) {
    var bench = Bench(takeProfit: takeProfit)
    try bench.buy()
    let resting = bench.takeSent().filter { $0.side == .sell }
    for (number, request) in resting.enumerated() { bench.rest(request, number: 50 + Int64(number)) }
    bench.effects = []
    return (bench, resting)
  }

  private static func close(_ bench: inout Bench) -> [ApprovedOrder] {
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .closePosition(Samples.bot("one")))))
    return bench.effects.compactMap { if case .submit(let order, _) = $0 { order } else { nil } }
  }

  @Test func oneRequestCancelsTheStopAndSells() throws {
    var (bench, resting) = try Self.held()
    let sent = Self.close(&bench)
    #expect(sent.map(\.request.type) == [.market] && sent.first?.replaces == resting.first?.clientOrderID)
    #expect(!bench.effects.contains { if case .cancel = $0 { true } else { false } }, "no request of its own")
    let last = bench.journal.suffix(2).map(\.record)
    guard case .cancelRequested(let cancel) = last.first, case .orderIntent(let intent) = last.last else {
      Issue.record("both are recorded before it leaves: \(last)")
      return
    }
    #expect(cancel.clientOrderID == resting.first?.clientOrderID && intent.request == sent.first?.request)
    bench.effects = []
    bench.tell(resting[0], .canceled, number: 50)
    #expect(bench.takeSent().isEmpty, "the sale is on its way")
    bench.fill(sent[0].request, at: FixedDecimal(50_000))
    #expect(bench.bot?.position.isOpen == false && bench.takeSent().isEmpty)
  }

  @Test func itEndsAWholePair() throws {
    var (bench, resting) = try Self.held(takeProfit: "0.04")
    #expect(resting.count == 2)
    let sent = Self.close(&bench)
    #expect(sent.first?.replaces == resting.first { $0.type == .stopLoss }?.clientOrderID)
    #expect(resting.allSatisfy { bench.core.order($0.clientOrderID)?.status == .pendingCancel })
  }

  /// The stop was filled meanwhile: nothing was cancelled, so nothing was sold.
  @Test func whereTheStopActedNothingIsSoldTwice() throws {
    var (bench, resting) = try Self.held()
    let sent = Self.close(&bench)
    bench.effects = []
    bench.step(.canceled(resting[0].clientOrderID, .notOpen(message: "Unknown order sent.")))
    bench.step(.submitted(sent[0].request.clientOrderID, .notAttempted(message: "not sent: nothing was cancelled")))
    #expect(bench.asked == [resting[0].clientOrderID] && bench.takeSent().isEmpty)
    bench.fill(resting[0], at: FixedDecimal(48_900), number: 50)
    #expect(bench.bot?.position.isOpen == false && bench.takeSent().isEmpty)
  }

  /// The stop still rests: the exit is tried again, in its place.
  @Test func whereNothingWasDoneItIsTriedAgain() throws {
    var (bench, resting) = try Self.held()
    let sent = Self.close(&bench)
    bench.effects = []
    bench.step(.canceled(resting[0].clientOrderID, .rejected(code: -1_015, message: "Too many new orders.")))
    bench.step(.submitted(sent[0].request.clientOrderID, .rejected(code: -1_015, message: "Too many new orders.")))
    for _ in 0..<80 {
      for id in bench.asked where id == resting[0].clientOrderID {
        var rests = bench.report(resting[0], .accepted, number: 50)
        rests.source = .query
        bench.step(.queried(id, .found(rests)))
      }
      if bench.takeSubmitted().contains(where: { $0.replaces == resting[0].clientOrderID }) { return }
      bench.step(.clock, after: 250)
    }
    Issue.record("the exit was not tried again")
  }

  /// The cancel was done and the sale refused: the position is put under a stop again, and nothing is repeated without a pause.
  @Test func whereTheSaleIsRefusedAStopRestsAgain() throws {
    var (bench, resting) = try Self.held()
    let sent = Self.close(&bench)
    bench.effects = []
    bench.tell(resting[0], .canceled, number: 50)
    bench.step(.submitted(sent[0].request.clientOrderID, .rejected(code: -2_010, message: "This action is disabled on this account.")))
    #expect(bench.takeSent().map(\.type) == [.stopLoss])
  }

  /// What was filled in part can't be replaced: it is cancelled, and what is left is sold.
  @Test func aTargetThatWasFilledInPartIsCancelledFirst() throws {
    var (bench, resting) = try Self.held(takeProfit: "0.04")
    let target = try #require(resting.first { $0.type == .limitMaker })
    bench.fillPart(target, Samples.decimal("0.05"), at: target.price, number: 51)
    bench.effects = []
    let sent = Self.close(&bench)
    #expect(sent.allSatisfy { $0.replaces == nil } && !bench.effects.isEmpty)
  }

  /// Journals from before that are replayed as they were.
  @Test func anOldJournalCancelsFirst() throws {
    var (bench, resting) = try Self.held()
    bench.core.cancelBeforeExits(true)
    #expect(Self.close(&bench).isEmpty && bench.takeCanceled() == [resting[0].clientOrderID])
    bench.tell(resting[0], .canceled, number: 50)
    #expect(bench.takeSent().map(\.type) == [.market])
  }
}
