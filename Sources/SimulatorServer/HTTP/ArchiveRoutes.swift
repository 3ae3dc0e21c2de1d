import CandleFiles
import Signing

/// The public archive of candles (data.binance.vision), beside the exchange on the same port.
enum ArchiveRoutes {
  /// `nil` for paths that are not the archive's. A file appears once its day or month is over; until then, and for what is not kept, 404.
  ///
  /// - Parameter omitted: rows that a fault leaves out: how many of the newest, and which others, counted from 1.
  static func answer(
    _ simulation: Simulation, path: String, omitted: (newest: Int, numbers: Set<Int64>) = (0, [])
  ) -> APIAnswer? {
    guard isFile(path) else { return nil }
    simulation.pump()
    guard let file = ArchiveFile(path: RequestParameters.decode(path)), file.end <= simulation.marketTime,
      let board = simulation.board(file.symbol)
    else { return missing }
    let rows = file.rows(board.series(file.interval), omitted)
    guard !rows.isEmpty, let zip = PackedBytes.zip(rows, name: file.name + ".csv") else { return missing }
    guard !file.isChecksum else {
      let text = "\(SHA256.hex(zip))  \(file.name).zip\n"
      return APIAnswer(status: 200, body: Array(text.utf8), contentType: "binary/octet-stream")
    }
    return APIAnswer(status: 200, body: zip, contentType: "application/zip")
  }

  static func isFile(_ path: String) -> Bool { path.hasPrefix("/data/spot/") }

  private static var missing: APIAnswer {
    let text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
    return APIAnswer(status: 404, body: Array(text.utf8), contentType: "application/xml")
  }
}
