/// The known name that a person may have meant.
public enum NearestName {
  /// The name that differs least, by at most three letters and less than half of what was written; `nil` where none does.
  public static func of(_ unknown: String, among names: some Sequence<String>) -> String? {
    let bound = min(3, max(1, unknown.utf8.count / 2))
    let ranked = names.map { ($0, distance(unknown, $0)) }.min { $0.1 < $1.1 }
    guard let ranked, ranked.1 <= bound else { return nil }
    return ranked.0
  }

  /// Levenshtein distance of two names, of which 64 bytes count.
  static func distance(_ a: String, _ b: String) -> Int {
    let x = Array(a.utf8.prefix(64))
    let y = Array(b.utf8.prefix(64))
    var row = Array(0...y.count)
    for i in x.indices {
      var previous = row[0]
      row[0] = i + 1
      for j in y.indices {
        let cost = min(row[j] + 1, row[j + 1] + 1, previous + (x[i] == y[j] ? 0 : 1))
        previous = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[y.count]
  }
}
