extension EndpointTable {
  /// User data streams on a WebSocket API connection.
  static let userStreamWebSocket: [String: APIEndpoint] = [
    "userDataStream.subscribe.signature": UserStreamEndpoints.subscribe,
    "userDataStream.unsubscribe": UserStreamEndpoints.unsubscribe,
    "session.subscriptions": UserStreamEndpoints.list,
    "userDataStream.subscribe": UserStreamEndpoints.subscribeLoggedOn,
    "session.logon": SessionEndpoints.logon,
    "session.status": SessionEndpoints.status,
    "session.logout": SessionEndpoints.logout,
  ]
}
