import BotAPI
import TTRPC
import TradingCore
import TradingModel

/// The part of `RiskService` about locks of entries.
struct LockHandlers: Sendable {
  let context: ControlContext

  func register(on server: RPCServer) {
    server.serve(V1.RiskService.getLocks) { (_, _: V1.GetLocksRequest) throws(RPCError) in locks() }
    server.serveMutation(V1.RiskService.lockEntries, context) {
      (mutation: Mutation<V1.LockEntriesResponse>, request: V1.LockEntriesRequest) throws(RPCError) in try lock(mutation, request)
    }
    server.serveMutation(V1.RiskService.unlockEntries, context) {
      (mutation: Mutation<V1.UnlockEntriesResponse>, request: V1.UnlockEntriesRequest) throws(RPCError) in try unlock(mutation, request)
    }
  }

  private func locks() -> V1.GetLocksResponse {
    let view = context.board.view
    return V1.GetLocksResponse(locks: view.locks.standing(at: view.time).map { V1.EntryLock($0) })
  }

  private func lock(_ mutation: Mutation<V1.LockEntriesResponse>, _ request: V1.LockEntriesRequest) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(request.requestID)
    check.reason(request.reason)
    var scope = LockScope.account
    if !request.botID.isEmpty {
      if let id = check.botID(request.botID) { scope = .bot(id) }
      if !request.symbol.isEmpty { check.wrong("symbol", "TOO_MANY_VALUES", "name a bot or a symbol, not both") }
    } else if !request.symbol.isEmpty, let symbol = check.symbol(request.symbol) {
      scope = .symbol(symbol)
    }
    try check.finish()
    mutation.require(.lockEntries(scope, forMilliseconds: request.durationMs, reason: request.reason)) { [scope] _ in
      let view = context.board.view
      let made = view.locks.standing(at: view.time).last { $0.lock.scope == scope && $0.lock.cause == .person }
      mutation.succeed(V1.LockEntriesResponse(lock: made.map { V1.EntryLock($0) }))
    }
  }

  private func unlock(_ mutation: Mutation<V1.UnlockEntriesResponse>, _ request: V1.UnlockEntriesRequest) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(request.requestID)
    check.reason(request.reason)
    if request.lockID <= 0 { check.wrong("lock_id", "REQUIRED", "lock_id must be the id of a lock; GetLocks has them") }
    try check.finish()
    mutation.require(.unlockEntries(UInt64(max(request.lockID, 0)), reason: request.reason)) { _ in
      mutation.succeed(V1.UnlockEntriesResponse())
    }
  }
}
