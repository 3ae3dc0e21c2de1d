/* What a channel sends, and what it makes of the frames that come. */
#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

/* The examples of PROTOCOL.md, section 4. */
static void frames_are_those_of_the_protocol_page(void) {
  static const uint8_t ping[] = "\x0a\x15" "botd.v1.SystemService" "\x12\x04" "Ping" "\x1a\x04\x0a\x02hi" "\x20\x80\x94\xeb\xdc\x03";
  static const uint8_t open[] = "\x0a\x14" "botd.v1.TradeService" "\x12\x0f" "SubscribeTrades";
  wire wire;
  ending done;
  frame sent;
  botd_options options;
  botd_options_init(&options);
  options.timeout_nano = 1000000000;
  CHECK(open_wire(&wire, &options));
  Botd__V1__PingRequest request = BOTD__V1__PING_REQUEST__INIT;
  request.payload = (ProtobufCBinaryData){ 2, (uint8_t *)"hi" };
  botd_stub system;
  botd_stub_init_channel(&system, wire.channel, &botd__v1__system_service__descriptor);
  botd__v1__system_service__ping(&system.base, &request, NULL, NULL);
  CHECK(system.call == 0); /* no closure: refused */
  memset(&done, 0, sizeof done);
  done.channel = wire.channel;
  CHECK(start_trades(&wire, &done) == 1);
  CHECK(take_sent(&wire, &sent) == 2 && sent.type == 3 && sent.flags == 0 && sent.length == 2 && !memcmp(sent.data, "\x08\x29", 2));
  ending answered;
  CHECK(start_ping(&wire, &answered, 0) == 3);
  CHECK(take_sent(&wire, &sent) == 1 && sent.id == 3 && sent.type == 1 && sent.flags == 0);
  CHECK(sent.length == sizeof ping - 1 - 6 && !memcmp(sent.data, ping, 29) && !memcmp(sent.data + 29, ping + 35, 6));
  botd_channel_cancel(wire.channel, 1);
  botd_channel_cancel(wire.channel, 1);
  CHECK(take_sent(&wire, &sent) == 1 && sent.id == 1 && sent.type == 3 && sent.flags == 5 && sent.length == 0);
  CHECK(start_trades(&wire, &done) == 5);
  uint8_t first[512];
  botd_channel_process(wire.channel, NULL);
  CHECK(recv(wire.far, first, sizeof first, 0) == 10 + (ssize_t)sizeof open - 1 + 12);
  CHECK(first[8] == 1 && first[9] == 2 && !memcmp(first + 10, open, sizeof open - 1));
  close_wire(&wire);
}

static void a_server_stream_is_opened_closed(void) {
  wire wire;
  ending done;
  frame sent;
  CHECK(open_wire(&wire, NULL));
  CHECK(start_backtest(&wire, &done) == 1);
  CHECK(take_sent(&wire, &sent) == 1 && sent.type == 1 && sent.flags == 1);
  close_wire(&wire);
  CHECK(done.ends == 1 && done.kind == BOTD_ERROR_CANCELED);
}

static void answers_may_come_in_any_order(void) {
  wire wire;
  ending one, two, three;
  frame sent;
  CHECK(open_wire(&wire, NULL));
  uint32_t a = start_ping(&wire, &one, 0), b = start_ping(&wire, &two, 0), c = start_ping(&wire, &three, 0);
  CHECK(take_sent(&wire, &sent) == 3);
  answer_ping(&wire, c);
  send_frame(wire.far, 99, 2, 0, "", 0); /* of no call: let pass */
  send_frame(wire.far, a, 77, 0, "x", 1); /* of no known type: let pass */
  answer_ping(&wire, a);
  CHECK(botd_channel_process(wire.channel, NULL) == 0);
  CHECK(one.messages == 1 && two.messages == 0 && three.messages == 1);
  answer_ping(&wire, b);
  answer_ping(&wire, b); /* a second time: let pass */
  CHECK(botd_channel_process(wire.channel, NULL) == 0 && two.messages == 1 && one.ends + two.ends + three.ends == 0);
  close_wire(&wire);
}

static void streams_end_as_the_daemon_says(void) {
  wire wire;
  ending clean, failed, empty;
  frame sent;
  CHECK(open_wire(&wire, NULL));
  uint32_t a = start_trades(&wire, &clean), b = start_trades(&wire, &failed), c = start_backtest(&wire, &empty);
  CHECK(take_sent(&wire, &sent) == 5);
  send_frame(wire.far, a, 3, 0, "", 0); /* an empty message is a message */
  send_frame(wire.far, a, 3, 5, "", 0);
  send_status(wire.far, b, 8, "READER_TOO_SLOW", 17);
  send_frame(wire.far, c, 3, 1, "", 0); /* the last message and the end in one */
  CHECK(botd_channel_process(wire.channel, NULL) == 0);
  CHECK(clean.messages == 1 && clean.ends == 1 && clean.kind == BOTD_OK);
  CHECK(failed.messages == 0 && failed.ends == 1 && failed.kind == BOTD_ERROR_STATUS && failed.code == 8);
  CHECK(!strcmp(failed.reason, "READER_TOO_SLOW"));
  CHECK(empty.messages == 1 && empty.ends == 1 && empty.kind == BOTD_OK);
  close_wire(&wire);
}

static void what_breaks_the_rules_ends_its_call_alone(void) {
  static const uint8_t rubbish[] = { 0xff, 0xff, 0xff };
  wire wire;
  ending data_for_unary, bad_envelope, bad_payload, bad_message, fine;
  frame sent;
  CHECK(open_wire(&wire, NULL));
  uint32_t a = start_ping(&wire, &data_for_unary, 0), b = start_ping(&wire, &bad_envelope, 0), c = start_ping(&wire, &bad_payload, 0),
           d = start_trades(&wire, &bad_message), e = start_ping(&wire, &fine, 0);
  CHECK(take_sent(&wire, &sent) == 6);
  send_frame(wire.far, a, 3, 0, "", 0);
  send_frame(wire.far, b, 2, 0, rubbish, sizeof rubbish);
  send_frame(wire.far, c, 2, 0, "\x12\x03\xff\xff\xff", 5);
  send_frame(wire.far, d, 3, 0, rubbish, sizeof rubbish);
  answer_ping(&wire, e);
  CHECK(botd_channel_process(wire.channel, NULL) == 0);
  const ending *const broken[] = { &data_for_unary, &bad_envelope, &bad_payload, &bad_message };
  for (size_t i = 0; i < 4; i++) CHECK(broken[i]->ends == 1 && broken[i]->kind == BOTD_ERROR_NOT_BOTD && broken[i]->messages == 0);
  CHECK(fine.messages == 1);
  CHECK(take_sent(&wire, &sent) == 1 && sent.id == d && sent.flags == 5);
  close_wire(&wire);
}

static void messages_over_4_mib_fail_both_ways(void) {
  wire wire;
  ending large, small;
  frame sent;
  CHECK(open_wire(&wire, NULL));
  uint8_t *bytes = calloc(1, BOTD_FRAME_MAX + 1);
  Botd__V1__PingRequest request = BOTD__V1__PING_REQUEST__INIT;
  request.payload = (ProtobufCBinaryData){ BOTD_FRAME_MAX, bytes };
  botd_error error = BOTD_ERROR_INIT;
  CHECK(start_ping(&wire, &large, 0) == 1 && start_ping(&wire, &small, 0) == 3);
  const ProtobufCServiceDescriptor *system = &botd__v1__system_service__descriptor;
  unsigned ping = (unsigned)(protobuf_c_service_descriptor_get_method_by_name(system, "Ping") - system->methods);
  CHECK(!botd_channel_call(wire.channel, system, ping, &request.base, 0, (ProtobufCClosure)abort, NULL, &error));
  CHECK(error.kind == BOTD_ERROR_TOO_LARGE && error.code == 8);
  request.payload.len = BOTD_FRAME_MAX - 8; /* fits without its envelope only */
  CHECK(!botd_channel_call(wire.channel, system, ping, &request.base, 0, (ProtobufCClosure)abort, NULL, &error));
  CHECK(error.kind == BOTD_ERROR_TOO_LARGE);
  CHECK(take_sent(&wire, &sent) == 2);
  send_bytes(wire.far, "\x00\x40\x00\x01\x00\x00\x00\x01\x02\x00", 10);
  for (size_t at = 0; at <= BOTD_FRAME_MAX; at += 65537) {
    size_t rest = BOTD_FRAME_MAX + 1 - at;
    send_bytes(wire.far, bytes, rest < 65537 ? rest : 65537);
    CHECK(botd_channel_process(wire.channel, NULL) == 0);
  }
  CHECK(large.ends == 1 && large.kind == BOTD_ERROR_TOO_LARGE);
  answer_ping(&wire, 3);
  CHECK(botd_channel_process(wire.channel, NULL) == 0 && small.messages == 1);
  free(bytes);
  close_wire(&wire);
}

/* 4 MiB of empty trades would unpack to half a gigabyte. */
static void a_message_cannot_unpack_to_any_size(void) {
  wire wire;
  ending done;
  frame sent;
  CHECK(open_wire(&wire, NULL));
  uint32_t id = start_trades(&wire, &done);
  CHECK(take_sent(&wire, &sent) == 2);
  uint8_t *bytes = malloc(BOTD_FRAME_MAX);
  for (size_t i = 0; i < BOTD_FRAME_MAX; i += 2) memcpy(bytes + i, "\x0a\x00", 2);
  uint8_t header[10] = { 0, 0x40, 0, 0, 0, 0, 0, (uint8_t)id, 3, 0 };
  send_bytes(wire.far, header, sizeof header);
  for (size_t at = 0; at < BOTD_FRAME_MAX; at += 65536) {
    send_bytes(wire.far, bytes + at, 65536);
    CHECK(botd_channel_process(wire.channel, NULL) == 0);
  }
  free(bytes);
  CHECK(done.messages == 0 && done.ends == 1 && done.kind == BOTD_ERROR_TOO_LARGE);
  close_wire(&wire);
}

static void a_deadline_ends_the_call_and_not_the_channel(void) {
  wire wire;
  ending late, later;
  frame sent;
  CHECK(open_wire(&wire, NULL));
  int64_t began = clock_ms();
  uint32_t a = start_ping(&wire, &late, 30), b = start_ping(&wire, &later, 0);
  CHECK(take_sent(&wire, &sent) == 2);
  while (!late.ends && clock_ms() < began + 5000) CHECK(botd_channel_run(wire.channel, 1000, NULL) == 0);
  CHECK(late.ends == 1 && late.kind == BOTD_ERROR_DEADLINE && late.code == 4 && clock_ms() >= began + 25);
  answer_ping(&wire, a);
  answer_ping(&wire, b);
  CHECK(botd_channel_process(wire.channel, NULL) == 0 && later.messages == 1 && late.messages == 0);
  close_wire(&wire);
}

static void ids_end_before_they_repeat(void) {
  wire wire;
  ending one;
  frame sent;
  botd_options options;
  botd_options_init(&options);
  options.first_stream_id = UINT32_MAX;
  CHECK(open_wire(&wire, &options));
  CHECK(start_ping(&wire, &one, 0) == UINT32_MAX && take_sent(&wire, &sent) == 1 && sent.id == UINT32_MAX);
  CHECK(start_ping(&wire, &(ending){ 0 }, 0) == 0 && wire.error.kind == BOTD_ERROR_CUT);
  answer_ping(&wire, UINT32_MAX);
  CHECK(botd_channel_process(wire.channel, NULL) == 0 && one.messages == 1);
  close_wire(&wire);
}

static void process_inside(const ProtobufCMessage *message, void *data) {
  wire *wire = data;
  (void)message;
  botd_channel_process(wire->channel, &wire->error);
}

static void a_closure_cannot_process_its_channel(void) {
  wire wire;
  Botd__V1__PingRequest request = BOTD__V1__PING_REQUEST__INIT;
  CHECK(open_wire(&wire, NULL));
  botd_stub system;
  botd_stub_init_channel(&system, wire.channel, &botd__v1__system_service__descriptor);
  botd__v1__system_service__ping(&system.base, &request, (Botd__V1__PingResponse_Closure)process_inside, &wire);
  answer_ping(&wire, system.call);
  CHECK(botd_channel_process(wire.channel, NULL) == 0 && wire.error.kind == BOTD_ERROR_ARGUMENT);
  close_wire(&wire);
}

static void too_many_calls_are_refused_here(void) {
  wire wire;
  static ending endings[1025];
  CHECK(open_wire(&wire, NULL));
  for (size_t i = 0; i < 1024; i++) CHECK(start_ping(&wire, &endings[i], 0));
  CHECK(!start_ping(&wire, &endings[1024], 0) && wire.error.kind == BOTD_ERROR_MEMORY && wire.error.code == 8);
  close_wire(&wire);
  for (size_t i = 0; i < 1024; i++) CHECK(endings[i].ends == 1 && endings[i].kind == BOTD_ERROR_CANCELED);
}

const test frame_tests[] = {
  { "frames are those of the protocol page", frames_are_those_of_the_protocol_page },
  { "a server stream is opened closed", a_server_stream_is_opened_closed },
  { "answers may come in any order", answers_may_come_in_any_order },
  { "streams end as the daemon says", streams_end_as_the_daemon_says },
  { "what breaks the rules ends its call alone", what_breaks_the_rules_ends_its_call_alone },
  { "messages over 4 MiB fail both ways", messages_over_4_mib_fail_both_ways },
  { "a message cannot unpack to any size", a_message_cannot_unpack_to_any_size },
  { "a deadline ends the call and not the channel", a_deadline_ends_the_call_and_not_the_channel },
  { "ids end before they repeat", ids_end_before_they_repeat },
  { "a closure cannot process its channel", a_closure_cannot_process_its_channel },
  { "too many calls are refused here", too_many_calls_are_refused_here },
  { NULL, NULL }
};
