import Foundation
import ServiceRuntime
import TestSupport
import Testing
import Time
import TradingCore
import VenueBinance

@testable import BotDaemon

/// Which account, which key, which copy (wounds 4 and 12).
@Suite struct AccountCheckTests {
  private let here = AccountBinding(exchange: "binance-testnet", uid: 1)

  @Test func aJournalBelongsToOneAccountOfOneExchange() {
    #expect(AccountCheck.refusal(here, bound: nil, directory: "/d") == nil)
    #expect(AccountCheck.refusal(here, bound: here, directory: "/d") == nil)
    let other = AccountCheck.refusal(AccountBinding(exchange: "binance-testnet", uid: 22), bound: here, directory: "/d")
    #expect(other?.message.contains("account 1 of binance-testnet") == true && other?.message.contains("account 22") == true)
    #expect(AccountCheck.refusal(AccountBinding(exchange: "binance", uid: 1), bound: here, directory: "/d") != nil)
  }

  @Test func aKeyThatMayWithdrawNeedsAWord() {
    var key = KeyRestrictions(allowsWithdrawals: false, isBoundToAddresses: true, allowsSpotTrading: true)
    #expect(AccountCheck.refusal(key, allowsWithdrawalKey: false) == nil && AccountCheck.warnings(key, kind: .real).isEmpty)
    key.allowsWithdrawals = true
    #expect(AccountCheck.refusal(key, allowsWithdrawalKey: false)?.message.contains("--allow-withdrawal-key") == true)
    #expect(AccountCheck.refusal(key, allowsWithdrawalKey: true) == nil && AccountCheck.warnings(key, kind: .real).count == 1)
    key = KeyRestrictions(allowsWithdrawals: false, isBoundToAddresses: false, allowsSpotTrading: false)
    #expect(AccountCheck.warnings(key, kind: .real).count == 2 && AccountCheck.warnings(key, kind: .simulator).count == 1)
  }

  private func started(_ records: [StartRecord], orders: [UInt64] = []) throws -> KnownStarts {
    var core = TradingCore(configuration: CoreConfiguration(mode: .testnet))
    var effects: [Effect] = []
    core.open(JournalIdentity(id: "abcd1234", mode: .testnet), at: Timestamp(nanoseconds: 1), effects: &effects)
    for record in records { core.step(.started(record), at: Timestamp(nanoseconds: 2), effects: &effects) }
    return core.starts
  }

  @Test func aCopyIsToldFromItsOriginal() throws {
    let directory = try TemporaryDirectory("place")
    let original = directory.file("state")
    try FileManager.default.createDirectory(atPath: original, withIntermediateDirectories: false)
    func claim(_ path: String, _ starts: KnownStarts, accepts: Bool = false) throws -> StartRecord {
      try StateClaim.start(directory: path, starts, acceptsCopy: accepts, now: Timestamp(nanoseconds: 5_000_000_000))
    }
    let first = try claim(original, KnownStarts())
    #expect(first.epoch == 5_000)
    let known = try started([first])
    // The same millisecond, or a clock that went back: the number rises all the same.
    #expect(try claim(original, known).epoch == 5_001)
    // It may be moved, not copied.
    let moved = directory.file("moved")
    try FileManager.default.moveItem(atPath: original, toPath: moved)
    #expect(try claim(moved, known).place.isSame(as: first.place))
    let copy = directory.file("copy")
    #expect(try run(["cp", "-a", moved, copy]).code == 0)
    let error = #expect(throws: DaemonError.self) { try claim(copy, known) }
    #expect(error?.message.contains("--accept-copy") == true)
    let taken = try claim(copy, known, accepts: true)
    #expect(taken.acceptsEarlier && !taken.place.isSame(as: first.place))
    #expect(try claim(copy, try started([first, taken])).epoch == taken.epoch + 1)
  }

  @Test func anAccountIsLockedOnce() throws {
    let directory = try TemporaryDirectory("accounts")
    let folder = directory.file("botd/accounts")
    var first = try AccountLock(directory: folder, name: "binance-1")
    #expect(first != nil)
    let error = #expect(throws: DaemonError.self) { try AccountLock(directory: folder, name: "binance-1") }
    #expect(error?.message.contains("pid \(getpid())") == true && error?.message.contains("binance-1") == true)
    #expect(try AccountLock(directory: folder, name: "binance-2") != nil)
    first = nil
    #expect(try AccountLock(directory: folder, name: "binance-1") != nil)
    #expect(try AccountLock(directory: "/proc/none/accounts", name: "binance-1") == nil, "one guard of several")
  }

  @Test func machinesAndFileSystemsThatDoNotSayAreNotHeldAgainstIt() {
    let place = StatePlace(machine: 7, inode: 3, birth: 9)
    #expect(place.isSame(as: StatePlace(machine: 0, inode: 3, birth: 0)))
    #expect(!place.isSame(as: StatePlace(machine: 8, inode: 3, birth: 9)))
    #expect(!place.isSame(as: StatePlace(machine: 7, inode: 3, birth: 10)))
    #expect(!place.isSame(as: StatePlace(machine: 7, inode: 4, birth: 9)))
  }

  @Test func ordersOfUnknownStartsAreAStrangers() throws {
    let place = StatePlace(machine: 1, inode: 1, birth: 1)
    var starts = try started([100, 200].map { StartRecord(epoch: $0, place: place, acceptsEarlier: false) })
    func stranger(_ name: String, own: UInt64 = 200) -> String? {
      StateClaim.stranger(name, journal: "abcd1234", starts, own: own)?.message
    }
    let tag = { (epoch: UInt64) in String(epoch, radix: 36) }
    #expect(stranger("abcd1234-7-\(tag(100))") == nil && stranger("abcd1234-8-\(tag(200))") == nil)
    #expect(stranger("abcd1234-9-\(tag(201))")?.contains("after this one") == true)
    #expect(stranger("abcd1234-9-\(tag(150))")?.contains("--accept-copy") == true)
    #expect(stranger("abcd1234-\(tag(200))-1f-s4c") == nil && stranger("abcd1234-\(tag(150))-1f-s4c") != nil)
    // Other people's orders, and those of other journals.
    for name in ["web_1234", "zzzz1234-9-\(tag(201))", "abcd1234", "abcd1234-1", "abcd1234-x-$", ""] { #expect(stranger(name) == nil) }
    starts = try started([100, 300].map { StartRecord(epoch: $0, place: place, acceptsEarlier: $0 == 300) })
    #expect(stranger("abcd1234-9-\(tag(150))", own: 300) == nil, "it was accepted")
    #expect(stranger("abcd1234-9-\(tag(301))", own: 300) != nil)
  }
}
