import Presentation
import ServiceRuntime
import Signing
import Testing

@testable import SimulatorServer

enum HMACSHA256Vector {
  static func hex(_ payload: String) -> String { HMACSHA256.hex(payload, secret: Secret(SimulatorConfiguration.testAPISecret)) }
}

/// The exchange's published vectors (REST and WebSocket API documents), as the server reads them off a request.
@Suite struct SignatureTests {
  private func rest(query: String, body: String = "") -> String {
    HMACSHA256.hex(HTTPRequestHandler.signedPayload(query: query, body: body), secret: Secret(SimulatorConfiguration.testAPISecret))
  }

  @Test func restVectors() {
    let tail = "&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
    #expect(rest(query: "symbol=LTCBTC" + tail) == "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71")
    #expect(
      rest(query: "symbol=LTCBTC" + tail + "&signature=feed") == "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71")
    #expect(
      rest(query: "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96" + tail)
        == "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3")
    #expect(
      rest(
        query: "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC",
        body: "quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559&signature=00")
        == "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77")
  }

  @Test func webSocketVectors() throws {
    func signature(_ text: String) throws -> String {
      let json = try #require(JSONTree(Array(text.utf8)))
      let parameters = RequestParameters(json: json)
      return HMACSHA256Vector.hex(parameters.sortedPayload)
    }
    #expect(
      try signature(
        """
        {"symbol":"BTCUSDT","side":"SELL","type":"LIMIT","timeInForce":"GTC","quantity":"0.01000000","price":"52000.00","recvWindow":100,
        "timestamp":1645423376532,"apiKey":"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A","signature":"aa1b"}
        """) == "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24")
    #expect(
      try signature(
        """
        {"symbol":"１２３４５６","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"1.00000000","price":"0.10000000",
        "recvWindow":5000,"timestamp":1645423376532,"apiKey":"vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"}
        """) == "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd")
  }
}
