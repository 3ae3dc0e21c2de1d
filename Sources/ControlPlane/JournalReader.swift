import BotAPI
import Journal
import NIOCore
import ServiceRuntime
import TTRPC

/// The thread on which calls read the journal: SQLite blocks, so neither an event loop nor Swift's shared pool may.
final class JournalReader: Sendable {
  private let journal: Journal
  private let thread: PinnedThread

  init(journal: Journal, capacity: Int) throws(RuntimeError) {
    self.journal = journal
    thread = try PinnedThread(name: "rpc-reader", capacity: capacity)
  }

  func stop() { thread.stop() }

  /// Runs work on the thread; false when too much waits already.
  func submit(_ body: @escaping @Sendable (Journal) -> Void) -> Bool {
    thread.submit { [journal] in body(journal) }
  }

  /// Answers a call from the journal. A call whose caller has gone, or whose time is up, is not read for.
  func answer<Response: BotMessage>(
    _ context: RPCContext, _ responder: TypedResponder<Response>, _ body: @escaping @Sendable (Journal, ReadLimit) throws -> Response
  ) {
    let limit = ReadLimit(deadline: context.deadline)
    let isQueued = submit { journal in
      guard responder.raw.isOpen else { return }
      do {
        try limit.check()
        responder.succeed(try body(journal, limit))
      } catch {
        responder.fail(Self.status(of: error))
      }
    }
    if !isQueued {
      responder.fail(
        RPCError(code: .resourceExhausted, reason: "TOO_MANY_READS", message: "too many calls wait for the journal; try again in a moment"))
    }
  }

  static func status(of error: any Error) -> RPCError {
    switch error {
    case let error as RPCError: error
    case let error as JournalError:
      RPCError(code: error.code == .closed ? .unavailable : .internalError, reason: "JOURNAL_UNREADABLE", message: error.message)
    default: RPCError(code: .internalError, reason: "INTERNAL", message: "the journal could not be read")
    }
  }
}

/// Until when a call may go on reading.
struct ReadLimit: Sendable {
  /// A call without a deadline of its own reads this long at most.
  static let withoutDeadline = TimeAmount.seconds(30)
  let deadline: NIODeadline

  init(deadline: NIODeadline?) { self.deadline = deadline ?? .now() + Self.withoutDeadline }

  var isOver: Bool { NIODeadline.now() >= deadline }

  func check() throws(RPCError) {
    guard isOver else { return }
    throw RPCError(
      code: .deadlineExceeded, reason: "DEADLINE_EXCEEDED", message: "the time for this call is up; ask for less or allow more time")
  }
}

/// A checked request, ready to be answered from the journal.
struct JournalQuery<Response: BotMessage>: Sendable {
  let read: @Sendable (Journal, ReadLimit) throws -> Response
}
