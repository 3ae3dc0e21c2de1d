public import ControlPlane
import Engine

extension TradingEngine: CoreGateway {}
