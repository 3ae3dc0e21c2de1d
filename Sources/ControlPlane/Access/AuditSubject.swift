import BotAPI
import Logging
import TradingCore
import TradingModel

/// A change of one bot.
private protocol BotRequest {
  var botID: String { get }
}

extension V1.CreateBotRequest: BotRequest {}
extension V1.UpdateBotRequest: BotRequest {}
extension V1.StartBotRequest: BotRequest {}
extension V1.StopBotRequest: BotRequest {}
extension V1.PauseBotRequest: BotRequest {}
extension V1.ResumeBotRequest: BotRequest {}
extension V1.RemoveBotRequest: BotRequest {}
extension V1.ClosePositionRequest: BotRequest {}
extension V1.OpenPositionRequest: BotRequest {}
extension V1.ReducePositionRequest: BotRequest {}
extension V1.AdoptPositionRequest: BotRequest {}
extension V1.ReleasePositionRequest: BotRequest {}

/// A change that can be asked for as a check, which changes nothing.
private protocol CheckableRequest {
  var validateOnly: Bool { get }
}

extension V1.CreateBotRequest: CheckableRequest {}
extension V1.OpenPositionRequest: CheckableRequest {}
extension V1.ReducePositionRequest: CheckableRequest {}
extension V1.PanicRequest: CheckableRequest {}

/// What a change is about, for its line in the audit log.
enum AuditSubject {
  /// The bot that the request names, or whose order it names, escaped; empty when it is about none. `check`: nothing was to be changed.
  static func metadata(_ request: some MutationRequest, _ board: StateBoard) -> Logger.Metadata {
    var metadata = subject(request, board)
    if let request = request as? any CheckableRequest, request.validateOnly { metadata["check"] = "true" }
    return metadata
  }

  private static func subject(_ request: some MutationRequest, _ board: StateBoard) -> Logger.Metadata {
    if let request = request as? any BotRequest { return ["bot": "\(AuditLog.escaped(request.botID))"] }
    guard let request = request as? V1.CancelOrderRequest else { return [:] }
    var metadata: Logger.Metadata = ["order": "\(AuditLog.escaped(request.clientOrderID))"]
    if let id = ClientOrderID(request.clientOrderID), let bot = board.openOrdersByID[id]?.botID { metadata["bot"] = "\(bot)" }
    return metadata
  }
}
