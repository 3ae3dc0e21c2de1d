import Foundation
import Presentation
import ServiceRuntime
import Time

/// What notify remembers between its runs: one small file, replaced as a whole and durable before anything relies on it.
struct NotifyMemory: Sendable, Hashable {
  /// The journal that sequences belong to; empty: not known yet.
  var journalID = ""
  var lanes: [String: Lane.Memory] = [:]
  /// Thresholds that are passed, and when that was told.
  var raised: [String: Timestamp] = [:]
  /// Since when botd has not answered, if that was told.
  var awaySince: Timestamp?
  /// The next update of Telegram to read.
  var deskOffset: Int64 = 0

  static let sizeBytesMaximum = 8 << 20
  private static let form: Int64 = 1

  // MARK: Text

  var bytes: [UInt8] {
    var json = JSONText(pretty: true)
    json.beginObject()
    json.field("version", Self.form)
    json.field("journal_id", journalID)
    json.key("channels")
    json.beginObject()
    for (name, lane) in lanes.sorted(by: { $0.key < $1.key }) {
      json.key(name)
      json.beginObject()
      json.field("done_sequence", lane.done)
      json.field("done_time_ns", lane.doneTime.nanoseconds)
      if let message = lane.sending {
        json.key("sending")
        Self.write(message, &json)
      }
      json.array("notes", lane.notes) { HappeningJSON.write($1, &$0) }
      json.endObject()
    }
    json.endObject()
    json.objects("raised", raised.sorted { $0.key < $1.key }) { json, item in
      json.field("key", item.key)
      json.field("time_ns", item.value.nanoseconds)
    }
    json.field("away_since_ns", awaySince?.nanoseconds ?? 0)
    json.field("telegram_offset", deskOffset)
    json.endObject()
    return json.bytes + [10]
  }

  private static func write(_ message: Message, _ json: inout JSONText) {
    json.beginObject()
    json.field("id", message.id)
    json.field("level", message.level.word)
    json.field("title", message.title)
    json.field("lines", message.lines)
    json.field("count", Int64(message.count))
    json.field("is_summary", message.isSummary)
    json.field("is_plain", message.isPlain)
    json.field("through_sequence", message.through)
    json.field("through_time_ns", message.throughTime.nanoseconds)
    json.field("events", message.happenings)
    json.endObject()
  }

  /// `nil` when the text is none of ours.
  init?(_ bytes: [UInt8]) {
    guard let tree = JSONTree(bytes), tree["version"]?.int64 == Self.form, let members = tree["channels"]?.members else { return nil }
    journalID = tree["journal_id"]?.text ?? ""
    for member in members {
      guard let done = member.value["done_sequence"]?.int64, done >= 0 else { return nil }
      lanes[member.name] = Lane.Memory(
        done: done, doneTime: Timestamp(nanoseconds: member.value["done_time_ns"]?.int64 ?? 0),
        sending: member.value["sending"].flatMap(Self.message),
        notes: (member.value["notes"]?.elements ?? []).compactMap(HappeningJSON.read))
    }
    for item in tree["raised"]?.elements ?? [] {
      if let key = item["key"]?.text, let time = item["time_ns"]?.int64 { raised[key] = Timestamp(nanoseconds: time) }
    }
    if let since = tree["away_since_ns"]?.int64, since > 0 { awaySince = Timestamp(nanoseconds: since) }
    deskOffset = tree["telegram_offset"]?.int64 ?? 0
  }

  init() {}

  private static func message(_ tree: JSONTree) -> Message? {
    guard let id = tree["id"]?.text, let level = tree["level"]?.text.flatMap(Level.init(word:)), let title = tree["title"]?.text,
      let lines = tree["lines"]?.elements?.compactMap(\.text), let through = tree["through_sequence"]?.int64
    else { return nil }
    var message = Message(
      id: id, level: level, title: title, lines: lines, count: Int(tree["count"]?.int64 ?? 1), happenings: tree["events"]?.text ?? "[]",
      isSummary: tree["is_summary"] == .bool(true), through: through,
      throughTime: Timestamp(nanoseconds: tree["through_time_ns"]?.int64 ?? 0))
    message.isPlain = tree["is_plain"] == .bool(true)
    return message
  }
}

/// The file of a ``NotifyMemory``, held by one process at a time.
final class NotifyMemoryFile: Sendable {
  let path: String
  /// Its lock lives as long as this.
  private let lockDescriptor: Int32

  /// Opens or makes it, with the directory that it lies in, for this process alone.
  ///
  /// - Throws: what is wrong, with the remedy.
  init(path: String) throws(NotifySettingsError) {
    self.path = path
    let folder = Self.folder(of: path)
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    lockDescriptor = unsafe open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lockDescriptor >= 0 else {
      throw NotifySettingsError("cannot write \(path).lock: \(Self.reason()); name another with --memory FILE")
    }
    // One that ends just now, as in a restart, is waited for.
    var isHeld = flock(lockDescriptor, LOCK_EX | LOCK_NB) == 0
    for _ in 0..<Self.tries where !isHeld {
      usleep(Self.pauseMicroseconds)
      isHeld = flock(lockDescriptor, LOCK_EX | LOCK_NB) == 0
    }
    guard isHeld else {
      close(lockDescriptor)
      throw NotifySettingsError("another botctl notify uses \(path); stop it, or name another file with --memory FILE")
    }
  }

  deinit {
    // A program that is being started at this moment has a copy of the descriptor.
    flock(lockDescriptor, LOCK_UN)
    close(lockDescriptor)
  }

  /// One second in all.
  private static let tries = 20
  private static let pauseMicroseconds: UInt32 = 50_000

  private static func folder(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }

  private static func reason() -> String { unsafe String(cString: strerror(errno)) }

  /// `nil` where there is no file yet.
  ///
  /// - Throws: when it is damaged, or of a newer version.
  func read() throws(NotifySettingsError) -> NotifyMemory? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: NotifyMemory.sizeBytesMaximum) else {
      throw NotifySettingsError("\(path) cannot be read")
    }
    guard let memory = NotifyMemory(Array(data)) else {
      throw NotifySettingsError(
        "\(path) is damaged, or of a newer botctl. Move it away, and begin where it ended with: botctl notify --from SEQUENCE (botctl events "
          + "shows them; without --from it begins with what happens from now on)")
    }
    return memory
  }

  /// Replaces the file; it is durable afterwards.
  ///
  /// - Throws: why not; the old one is whole then.
  func write(_ bytes: [UInt8]) throws(NotifySettingsError) {
    let unfinished = path + ".new"
    let file = unsafe open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw NotifySettingsError("cannot write \(unfinished): \(Self.reason())") }
    var at = 0
    while at < bytes.count {
      let count = unsafe bytes[at...].withUnsafeBytes { unsafe Foundation.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      at += count
    }
    let isDurable = at == bytes.count && fsync(file) == 0
    let reason = Self.reason()
    close(file)
    guard isDurable, unsafe rename(unfinished, path) == 0 else {
      unsafe unlink(unfinished)
      throw NotifySettingsError("cannot write \(path): \(reason)")
    }
    let folder = unsafe open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }
}
