"""Trading strategies in Python: written here, run by botd like the built-in ones.

    from botd.strategies import Parameter, SignalType, TradingStrategy

`botd-strategies run FILE.py` serves them to botd, `botd-strategies check FILE.py` looks for a look-ahead in them, and
`botctl backtest --strategy NAME --python FILE.py` tests them on recorded candles.
"""

from ._base import TradingStrategy
from ._candle import Candle, Position
from ._parameters import Parameter, ParameterError
from ._signal import Signal, SignalType, WrongAnswer

__all__ = ["Candle", "Parameter", "ParameterError", "Position", "Signal", "SignalType", "TradingStrategy", "WrongAnswer"]
