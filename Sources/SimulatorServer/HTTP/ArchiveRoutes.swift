import Signing

/// The public archive of candles (data.binance.vision), beside the exchange on the same port.
enum ArchiveRoutes {
  /// `nil` for paths that are not the archive's. A file appears once its day or month is over; until then, and for what is not kept, 404.
  static func answer(_ simulation: Simulation, path: String) -> APIAnswer? {
    guard path.hasPrefix("/data/spot/") else { return nil }
    simulation.pump()
    guard let file = ArchiveFile(path: RequestParameters.decode(path)), file.end <= simulation.marketTime,
      let board = simulation.board(file.symbol)
    else { return missing }
    let rows = file.rows(board.series(file.interval))
    guard !rows.isEmpty else { return missing }
    let zip = StoredZip.archive(name: file.name + ".csv", content: rows)
    guard !file.isChecksum else {
      let text = "\(SHA256.hex(zip))  \(file.name).zip\n"
      return APIAnswer(status: 200, body: Array(text.utf8), contentType: "binary/octet-stream")
    }
    return APIAnswer(status: 200, body: zip, contentType: "application/zip")
  }

  private static var missing: APIAnswer {
    let text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
    return APIAnswer(status: 404, body: Array(text.utf8), contentType: "application/xml")
  }
}
