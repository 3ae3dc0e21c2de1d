"""A million candles through other backtesters: `--peer backtesting.py` or `--peer vectorbt`.

Prints `candles seconds peak_kilobytes`, then a line `entry exit entry_price exit_price` for each closed trade, candles counted from 0.

Rules, without costs: RSI(14) of closes (TA-Lib, Wilder). Flat: buy at the close while it is below `--oversold`. Held: sell at the close
while it is above `--overbought`; stop-loss and take-profit lie at fractions of the entry price, rounded to cents away from it for the
target and down for the stop, and act inside later candles; behind an opening gap at the open; where a candle holds both, the stop acts.

What cannot be made equal: ours sells at the target once the price has gone above it, always at the target; these sell where the price
touches it, and behind a gap at the better open. And vectorbt makes one order per candle and symbol, so it does not buy at the close of a
candle whose stop or target has just ended a position; it buys one candle later, if the rule still holds.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd
import talib

TICKS = 100


def stops(close, stop_loss, take_profit):
    """Stop and target of an entry at `close`, on the tick grid."""
    stop = np.floor(close * (1 - stop_loss) * TICKS + 1e-6) / TICKS
    target = np.ceil(close * (1 + take_profit) * TICKS - 1e-6) / TICKS
    return stop, target


def run_backtesting(data, options):
    from backtesting import Backtest, Strategy

    class Rule(Strategy):
        def init(self):
            self.index = self.I(talib.RSI, self.data.Close, 14, plot=False)

        def next(self):
            index = self.index[-1]
            if self.position:
                if index > options.overbought:
                    self.position.close()
            elif index < options.oversold:
                stop, target = stops(self.data.Close[-1], options.stop_loss, options.take_profit)
                self.buy(size=1, sl=stop, tp=target)

    start = time.perf_counter()
    result = Backtest(data, Rule, cash=1e9, commission=0, trade_on_close=True, exclusive_orders=False).run()
    seconds = time.perf_counter() - start
    trades = result["_trades"]
    return seconds, list(zip(trades["EntryBar"], trades["ExitBar"], trades["EntryPrice"], trades["ExitPrice"]))


def run_vectorbt(data, options):
    import vectorbt

    def work():
        close = data["Close"].to_numpy()
        index = talib.RSI(close, 14)
        stop, target = stops(close, options.stop_loss, options.take_profit)
        portfolio = vectorbt.Portfolio.from_signals(
            close, entries=index < options.oversold, exits=index > options.overbought,
            open=data["Open"].to_numpy(), high=data["High"].to_numpy(), low=data["Low"].to_numpy(),
            sl_stop=1 - stop / close, tp_stop=target / close - 1, size=1, init_cash=1e9, fees=0, slippage=0,
            upon_opposite_entry="ignore", freq="1min")
        return portfolio, portfolio.total_return()

    work()  # compiles
    start = time.perf_counter()
    portfolio, _ = work()
    seconds = time.perf_counter() - start
    trades = portfolio.trades.records
    trades = trades[trades["status"] == 1]
    rows = zip(trades["entry_idx"], trades["exit_idx"], trades["entry_price"], trades["exit_price"])
    return seconds, list(rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", required=True, choices=["backtesting.py", "vectorbt"])
    parser.add_argument("--candles", required=True)
    for name in ["oversold", "overbought", "stop-loss", "take-profit"]:
        parser.add_argument("--" + name, type=float, required=True)
    options = parser.parse_args()
    data = pd.read_csv(options.candles)
    data.index = pd.to_datetime(data.pop("open_time"), unit="ms")
    data.columns = [name.capitalize() for name in data.columns]
    run = run_backtesting if options.peer == "backtesting.py" else run_vectorbt
    seconds, rows = run(data, options)
    print(len(data), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    for entry, exit, entry_price, exit_price in rows:
        print(entry, exit, repr(float(entry_price)), repr(float(exit_price)))


if __name__ == "__main__":
    main()
