import Foundation
import TestSupport
import Testing
import TradingModel

@testable import Notify

@Suite struct NotifySettingsTests {
  private static let channel = "[channel run]\ntype = exec\ncommand = /bin/cat\n"
  private static let rule = "[rule all]\nkind = trade\nto = run\n"

  private static func mistakes(_ text: String) -> String {
    do {
      _ = try Sample.settings(text)
      return ""
    } catch { return "\(error)" }
  }

  @Test func aWholeFileIsRead() throws {
    let directory = try TemporaryDirectory("notify")
    let token = try Sample.secret(directory, "token", "123:ABC\n")
    let settings = try Sample.settings(
      """
      # comment
      [notify]
      time-zone = Europe/Berlin
      quiet = 22:00-07:00
      group = 30s
      away-to = phone

      [channel phone]
      type = telegram
      token-file = \(token)
      chat = -100123
      quiet = never

      [channel mail]
      type = smtp
      server = smtp.example.org:465
      from = botd@example.org
      to = a@example.org, b@example.org

      [rule losses]
      when = drawdown > 12.5%
      bot = btc-*, eth-*
      to = phone, mail
      repeat = 6h

      [rule fills]
      kind = trade, alert
      level = warning
      as = critical
      text = {bot}: {what} {{x}}
      to = phone
      """)
    #expect(settings.channels.count == 2 && settings.channels[0].quiet == nil && settings.channels[1].quiet?.from == 79_200)
    guard case .mail(let mail) = settings.channels[1].transport else { return #expect(Bool(false)) }
    #expect(mail.security == .implicit && mail.to.count == 2)
    #expect(settings.rules[0].threshold?.bound == FixedDecimal(text: "0.125") && settings.rules[0].group == 30_000_000_000)
    #expect(settings.rules[1].template.line(Sample.fill(1), zone: "UTC") == "btc-rsi: fill 1 {x}")
    #expect(settings.awayTo == ["phone"])
  }

  /// Below a channel `run`.
  private static func below(_ text: String) -> String { channel + text }

  private static let wrong: [(String, String)] = [
    ("[chanel run]\n", "line 1: [chanel] is no section"), ("kind = x\n", "line 1: kind stands before any section"),
    ("[notify]\nquite = 22:00-07:00\n", "line 2: quite is no setting of [notify]; did you mean quiet?"),
    ("[notify]\ntime-zone = Berlin\n", "line 2: time-zone: \"Berlin\" is not known"),
    ("[notify]\nquiet = 22-7\n", "line 2: quiet: \"22-7\" are no hours"),
    ("[notify]\ngroup = 10\n", "line 2: group: \"10\" is no time"),
    ("[notify]\ngroup = 1s\ngroup = 2s\n", "line 3: group stands in line 2 already"),
    ("[channel a b c]\n", "line 1: expected [type]"), ("[channel]\n", "line 1: [channel] needs a name"),
    ("[channel x]\ntype = pigeon\n", "line 2: type: \"pigeon\" is none of telegram, smtp, webhook, ntfy, exec"),
    ("[channel x]\ntype = webhook\nurl = http://example.org/\n", "line 1: [channel x] has a url that is none"),
    ("[channel x]\ntype = telegram\ntoken = 123:abc\nchat = 1\n", "line 3: token: a secret does not stand in this file"),
    ("[channel x]\ntype = telegram\ntoken-file = /nonexistent\nchat = 1\n", "line 3: token-file: cannot open secret file"),
    ("[channel x]\ntype = exec\ncommand = cat; rm\n", "line 3: command: \"cat; rm\" does not begin with the full path"),
    ("[channel x]\ntype = smtp\nserver = a:25\ntls = none\nfrom = a@b\nto = a@b\n", "line 4: tls: none is for servers of this machine"),
    ("[channel x]\ntype = smtp\nserver = a:25\nfrom = a@b\nto = Me <a@b>\n", "line 5: to: \"Me <a@b>\" is no address"),
    (below("[rule r]\nkind = trades\nto = run\n"), "line 5: kind: \"trades\" is none of bot, signal"),
    (below("[rule r]\nkind = trade\nto = rum\n"), "line 6: to: there is no [channel rum]; there are run"),
    (below("[rule r]\nkind = trade\n"), "line 4: [rule r] has no to"), (below("[rule r]\nto = run\n"), "has neither kind nor when"),
    (below("[rule r]\nwhen = drawdown > 10\nto = run\n"), "drawdown is compared with percent"),
    (below("[rule r]\nwhen = sharpe > 10\nto = run\n"), "line 5: when: \"sharpe > 10\" is none"),
    (below("[rule r]\nkind = trade\nto = run\ntext = {bott}\n"), "line 7: text: {bott} is no field; there are {time}"),
    (channel, "there is no [rule NAME]"), (rule, "line 3: to: there is no [channel run]"),
    (below(rule + "[telegram-commands]\nchannel = run\nchats = 1\ncommands = status\n"), "has no access-file"),
  ]

  @Test(arguments: wrong)
  func aMistakeIsNamedWithItsLineAndARemedy(_ text: String, _ sentence: String) {
    #expect(Self.mistakes(text).contains(sentence), "\(Self.mistakes(text))")
  }

  @Test func everythingThatIsWrongIsSaidAtOnce() {
    let all = Self.mistakes("[notify]\ngroup = x\nfoo = 1\n[channel c]\ntype = ntfy\n[rule r]\nkind = y\nto = z\n")
    #expect(all.split(separator: "\n").count >= 5, "\(all)")
  }

  @Test func aSecretThatOthersCanReadIsRefusedAndNeverShown() throws {
    let directory = try TemporaryDirectory("notify")
    let path = try Sample.secret(directory, "token", "123:VERYSECRET")
    chmod(path, 0o644)
    let said = Self.mistakes("[channel x]\ntype = telegram\ntoken-file = \(path)\nchat = 1\n")
    #expect(said.contains("chmod 600 \(path)") && !said.contains("VERYSECRET"))
  }

  @Test func quietHoursFollowTheClocksOfTheirZone() throws {
    let quiet = try #require(QuietHours("22:00-07:00", zone: "Europe/Berlin", except: .critical))
    func at(_ text: String) -> Bool { quiet.end(at: Sample.time(text)) != nil }
    // Winter: UTC+1. Summer: UTC+2.
    #expect(!at("2026-01-10T20:59:59Z") && at("2026-01-10T21:00:00Z") && at("2026-01-11T05:59:59Z") && !at("2026-01-11T06:00:00Z"))
    #expect(!at("2026-07-10T19:59:59Z") && at("2026-07-10T20:00:00Z") && at("2026-07-11T04:59:59Z") && !at("2026-07-11T05:00:00Z"))
  }
}

@Suite struct MessageTests {
  @Test func aBodyKeepsWholeLinesWithinItsMaximum() {
    let lines = (1...200).map { "\($0) " + String(repeating: "😀", count: 40) }
    let message = Message(id: "abc-1", level: .info, title: "t", lines: lines, count: 200)
    let body = message.body(maximum: 4_000) { $0.utf16.count }
    #expect(body.utf16.count <= 4_000 && body.hasSuffix("id abc-1") && body.contains("more lines"))
    #expect(body.split(separator: "\n").dropLast(2).allSatisfy { lines.contains(String($0)) })
  }

  @Test func textOfOthersCannotBendALine() {
    var happening = Sample.fill(1)
    happening.what = "a\nb\u{202E}c\u{7}\u{2028}d"
    #expect(Template.standard.line(happening, zone: "UTC") == "14:13:20 btc-rsi a b c d")
  }

  @Test func headersCarryOtherLettersEncoded() {
    #expect(EncodedWord.text("plain") == "plain")
    #expect(EncodedWord.text("größer") == "=?UTF-8?B?Z3LDtsOfZXI=?=")
    #expect(EncodedWord.text(String(repeating: "ü", count: 100)).split(separator: " ").allSatisfy { $0.utf8.count <= 75 })
  }

  @Test func datesOfHTTPAndMail() {
    #expect(HTTPDate.timestamp("Sun, 06 Nov 1994 08:49:37 GMT") == Sample.time("1994-11-06T08:49:37Z"))
    #expect(HTTPDate.timestamp("soon") == nil)
    #expect(HTTPDate.mail(Sample.time("2026-11-29T14:53:09Z")) == "Sun, 29 Nov 2026 14:53:09 +0000")
  }
}
