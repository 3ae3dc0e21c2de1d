import BotDaemon
import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// `BOT_FAIL`: the daemon kills itself at a named place, and nothing is lost or sent twice.
@Suite(.serialized) struct FailPointTests {
  @Test func thereAreManyAndTheirNamesDiffer() {
    #expect(FailPointNames.all.count >= 60 && Set(FailPointNames.all).count == FailPointNames.all.count)
  }

  @Test(arguments: [
    ("live", "submit.entry.send", "refused in live mode"),
    ("paper", "submit.entry", "names no place: \"submit.entry\". Places: journal.begin,"),
    ("paper", "submit.entry.send:0", "with n from 1 to"), ("paper", ":", "is a place, or place:n"),
  ])
  func whatIsWrongIsSaid(mode: String, text: String, says: String) throws {
    let directory = try TemporaryDirectory("fail")
    let answer = try run(
      [try Programs.path("botd"), "--mode", mode, "--state-dir", directory.file("state"), "--listen", "unix:\(directory.file("s"))"],
      environment: ["BOT_FAIL": text])
    #expect(answer.code == 2 && answer.output.contains(says), "\(answer.output)")
  }

  /// Around each step of an order, of the journal and of recovery; a daemon that was killed there starts again, and the exchange, the control
  /// plane and the order names agree. A place may wait for the exchange's next minute: dozens of starts use up one minute's request weight, and
  /// what is not an order waits then.
  @Test func killedAnywhereTheWitnessesAgree() throws {
    let session = try TestnetTests.session("fail")
    defer { session.daemon.kill() }
    try TestnetTests.createBots(session.daemon, count: 6)
    for place in [
      "submit.entry.send", "submit.entry.handed:2", "submitted.accepted.heard", "submitted.accepted.handled", "record.orderIntent.write",
      "record.orderIntent.durable", "record.fill.write", "record.fill.durable", "report.filled.heard", "report.filled.handled",
      "submit.stop_loss.handed", "submit.exit.handed", "publish.begin:9", "journal.commit:7", "journal.committed:7", "stream.up.heard",
      "recovery.loaded", "recovery.served", "recovery.resumed",
    ] {
      session.daemon.stop()
      try session.daemon.launch(["BOT_FAIL": place])
      #expect(session.daemon.process?.exitCode(within: 150) == 137, "\(place)\n\(session.daemon.tail)")
      session.daemon.kill()
      try session.daemon.start()
    }
    #expect(try session.daemon.control("stop-all").code == 0)
    #expect(try TestnetTests.agree(session, within: 60) > 0)
    let sent = try TestnetTests.arrivals(session.simulator)
    #expect(!sent.isEmpty && Set(sent).count == sent.count, "a client order id arrived twice")
  }
}
