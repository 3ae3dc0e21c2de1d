/* A channel over a socket pair, and calls that count how they end: for tests that play the daemon's side byte by byte. */
#ifndef WIRE_H
#define WIRE_H

#include "support.h"

typedef struct ending {
  botd_channel *channel;
  int messages, ends; /* ends: closures with NULL; a unary call ends with one of either */
  botd_error_kind kind;
  int code;
  char reason[64];
} ending;

typedef struct wire {
  botd_channel *channel;
  int far; /* the other end */
  botd_error error;
} wire;

bool open_wire(wire *wire, const botd_options *options);
void close_wire(wire *wire);

/* Starts Ping (unary), SubscribeTrades (both ways) or RunBacktest (server stream); the number of the call. */
uint32_t start_ping(wire *wire, ending *ending, int timeout_ms);
uint32_t start_trades(wire *wire, ending *ending);
uint32_t start_backtest(wire *wire, ending *ending);

/* Takes all frames that the channel has sent so far; the last one is left in `frame`. Answers how many there were. */
int take_sent(wire *wire, frame *frame);

/* Sends an answer of Ping. */
void answer_ping(wire *wire, uint32_t id);

#endif
