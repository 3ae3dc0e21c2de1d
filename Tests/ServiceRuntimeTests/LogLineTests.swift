import Foundation
import ServiceRuntime
import Testing
import Time

/// A log line is one line with the fields it was given, whatever its values hold.
@Suite struct LogLineTests {
  private static let hostile = [
    "", "plain", "two words", "a=b", "\"quoted\"", "back\\slash", "line\nlevel=critical msg=forged", "\r\n", "\u{85}x", "\u{2028}",
    "\u{2029}y",
    "\u{1B}[31mred", "\0", "\u{7F}", "\u{202E}right to left", "\u{200B}", "\u{E0041}tag", "币安人生USDT", "é", "🙂 ok", "'single'", "{\"a\":1}",
    " ", "x ",
  ]

  @Test(arguments: LogFormat.allCases, hostile)
  func noValueForgesALineOrAField(_ format: LogFormat, _ value: String) throws {
    let line = LogLine(
      time: Timestamp(milliseconds: 1_704_164_645_678), level: "info", logger: "botd", message: value.isEmpty ? "x" : value,
      fields: [("first", value), ("last", "end")]
    ).text(format)
    #expect(
      !line.unicodeScalars.contains { $0.value < 32 || (127...159).contains($0.value) || [0x2028, 0x2029, 0x202E].contains($0.value) })
    let fields = format == .json ? try json(line) : try logfmt(line)
    var expected = [
      "time": "2024-01-02T03:04:05.678Z", "level": "info", "logger": "botd", "msg": value.isEmpty ? "x" : value, "first": value,
      "last": "end",
    ]
    // What has no value is left out.
    if value.isEmpty { expected["first"] = nil }
    #expect(fields == expected, "\(line)")
  }

  @Test func fieldsOfEveryLineKeepTheirNames() {
    let fields = [("time", "a"), ("msg", "b"), ("a b", "c"), ("", "d"), ("x\n=", "e")].map { (name: $0.0, value: $0.1) }
    let line = LogLine(time: nil, level: "info", logger: "botd", message: "m", fields: fields).text(.logfmt)
    #expect(line == "level=info logger=botd msg=m _time=a _msg=b _a_b=c _=d _x__=e")
  }

  @Test func jsonHasTheSameFieldsInTheSameOrder() {
    let line = LogLine(time: nil, level: "warning", logger: "botd.audit", message: "two words", fields: [("peer", "unix:0"), ("n", "1")])
    #expect(line.text(.logfmt) == #"level=warning logger=botd.audit msg="two words" peer=unix:0 n=1"#)
    #expect(line.text(.json) == #"{"level":"warning","logger":"botd.audit","msg":"two words","peer":"unix:0","n":"1"}"#)
  }

  private func json(_ line: String) throws -> [String: String] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
  }

  private func logfmt(_ line: String) throws -> [String: String] {
    var fields: [String: String] = [:]
    var rest = line[...]
    while !rest.isEmpty {
      let name = rest.prefix { $0 != "=" }
      rest = rest.dropFirst(name.count + 1)
      if rest.first == "\"" {
        // The end is a quote that no odd number of backslashes stands before.
        var end = rest.index(after: rest.startIndex)
        while rest[end] != "\"" { end = rest.index(end, offsetBy: rest[end] == "\\" ? 2 : 1) }
        fields[String(name)] = try JSONSerialization.jsonObject(with: Data(rest[...end].utf8), options: .fragmentsAllowed) as? String
        rest = rest[rest.index(after: end)...].drop { $0 == " " }
      } else {
        let value = rest.prefix { $0 != " " }
        #expect(!value.contains("\""))
        fields[String(name)] = String(value)
        rest = rest.dropFirst(value.count + 1)
      }
    }
    return fields
  }
}

/// One rule for the home directory.
@Suite struct HomeDirectoryTests {
  @Test func homeIsTheVariableElseThePasswordFile() throws {
    #expect(HomeDirectory.path(environment: ["HOME": "/x"]) == "/x")
    #expect(HomeDirectory.path(environment: ["HOME": "/x/"]) == "/x")
    #expect(HomeDirectory.path(environment: ["HOME": "/"]) == "/")
    let entry = try #require(unsafe getpwuid(getuid()))
    let listed = unsafe String(cString: entry.pointee.pw_dir)
    #expect(HomeDirectory.path(environment: [:]) == listed)
    #expect(HomeDirectory.path(environment: ["HOME": "relative"]) == listed)
    #expect(HomeDirectory.given(environment: [:]) == nil)
  }

  @Test func onlyATildeOfItsOwnIsExpanded() {
    let environment = ["HOME": "/x"]
    #expect(HomeDirectory.expanded("~/a", environment: environment) == "/x/a")
    #expect(HomeDirectory.expanded("~", environment: environment) == "/x")
    for path in ["~other/a", "/a/~/b", "a", ""] { #expect(HomeDirectory.expanded(path, environment: environment) == path) }
    #expect(HomeDirectory.expanded("~/a", environment: ["HOME": "/"]) == "/a")
  }
}
