package main

import (
	"strings"

	"github.com/botd-trading/botd/clients/go/botdv1"
)

// fillLine is a fill as it is printed.
type fillLine struct {
	Sequence         int64  `json:"sequence"`
	PreviousSequence int64  `json:"previous_sequence"`
	TradeID          string `json:"trade_id"`
	Symbol           string `json:"symbol"`
	ClientOrderID    string `json:"client_order_id"`
	Price            string `json:"price"`
	Quantity         string `json:"quantity"`
	Side             string `json:"side"`
}

func line(trade *botdv1.Trade) fillLine {
	return fillLine{
		Sequence: trade.GetSequence(), PreviousSequence: trade.GetPreviousSequence(), TradeID: trade.GetTradeId(),
		Symbol: trade.GetSymbol(), ClientOrderID: trade.GetClientOrderId(), Price: trade.GetPrice(), Quantity: trade.GetQuantity(),
		Side: strings.TrimPrefix(trade.GetSide().String(), "SIDE_"),
	}
}
