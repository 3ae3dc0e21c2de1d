/// The subject of a verified X.509 certificate.
struct CertificateSubject: Equatable {
  /// Common name, organization and unit, as `CN=name, O=organization`. For people: a name may hold a comma.
  var text: String
  /// The one common name; nil when there is none, or several.
  var commonName: String?

  /// Reads it out of the certificate's DER; nil when the bytes are not understood or name nothing.
  init?(der: [UInt8]) {
    var outer = DERReader(der[...])
    guard var certificate = outer.enter(0x30), var body = certificate.enter(0x30) else { return nil }
    if body.peek == 0xA0 { _ = body.enter(0xA0) }
    // serial number, signature algorithm, issuer, validity
    for tag: UInt8 in [0x02, 0x30, 0x30, 0x30] { guard body.enter(tag) != nil else { return nil } }
    guard var names = body.enter(0x30) else { return nil }
    var parts: [String] = []
    var commonNames: [String] = []
    while var set = names.enter(0x31) {
      while var pair = set.enter(0x30) {
        guard let oid = pair.enter(0x06), let tag = pair.peek, let value = pair.enter(tag) else { return nil }
        let label: String
        switch Array(oid.rest) {
        case [0x55, 0x04, 0x03]: label = "CN"
        case [0x55, 0x04, 0x0A]: label = "O"
        case [0x55, 0x04, 0x0B]: label = "OU"
        default: continue
        }
        guard tag == 0x0C || tag == 0x13 || tag == 0x16, let text = String(validating: value.rest, as: UTF8.self) else { continue }
        parts.append("\(label)=\(text)")
        if label == "CN" { commonNames.append(text) }
      }
    }
    guard !parts.isEmpty else { return nil }
    text = parts.joined(separator: ", ")
    commonName = commonNames.count == 1 ? commonNames.first : nil
  }
}

/// The little of DER that a certificate's subject needs: definite lengths, low tag numbers.
private struct DERReader {
  var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var peek: UInt8? { rest.first }

  /// Takes the next element when it has this tag, and reads inside it.
  mutating func enter(_ tag: UInt8) -> DERReader? {
    guard rest.first == tag else { return nil }
    var bytes = rest.dropFirst()
    guard let first = bytes.popFirst() else { return nil }
    var length = Int(first)
    if first >= 0x80 {
      let count = Int(first & 0x7F)
      guard count >= 1, count <= 3, bytes.count >= count else { return nil }
      length = bytes.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      bytes = bytes.dropFirst(count)
    }
    guard length <= bytes.count else { return nil }
    rest = bytes.dropFirst(length)
    return DERReader(bytes.prefix(length))
  }
}
