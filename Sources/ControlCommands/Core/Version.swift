import ServiceRuntime

/// The client's own version.
package enum Version {
  /// For example `1.0.0`.
  package static let text = ProductVersion.text
  static let client = "botctl \(text)"
}
