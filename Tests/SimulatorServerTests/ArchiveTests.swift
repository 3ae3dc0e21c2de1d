import CandleFiles
import Foundation
import Signing
import Testing
import Time
import TradingModel

@testable import SimulatorServer

@Suite struct ArchiveTests {
  @Test(arguments: [
    "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-11-13.zip", "/data/spot/monthly/klines/BTCUSDT/1mo/BTCUSDT-1mo-2023-10.zip",
    "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-11-13.zip.CHECKSUM",
  ])
  func pathsAreRead(path: String) { #expect(ArchiveFile(path: path) != nil) }

  @Test(arguments: [
    "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-11.zip", "/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2023-11-13.zip",
    "/data/spot/daily/klines/BTCUSDT/1m/ETHUSDT-1m-2023-11-13.zip", "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-02-30.zip",
    "/data/spot/daily/klines/BTCUSDT/7m/BTCUSDT-7m-2023-11-13.zip", "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-13-01.zip",
    "/data/futures/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-11-13.zip", "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-11-13.csv",
    "/data/spot/daily/klines/btcusdt/1m/btcusdt-1m-2023-11-13.zip",
    "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-99999999999999999999-1-1.zip",
  ])
  func otherPathsAreNone(path: String) { #expect(ArchiveFile(path: path) == nil) }

  @Test(arguments: [(1_700_000_000_000, "2023-11-13", Int64(1)), (1_736_000_000_000, "2025-01-03", Int64(1_000))])
  func aDayIsThereWhenItIsOver(now: Int64, day: String, perMillisecond: Int64) async throws {
    try await ServerFixture.run({
      $0.startTime = Timestamp(milliseconds: now)
      $0.historySeconds = 2 * 86_400
    }) { fixture in
      let path = "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-\(day).zip"
      let zip = try await fixture.bytes(path)
      let sum = try await fixture.get(path + ".CHECKSUM")
      #expect(sum == "\(SHA256.hex(zip))  BTCUSDT-1m-\(day).zip\n")
      let name = Array("BTCUSDT-1m-\(day).csv".utf8)
      #expect(zip.starts(with: [0x50, 0x4B, 3, 4]) && Array(zip[30..<30 + name.count]) == name)
      #expect(zip[8] == 8, "deflated, as the real one is")
      let file = FileManager.default.temporaryDirectory.appendingPathComponent("archive-\(UUID().uuidString).zip")
      try Data(zip).write(to: file)
      defer { try? FileManager.default.removeItem(at: file) }
      let reader = try LineReader(path: file.path)
      var text = ""
      while let line = try reader.next() { text += String(decoding: line, as: UTF8.self) + "\n" }
      let rows = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
      #expect(rows.count == 1_440 && rows.allSatisfy { $0.count == 12 })
      let start = try #require(Int64(rows[0][0]))
      #expect(start % (86_400_000 * perMillisecond) == 0)
      #expect(Int64(rows[0][6]) == start + 60_000 * perMillisecond - 1)
      for path in [
        "/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2026-01-01.zip", "/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-01.zip",
        "/data/spot/daily/klines/NOPE/1m/NOPE-1m-\(day).zip",
      ] {
        #expect(try await fixture.call("GET", path).status == 404)
      }
    }
  }

  @Test func digestsAreThoseOfTheStandard() {
    #expect(SHA256.hex(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
