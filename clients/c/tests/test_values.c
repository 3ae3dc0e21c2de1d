/* Bookmarks, addresses, options, request ids, names. */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>

#include "support.h"

static void bookmarks_keep_their_text(void) {
  static const char *const good[] = { "a:0", "7d7tyoos:131", "with:colon:9223372036854775807" };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    botd_bookmark bookmark;
    char text[BOTD_BOOKMARK_SIZE];
    CHECK(botd_bookmark_parse(&bookmark, good[i], NULL) == 0);
    botd_bookmark_format(&bookmark, text);
    CHECK(!strcmp(text, good[i]));
  }
}

static void other_texts_are_no_bookmarks(void) {
  static const char *const bad[] = {
    "", ":", "a", "a:", ":1", "a:-1", "a:+1", "a: 1", "a:1 ", "a:1x", "a:9223372036854775808", "a:99999999999999999999999",
    "0123456789012345678901234567890123456789012345678901234567890123456789:1"
  };
  botd_error error = BOTD_ERROR_INIT;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    botd_bookmark bookmark = { "kept", 7 };
    CHECK(botd_bookmark_parse(&bookmark, bad[i], &error) == -1);
    CHECK(error.kind == BOTD_ERROR_ARGUMENT && error.code == 3);
    CHECK(!strcmp(bookmark.journal_id, "kept") && bookmark.sequence == 7);
  }
  CHECK(botd_bookmark_parse(&(botd_bookmark){ "", 0 }, NULL, &error) == -1);
}

static void the_default_address_follows_the_environment(void) {
  char address[BOTD_ADDRESS_SIZE], *saved = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
  unsetenv("BOTD_ADDRESS");
  unsetenv("XDG_RUNTIME_DIR");
  unsetenv("HOME");
  CHECK(botd_default_address(address, NULL) == 0 && !strcmp(address, "unix:/run/botd/botd.sock"));
  setenv("HOME", "/home/a", 1);
  CHECK(botd_default_address(address, NULL) == 0 && !strcmp(address, "unix:/home/a/.botd/botd.sock"));
  setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
  CHECK(botd_default_address(address, NULL) == 0 && !strcmp(address, "unix:/run/user/1/botd/botd.sock"));
  setenv("BOTD_ADDRESS", "tcp://h:1", 1);
  CHECK(botd_default_address(address, NULL) == 0 && !strcmp(address, "tcp://h:1"));
  char longer[BOTD_ADDRESS_SIZE + 1];
  memset(longer, 'x', sizeof longer - 1);
  longer[sizeof longer - 1] = 0;
  setenv("BOTD_ADDRESS", longer, 1);
  CHECK(botd_default_address(address, NULL) == -1);
  unsetenv("BOTD_ADDRESS");
  unsetenv("XDG_RUNTIME_DIR");
  if (saved) setenv("HOME", saved, 1);
  free(saved);
}

static void wrong_addresses_and_options_are_refused(void) {
  static const char *const bad[] = { "", "botd.sock", "http://h:1", "unix", "UNIX:/x" };
  botd_error error = BOTD_ERROR_INIT;
  botd_options options;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK(!botd_client_new(bad[i], NULL, &error) && error.kind == BOTD_ERROR_ARGUMENT);
    CHECK(!botd_channel_open(bad[i], NULL, &error) && error.kind == BOTD_ERROR_ARGUMENT);
  }
  static const char *const unusable[] = { "unix:", "tcp://", "tcp://h", "tcp://h:", "tcp://:1", "tcp://127.0.0.1:http-alt", "tcp://127.0.0.1:65536",
    "tcp://127.0.0.1:-1" };
  for (size_t i = 0; i < sizeof unusable / sizeof *unusable; i++) {
    CHECK(!botd_channel_open(unusable[i], NULL, &error) && error.kind == BOTD_ERROR_ARGUMENT);
  }
  char path[200] = "unix:/";
  memset(path + 6, 'p', sizeof path - 7);
  path[sizeof path - 1] = 0;
  CHECK(!botd_channel_open(path, NULL, &error) && error.kind == BOTD_ERROR_ARGUMENT);
  botd_options_init(&options);
  options.timeout_ms = 0;
  CHECK(!botd_client_new("unix:/x", &options, &error) && error.kind == BOTD_ERROR_ARGUMENT);
  botd_options_init(&options);
  options.heartbeat_ms = 99;
  CHECK(!botd_client_new("unix:/x", &options, &error) && error.kind == BOTD_ERROR_ARGUMENT);
  botd_options_init(&options);
  options.first_stream_id = 2;
  CHECK(!botd_channel_open("unix:/x", &options, &error) && error.kind == BOTD_ERROR_ARGUMENT);
  CHECK(!botd_channel_adopt(-1, NULL, &error) && error.kind == BOTD_ERROR_ARGUMENT);
}

static void request_ids_are_uuids(void) {
  char one[BOTD_REQUEST_ID_SIZE], other[BOTD_REQUEST_ID_SIZE];
  CHECK(!botd_request_id(one, NULL) && !botd_request_id(other, NULL));
  CHECK(strlen(one) == 36 && strspn(one, "0123456789abcdef-") == 36 && one[14] == '4' && strchr("89ab", one[19]));
  CHECK(strcmp(one, other));
}

static void names_cover_all_numbers(void) {
  CHECK(!strcmp(botd_code_name(0), "OK") && !strcmp(botd_code_name(5), "NOT_FOUND") && !strcmp(botd_code_name(16), "UNAUTHENTICATED"));
  CHECK(!strcmp(botd_code_name(-1), "UNKNOWN") && !strcmp(botd_code_name(17), "UNKNOWN"));
  CHECK(!strcmp(botd_error_kind_name(BOTD_ERROR_MEMORY), "MEMORY") && !strcmp(botd_error_kind_name((botd_error_kind)99), "UNKNOWN"));
  botd_error_clear(NULL);
}

const test value_tests[] = {
  { "bookmarks keep their text", bookmarks_keep_their_text },
  { "other texts are no bookmarks", other_texts_are_no_bookmarks },
  { "the default address follows the environment", the_default_address_follows_the_environment },
  { "wrong addresses and options are refused", wrong_addresses_and_options_are_refused },
  { "request ids are UUIDs", request_ids_are_uuids },
  { "names cover all numbers", names_cover_all_numbers },
  { NULL, NULL }
};
