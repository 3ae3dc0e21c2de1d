#pragma once
#include <curl/curl.h>

// libcurl's option and info functions are variadic, which Swift cannot call: one typed entry per kind of argument.

static inline CURLcode botd_curl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode botd_curl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode botd_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode botd_curl_set_headers(CURL *easy, struct curl_slist *headers) {
  return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

static inline CURLcode botd_curl_set_body(CURL *easy, const void *bytes, curl_off_t count) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, count);
  if (code != CURLE_OK) return code;
  return curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

typedef size_t (*botd_curl_data_callback)(char *bytes, size_t size, size_t count, void *context);
typedef int (*botd_curl_request_callback)(void *context, char *remote, char *local, int remote_port, int local_port);

static inline CURLcode botd_curl_set_write(CURL *easy, botd_curl_data_callback callback, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
  if (code != CURLE_OK) return code;
  return curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline CURLcode botd_curl_set_header(CURL *easy, botd_curl_data_callback callback, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
  if (code != CURLE_OK) return code;
  return curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

static inline CURLcode botd_curl_set_read(CURL *easy, botd_curl_data_callback callback, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_READFUNCTION, callback);
  if (code != CURLE_OK) return code;
  return curl_easy_setopt(easy, CURLOPT_READDATA, context);
}

static inline CURLcode botd_curl_set_recipients(CURL *easy, struct curl_slist *addresses) {
  return curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, addresses);
}

// Called each time a request is about to be written to a connection, a repetition by libcurl itself included.
static inline CURLcode botd_curl_set_before_request(CURL *easy, botd_curl_request_callback callback, void *context) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
  if (code != CURLE_OK) return code;
  return curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
}

static inline CURLcode botd_curl_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode botd_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLcode botd_curl_message_result(const CURLMsg *message) { return message->data.result; }

static inline CURLcode botd_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
