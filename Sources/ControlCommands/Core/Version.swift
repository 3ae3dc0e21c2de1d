/// The client's own version.
enum Version {
  static let text = "1.0.0"
  static let client = "botctl \(text)"
}
