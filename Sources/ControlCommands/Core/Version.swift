import BotAPI

/// The client's own version.
enum Version {
  static let text = ProductVersion.text
  static let client = "botctl \(text)"
}
