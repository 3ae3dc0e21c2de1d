#define _GNU_SOURCE

#include "wire.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool open_wire(wire *wire, const botd_options *options) {
  int ends[2];
  memset(wire, 0, sizeof *wire);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return false;
  wire->far = ends[1];
  wire->channel = botd_channel_adopt(ends[0], options, &wire->error);
  return wire->channel != NULL;
}

void close_wire(wire *wire) {
  botd_channel_free(wire->channel);
  wire->channel = NULL;
  if (wire->far >= 0) close(wire->far);
  wire->far = -1;
  botd_error_clear(&wire->error);
}

static void note(const ProtobufCMessage *message, void *data) {
  ending *ending = data;
  const botd_error *error = botd_channel_error(ending->channel);
  if (message) ending->messages += 1;
  else ending->ends += 1;
  if (message) return;
  ending->kind = error->kind;
  ending->code = error->code;
  strcpy(ending->reason, error->reason);
}

static uint32_t start(wire *wire, ending *ending, const ProtobufCServiceDescriptor *service, const char *name,
                      const ProtobufCMessage *request, int timeout_ms) {
  unsigned method = 0;
  while (strcmp(service->methods[method].name, name)) method += 1;
  memset(ending, 0, sizeof *ending);
  ending->channel = wire->channel;
  return botd_channel_call(wire->channel, service, method, request, timeout_ms, note, ending, &wire->error);
}

uint32_t start_ping(wire *wire, ending *ending, int timeout_ms) {
  Botd__V1__PingRequest request = BOTD__V1__PING_REQUEST__INIT;
  return start(wire, ending, &botd__v1__system_service__descriptor, "Ping", &request.base, timeout_ms);
}

uint32_t start_trades(wire *wire, ending *ending) {
  Botd__V1__SubscribeTradesRequest request = BOTD__V1__SUBSCRIBE_TRADES_REQUEST__INIT;
  request.after_sequence = 41;
  return start(wire, ending, &botd__v1__trade_service__descriptor, "SubscribeTrades", &request.base, 0);
}

uint32_t start_backtest(wire *wire, ending *ending) {
  Botd__V1__RunBacktestRequest request = BOTD__V1__RUN_BACKTEST_REQUEST__INIT;
  return start(wire, ending, &botd__v1__backtest_service__descriptor, "RunBacktest", &request.base, 0);
}

int take_sent(wire *wire, frame *frame) {
  int count = 0;
  botd_channel_process(wire->channel, &wire->error);
  uint8_t header[10];
  while (recv(wire->far, header, sizeof header, MSG_DONTWAIT | MSG_PEEK) == (ssize_t)sizeof header) {
    recv(wire->far, header, sizeof header, MSG_WAITALL);
    frame->length = (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
    frame->id = (uint32_t)header[4] << 24 | (uint32_t)header[5] << 16 | (uint32_t)header[6] << 8 | header[7];
    frame->type = header[8];
    frame->flags = header[9];
    if (frame->length > sizeof frame->data) return -1;
    if (frame->length && recv(wire->far, frame->data, frame->length, MSG_WAITALL) != (ssize_t)frame->length) return -1;
    count += 1;
  }
  return count;
}

void answer_ping(wire *wire, uint32_t id) {
  static const uint8_t answer[] = { 0x12, 0x0e, 0x0a, 0x02, 'h', 'i', 0x10, 0x80, 0x80, 0xa8, 0xb1, 0xe3, 0x9f, 0xe7, 0xcb, 0x17 };
  send_frame(wire->far, id, 2, 0, answer, sizeof answer);
}
