import DynamicMessages
import Foundation

/// The protobuf compiler, the reference for what bytes mean.
enum Protoc {
  /// Full path; nil: not installed.
  static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/protoc" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  static let missing = "protoc is not installed (apt-get install protobuf-compiler)"

  struct Failure: Error { let text: String }

  /// Folder of botd's schema.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../proto").standardized.path

  static let files = ["bot", "event", "trade", "marketdata", "system", "backtest", "risk", "strategy", "order", "portfolio"]
    .map { "botd/v1/\($0).proto" }

  /// Runs it with `input` and gives its output.
  static func run(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
    guard let path else { throw Failure(text: missing) }
    return try TemporaryFolder.with { work in
      let file = work.appendingPathComponent("in")
      try Data(input).write(to: file)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = arguments
      process.standardInput = try FileHandle(forReadingFrom: file)
      let (output, errors) = (Pipe(), Pipe())
      process.standardOutput = output
      process.standardError = errors
      try process.run()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw Failure(text: "protoc \(arguments): \(complaint)") }
      return Array(data)
    }
  }
}

enum TemporaryFolder {
  static func with<Value>(_ body: (URL) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dynamic-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}

/// A schema with everything that proto3 has.
enum Kinds {
  static let source = """
    syntax = "proto3";
    package kinds;

    // All kinds of numbers.
    message Numbers {
      double d = 1; float f = 2; int32 i32 = 3; int64 i64 = 4; uint32 u32 = 5; uint64 u64 = 6;
      sint32 s32 = 7; sint64 s64 = 8; fixed32 x32 = 9; fixed64 x64 = 10; sfixed32 sx32 = 11; sfixed64 sx64 = 12;
      bool b = 13;
    }
    message Lists {
      repeated double d = 1; repeated float f = 2; repeated int32 i32 = 3; repeated sint64 s64 = 8; repeated fixed32 x32 = 9;
      repeated fixed64 x64 = 10; repeated bool b = 13; repeated int32 loose = 14 [packed = false]; repeated Colour colours = 15;
      repeated string texts = 16; repeated bytes blobs = 17; repeated Numbers numbers = 18;
    }
    message Maps {
      map<string, Numbers> by_name = 1; map<int64, string> by_number = 2; map<bool, Colour> by_truth = 3;
    }
    message Choice {
      oneof picked { string text = 1; int32 number = 2; Node node = 3; }
      optional int32 maybe = 4;
      // Behind the field.
      string other_name = 5 [json_name = "odd"];
      message Inner { string deep_text = 1; enum Mood { MOOD_UNSPECIFIED = 0; MOOD_GOOD = 1; } Mood mood = 2; }
      Inner inner = 6;
    }
    // A tree.
    message Node { Node next = 1; repeated Node kids = 2; int32 value = 3; }
    enum Colour { COLOUR_UNSPECIFIED = 0; COLOUR_DARK_RED = 1; COLOUR_MINUS = -1; }
    service Trees { rpc Grow(stream Node) returns (Node); rpc Walk(Node) returns (stream Node); }
    """

  private static let parsed = Result {
    try TemporaryFolder.with { folder in
      try source.write(to: folder.appendingPathComponent("kinds.proto"), atomically: true, encoding: .utf8)
      let set = folder.appendingPathComponent("set").path
      _ = try Protoc.run(["-I\(folder.path)", "--include_source_info", "--descriptor_set_out=\(set)", "kinds.proto"])
      return try Schema(fileDescriptorSet: [UInt8](Data(contentsOf: URL(fileURLWithPath: set))))
    }
  }

  static func schema() throws -> Schema { try parsed.get() }
}
