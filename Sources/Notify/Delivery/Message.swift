import Presentation
public import Time

/// One message to one channel, as it is sent; kept durably before it is sent for the first time, so that it is the same when it is sent again.
public struct Message: Sendable, Hashable {
  /// The same whenever it is sent again; other for every other message.
  public var id: String
  public var level: Level
  /// One line.
  public var title: String
  /// What happened, a line each.
  public var lines: [String]
  /// How many happenings it tells of, also those without a line.
  public var count: Int
  /// Figures for programs: an array of JSON.
  public var happenings: String
  /// It tells what could not be told in its time.
  public var isSummary = false
  /// It may have arrived before.
  public var mayBeRepeat = false
  /// The channel refused its text: it is sent in the plainest one.
  public var isPlain = false
  /// Everything up to this sequence was told or concerns nobody, once it is sent; 0: it holds nothing of the journal.
  public var through: Int64
  public var throughTime: Timestamp

  /// A message of these parts.
  public init(
    id: String, level: Level, title: String, lines: [String], count: Int, happenings: String = "[]", isSummary: Bool = false,
    through: Int64 = 0, throughTime: Timestamp = .zero
  ) {
    self.id = id
    self.level = level
    self.title = title
    self.lines = lines
    self.count = count
    self.happenings = happenings
    self.isSummary = isSummary
    self.through = through
    self.throughTime = throughTime
  }

  /// The title with what must be said of it.
  public var heading: String { isPlain ? Plain.ascii(title, maximum: 120) : (mayBeRepeat ? "(perhaps again) " : "") + title }

  /// The body in at most `maximum` units of `length`: whole lines from the top, how many are missing, and the id.
  public func body(maximum: Int, length: (String) -> Int) -> String {
    let last = "id \(id)"
    guard !isPlain else { return "The channel refused the text of this message of \(count) lines; read it with: botctl events\n\(last)" }
    var text = ""
    var left = lines.count
    // Room for the note of what is missing.
    let room = maximum - length(last) - 40
    for line in lines {
      let next = line + "\n"
      guard length(text) + length(next) <= room else { break }
      text += next
      left -= 1
    }
    if left > 0 { text += "… and \(left) more lines\n" }
    return text + last
  }

  /// The whole for programs.
  public func json(sentAt now: Timestamp) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.field("id", id)
    json.field("sent_time_ns", now.nanoseconds)
    json.field("level", level.word)
    json.field("title", isPlain ? Plain.ascii(title, maximum: 120) : title)
    json.field("text", isPlain ? body(maximum: 1_000) { $0.utf8.count } : lines.joined(separator: "\n"))
    json.field("count", Int32(clamping: count))
    json.field("is_summary", isSummary)
    json.field("may_be_repeat", mayBeRepeat)
    json.field("through_sequence", through)
    json.key("events")
    json.literal(isPlain ? "[]" : happenings)
    json.endObject()
    return json.bytes
  }
}
