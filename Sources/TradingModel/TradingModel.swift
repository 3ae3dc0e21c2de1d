// TradingModel
