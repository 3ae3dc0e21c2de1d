#include "CBounds.h"
#include <string.h>

int64_t bound_decimal(const char *p, size_t length) {
  const char *end = p + length;
  int negative = 0;
  if (p < end && *p == '-') negative = 1, p++;
  int64_t value = 0;
  int digits = 8, point = 0;
  for (; p < end; p++) {
    if (*p == '.') {
      point = 1;
      continue;
    }
    value = value * 10 + (*p - '0');
    digits -= point;
  }
  while (digits-- > 0) value *= 10;
  return negative ? -value : value;
}

// A quoted decimal at p; answers the byte after its closing quote.
static const char *decimal(const char *p, int64_t *out) {
  int64_t value = 0;
  p++;
  while (*p >= '0' && *p <= '9') value = value * 10 + (*p++ - '0');
  int digits = 8;
  if (*p == '.') {
    p++;
    while (*p >= '0' && *p <= '9') value = value * 10 + (*p++ - '0'), digits--;
  }
  while (digits-- > 0) value *= 10;
  *out = value;
  return p + 1;
}

static const char *integer(const char *p, int64_t *out) {
  int64_t value = 0;
  while (*p >= '0' && *p <= '9') value = value * 10 + (*p++ - '0');
  *out = value;
  return p;
}

// Text up to the closing quote; p stands after the opening one.
static const char *text(const char *p, char *out, size_t capacity) {
  size_t n = 0;
  while (*p != '"' && n + 1 < capacity) out[n++] = *p++;
  out[n] = 0;
  return p + 1;
}

// Moves over `,"x":`; answers NULL when the key is another.
static const char *key(const char *p, char name) { return p && p[2] == name && p[4] == ':' ? p + 5 : NULL; }

int bound_frame(const char *bytes, size_t length, bound_event *event) {
  int64_t skip;
  const char *p = memchr(bytes + 11, '"', length - 11);  // after {"stream":"
  if (!p || memcmp(p, "\",\"data\":{", 10) != 0) return 0;
  p += 9;  // stands on {, so that the first key looks like the others
  if (p[2] == 'u') {
    event->kind = 2;
    p = integer(key(p, 'u'), &event->id);
    if (!(p = key(p, 's'))) return 0;
    p = text(p + 1, event->symbol, sizeof event->symbol);
    const char names[] = "bBaA";
    for (int i = 0; i < 4; i++) {
      if (!(p = key(p, names[i]))) return 0;
      p = decimal(p, &event->v[i]);
    }
    return *p == '}';
  }
  if (!(p = key(p, 'e'))) return 0;
  if (p[1] == 't') {
    event->kind = 1;
    if (!(p = key(p + 7, 'E'))) return 0;
    p = integer(p, &event->time);
    if (!(p = key(p, 's'))) return 0;
    p = text(p + 1, event->symbol, sizeof event->symbol);
    if (!(p = key(p, 't'))) return 0;
    p = integer(p, &event->id);
    if (!(p = key(p, 'p'))) return 0;
    p = decimal(p, &event->v[0]);
    if (!(p = key(p, 'q'))) return 0;
    p = decimal(p, &event->v[1]);
    if (!(p = key(p, 'T'))) return 0;
    p = integer(p, &event->open_time);
    if (!(p = key(p, 'm'))) return 0;
    event->flag = *p == 't';
    return 1;
  }
  if (p[1] != 'k') return 0;
  event->kind = 3;
  if (!(p = key(p + 7, 'E'))) return 0;
  p = integer(p, &event->time);
  if (!(p = key(p, 's'))) return 0;
  p = text(p + 1, event->symbol, sizeof event->symbol);
  if (!(p = key(p, 'k'))) return 0;
  p = integer(key(p, 't'), &event->open_time);
  if (!(p = key(p, 'T'))) return 0;
  p = integer(p, &skip);
  if (!(p = key(p, 's'))) return 0;
  while (*++p != '"') {}
  if (!(p = key(p + 1, 'i'))) return 0;
  while (*++p != '"') {}
  if (!(p = key(p + 1, 'f'))) return 0;
  p = integer(p, &skip);
  if (!(p = key(p, 'L'))) return 0;
  p = integer(p, &event->id);
  const char names[] = "ochlv";
  for (int i = 0; i < 5; i++) {
    if (!(p = key(p, names[i]))) return 0;
    p = decimal(p, &event->v[i]);
  }
  if (!(p = key(p, 'n'))) return 0;
  p = integer(p, &event->count);
  if (!(p = key(p, 'x'))) return 0;
  event->flag = *p == 't';
  p += event->flag ? 4 : 5;
  if (!(p = key(p, 'q'))) return 0;
  p = decimal(p, &event->v[5]);
  return 1;
}
