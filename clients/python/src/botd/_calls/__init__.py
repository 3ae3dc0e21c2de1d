# Made by generate.sh from proto/botd/v1. Do not edit.
"""Every method of every service, as methods of the two kinds of client."""

from .backtest_service import AsyncBacktestServiceCalls, BacktestServiceCalls
from .bot_service import AsyncBotServiceCalls, BotServiceCalls
from .event_service import AsyncEventServiceCalls, EventServiceCalls
from .market_data_service import AsyncMarketDataServiceCalls, MarketDataServiceCalls
from .order_service import AsyncOrderServiceCalls, OrderServiceCalls
from .portfolio_service import AsyncPortfolioServiceCalls, PortfolioServiceCalls
from .risk_service import AsyncRiskServiceCalls, RiskServiceCalls
from .strategy_service import AsyncStrategyServiceCalls, StrategyServiceCalls
from .system_service import AsyncSystemServiceCalls, SystemServiceCalls
from .trade_service import AsyncTradeServiceCalls, TradeServiceCalls


class ServiceCalls(
    BacktestServiceCalls,
    BotServiceCalls,
    EventServiceCalls,
    MarketDataServiceCalls,
    OrderServiceCalls,
    PortfolioServiceCalls,
    RiskServiceCalls,
    StrategyServiceCalls,
    SystemServiceCalls,
    TradeServiceCalls,
):
    """Every method of every service, synchronous."""


class AsyncServiceCalls(
    AsyncBacktestServiceCalls,
    AsyncBotServiceCalls,
    AsyncEventServiceCalls,
    AsyncMarketDataServiceCalls,
    AsyncOrderServiceCalls,
    AsyncPortfolioServiceCalls,
    AsyncRiskServiceCalls,
    AsyncStrategyServiceCalls,
    AsyncSystemServiceCalls,
    AsyncTradeServiceCalls,
):
    """Every method of every service, asynchronous."""
