/* The scripted peer: a daemon of a test's own making, for what the real one never does. */
#define _GNU_SOURCE

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support.h"

bool peer_listen(peer *peer, const char *path) {
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
  unlink(path);
  peer->connection = -1;
  peer->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!peer->api_version) peer->api_version = "botd.v1";
  return !bind(peer->listener, (struct sockaddr *)&name, sizeof name) && !listen(peer->listener, 8);
}

void peer_hang_up(peer *peer) {
  if (peer->connection >= 0) close(peer->connection);
  peer->connection = -1;
  peer->have = 0;
}

void peer_close(peer *peer) {
  peer_hang_up(peer);
  close(peer->listener);
}

void send_bytes(int descriptor, const void *bytes, size_t length) {
  for (const uint8_t *at = bytes; length > 0;) {
    ssize_t sent = send(descriptor, at, length, MSG_NOSIGNAL);
    if (sent < 0) return;
    at += sent;
    length -= (size_t)sent;
  }
}

void send_frame(int descriptor, uint32_t id, uint8_t type, uint8_t flags, const void *data, size_t length) {
  uint8_t header[10] = {
    (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length,
    (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id, type, flags
  };
  send_bytes(descriptor, header, sizeof header);
  if (length) send_bytes(descriptor, data, length);
}

void send_message(int descriptor, uint32_t id, const ProtobufCMessage *message) {
  uint8_t bytes[16384];
  send_frame(descriptor, id, 3, 0, bytes, protobuf_c_message_pack(message, bytes));
}

void send_status(int descriptor, uint32_t id, int code, const char *reason, int64_t last_sequence) {
  uint8_t detail[1024], bytes[4096];
  Botd__V1__ErrorInfo info = BOTD__V1__ERROR_INFO__INIT;
  info.reason = (char *)reason;
  info.message = "scripted";
  info.last_sequence = last_sequence;
  Botd__Ttrpc__V1__Any any = BOTD__TTRPC__V1__ANY__INIT, *details[] = { &any };
  any.type_url = "type.googleapis.com/botd.v1.ErrorInfo";
  any.value = (ProtobufCBinaryData){ botd__v1__error_info__pack(&info, detail), detail };
  Botd__Ttrpc__V1__Status status = BOTD__TTRPC__V1__STATUS__INIT;
  status.code = code;
  status.message = "scripted";
  status.details = details;
  status.n_details = 1;
  Botd__Ttrpc__V1__Response response = BOTD__TTRPC__V1__RESPONSE__INIT;
  response.status = &status;
  send_frame(descriptor, id, 2, 0, bytes, botd__ttrpc__v1__response__pack(&response, bytes));
}

void send_answer(int descriptor, uint32_t id, const ProtobufCMessage *message) {
  uint8_t payload[4096], bytes[8192];
  Botd__Ttrpc__V1__Response response = BOTD__TTRPC__V1__RESPONSE__INIT;
  response.payload = (ProtobufCBinaryData){ protobuf_c_message_pack(message, payload), payload };
  send_frame(descriptor, id, 2, 0, bytes, botd__ttrpc__v1__response__pack(&response, bytes));
}

static void answer_hello(peer *peer, uint32_t id) {
  Botd__V1__HelloResponse hello = BOTD__V1__HELLO_RESPONSE__INIT;
  hello.version = "0.0.1";
  hello.api_version = (char *)peer->api_version;
  hello.started_time_ns = peer->started_ns;
  send_answer(peer->connection, id, &hello.base);
}

static void peer_take_call(peer *peer, uint32_t id, const uint8_t *bytes, size_t length) {
  Botd__Ttrpc__V1__Request *request = botd__ttrpc__v1__request__unpack(NULL, length, bytes);
  if (request && !strcmp(request->method, "Hello")) answer_hello(peer, id);
  else if (request && peer->on_call) peer->on_call(peer, id, request);
  botd__ttrpc__v1__request__free_unpacked(request, NULL);
}

static void peer_take(peer *peer, const uint8_t *header, size_t length) {
  uint32_t id = (uint32_t)header[6] << 8 | header[7];
  if (header[8] == 1 && header[9] == 0) peer_take_call(peer, id, header + 10, length);
  if (header[8] != 3) return;
  if (header[9] & 1) {
    peer->half_closes += 1;
    send_frame(peer->connection, id, 3, 5, NULL, 0);
    return;
  }
  Botd__V1__SubscribeTradesRequest *request = botd__v1__subscribe_trades_request__unpack(NULL, length, header + 10);
  peer->subscriptions += 1;
  if (request && peer->on_subscribe) peer->on_subscribe(peer, id, request);
  botd__v1__subscribe_trades_request__free_unpacked(request, NULL);
}

static void peer_read(peer *peer) {
  ssize_t got = recv(peer->connection, peer->bytes + peer->have, sizeof peer->bytes - peer->have, 0);
  if (got <= 0) {
    peer_hang_up(peer);
    return;
  }
  peer->have += (size_t)got;
  while (peer->have >= 10) {
    size_t length = (size_t)peer->bytes[2] << 8 | peer->bytes[3];
    if (peer->have < 10 + length) return;
    int connections = peer->connection;
    peer_take(peer, peer->bytes, length);
    if (peer->connection != connections) return;
    peer->have -= 10 + length;
    memmove(peer->bytes, peer->bytes + 10 + length, peer->have);
  }
}

static void peer_accept(peer *peer) {
  peer->connection = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
  peer->connections += 1;
}

peer *fork_peer(const peer *script, const char *path, process *serving) {
  peer *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return NULL;
  *shared = *script;
  if (!peer_listen(shared, path)) return NULL;
  serving->output = open("/dev/null", O_RDONLY | O_CLOEXEC);
  serving->pid = fork();
  if (serving->pid == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (serving->pid == 0) {
    if (shared->connection < 0) peer_accept(shared);
    else peer_read(shared);
  }
  close(shared->listener);
  return shared;
}

void end_peer(peer *peer, process *serving) {
  end_process(serving, SIGKILL);
  munmap(peer, sizeof *peer);
}

bool drive(botd_client *client, peer *peer, const int *done, int target) {
  for (int64_t until = clock_ms() + 5000; clock_ms() < until;) {
    botd_client_process(client, NULL);
    if (*done >= target) return true;
    struct pollfd ready[] = {
      { .fd = botd_client_fd(client), .events = botd_client_events(client) },
      { .fd = peer->connection < 0 ? peer->listener : peer->connection, .events = POLLIN }
    };
    int wait = botd_client_wait_ms(client);
    poll(ready, 2, wait < 0 || wait > 1000 ? 1000 : wait);
    if (!ready[1].revents) continue;
    if (peer->connection >= 0) peer_read(peer);
    else peer_accept(peer);
  }
  return false;
}
