import Foundation

/// How much more memory a piece of work has resident at its height than before it.
enum PeakMemory {
  static func megabytes(_ body: () throws -> Void) rethrows -> Double? {
    // "5" makes the kernel forget the height so far (VmHWM).
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return nil }
    file.write(Data("5".utf8))
    guard let before = kilobytes("VmRSS") else { return nil }
    try body()
    return kilobytes("VmHWM").map { Double($0 - before) / 1_024 }
  }

  private static func kilobytes(_ field: String) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") }
    return line.flatMap { Int($0.filter(\.isNumber)) }
  }
}
