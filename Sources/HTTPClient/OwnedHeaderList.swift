import CCurl

/// Owns one list of header lines in libcurl's form.
@safe struct OwnedHeaderList: ~Copyable {
  private var raw: UnsafeMutablePointer<curl_slist>?

  /// An empty list.
  init() { unsafe raw = nil }

  deinit { unsafe curl_slist_free_all(raw) }

  /// Copies `line` to the list's end; false when libcurl has no memory, then the list is as before.
  mutating func append(_ line: String) -> Bool {
    guard let longer = unsafe curl_slist_append(raw, line) else { return false }
    unsafe raw = longer
    return true
  }

  /// Lends the list for one call; `nil` when it is empty.
  func withList<Value>(_ body: (UnsafeMutablePointer<curl_slist>?) -> Value) -> Value { unsafe body(raw) }
}
