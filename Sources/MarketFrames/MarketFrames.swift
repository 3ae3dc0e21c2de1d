// MarketFrames
