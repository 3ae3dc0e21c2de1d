#define _POSIX_C_SOURCE 200809L

#include "json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ---- */

static json *parse_value(const char **at);

static void skip_space(const char **at) { *at += strspn(*at, " \t\r\n"); }

/* Adds a code point in UTF-8; the place after it. */
static char *add_character(char *to, unsigned long code) {
  if (code < 0x80) {
    *to++ = (char)code;
  } else if (code < 0x800) {
    *to++ = (char)(0xC0 | code >> 6);
    *to++ = (char)(0x80 | (code & 0x3F));
  } else {
    *to++ = (char)(0xE0 | code >> 12);
    *to++ = (char)(0x80 | (code >> 6 & 0x3F));
    *to++ = (char)(0x80 | (code & 0x3F));
  }
  return to;
}

/* Reads a string after its quotation mark. Surrogate pairs do not occur in the files. */
static char *parse_string(const char **at) {
  static const char escaped[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  char *text = malloc(strlen(*at) + 1), *to = text;
  while (text && **at && **at != '"') {
    const char *letter = **at == '\\' ? strchr(escaped, (*at)[1]) : NULL;
    if (**at != '\\') {
      *to++ = *(*at)++;
    } else if (letter && *letter) {
      *to++ = meant[letter - escaped];
      *at += 2;
    } else {
      char digits[5] = { 0 };
      if ((*at)[1] != 'u' || strspn(*at + 2, "0123456789abcdefABCDEF") < 4) break;
      memcpy(digits, *at + 2, 4);
      to = add_character(to, strtoul(digits, NULL, 16));
      *at += 6;
    }
  }
  if (!text || **at != '"') {
    free(text);
    return NULL;
  }
  *to = 0;
  *at += 1;
  return text;
}

/* Members or elements after the opening bracket, up to the closing one. */
static bool parse_items(json *into, const char **at, char closing) {
  json **last = &into->first;
  skip_space(at);
  for (bool more = **at != closing; more; more = **at == ',' && (*at)++) {
    char *name = NULL;
    skip_space(at);
    if (closing == '}') {
      if (*(*at)++ != '"' || !(name = parse_string(at))) return false;
      skip_space(at);
      if (*(*at)++ != ':') return free(name), false;
    }
    json *item = parse_value(at);
    if (!item) return free(name), false;
    item->name = name;
    *last = item;
    last = &item->next;
    skip_space(at);
  }
  return *(*at)++ == closing;
}

static json *parse_value(const char **at) {
  json *value = calloc(1, sizeof *value);
  if (!value) return NULL;
  skip_space(at);
  size_t length = strspn(*at, "+-.0123456789abcdefghijklmnopqrstuvwxyzE");
  bool valid;
  if (**at == '{' || **at == '[') {
    value->kind = **at == '{' ? JSON_OBJECT : JSON_ARRAY;
    valid = parse_items(value, at, *(*at)++ == '{' ? '}' : ']');
  } else if (**at == '"') {
    *at += 1;
    value->kind = JSON_STRING;
    valid = (value->text = parse_string(at)) != NULL;
  } else {
    value->kind = **at == 'n' ? JSON_NULL : **at == 't' || **at == 'f' ? JSON_BOOL : JSON_NUMBER;
    valid = length > 0 && (value->text = strndup(*at, length)) != NULL;
    *at += length;
  }
  if (valid) return value;
  json_free(value);
  return NULL;
}

json *json_parse(const char *text) {
  json *value = parse_value(&text);
  skip_space(&text);
  if (!*text) return value;
  json_free(value);
  return NULL;
}

void json_free(json *value) {
  while (value) {
    json *next = value->next;
    json_free(value->first);
    free(value->name);
    free(value->text);
    free(value);
    value = next;
  }
}

const json *json_get(const json *object, const char *name) {
  const json *at = object ? object->first : NULL;
  while (at && strcmp(at->name, name)) at = at->next;
  return at;
}

const char *json_text(const json *object, const char *name) {
  const json *member = json_get(object, name);
  return member && member->text ? member->text : "";
}

size_t json_count(const json *array) {
  size_t count = 0;
  for (const json *at = array ? array->first : NULL; at; at = at->next) count += 1;
  return count;
}

/* ---- Messages ---- */

static size_t size_of(const ProtobufCFieldDescriptor *field) {
  switch (field->type) {
    case PROTOBUF_C_TYPE_INT64: case PROTOBUF_C_TYPE_DOUBLE: return 8;
    case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_STRING: case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
    case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
    default: return 4;
  }
}

static bool set_bytes(ProtobufCBinaryData *target, const char *text) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t bits = 0;
  int have = 0;
  target->data = malloc(strlen(text) + 1);
  target->len = 0;
  for (; target->data && *text && *text != '='; text++) {
    const char *digit = strchr(digits, *text);
    if (!digit) return false;
    bits = bits << 6 | (uint32_t)(digit - digits);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    target->data[target->len++] = (uint8_t)(bits >> have);
  }
  return target->data != NULL;
}

/* Sets one value, whose memory is zero or the default. */
static bool set_value(const ProtobufCFieldDescriptor *field, void *target, const json *value) {
  if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
    ProtobufCMessage *message = json_message(field->descriptor, value);
    *(ProtobufCMessage **)target = message;
    return message != NULL;
  }
  if (!value->text) return false;
  switch (field->type) {
    case PROTOBUF_C_TYPE_STRING: return (*(char **)target = strdup(value->text)) != NULL;
    case PROTOBUF_C_TYPE_BYTES: return set_bytes(target, value->text);
    case PROTOBUF_C_TYPE_BOOL: *(protobuf_c_boolean *)target = !strcmp(value->text, "true"); return true;
    case PROTOBUF_C_TYPE_INT64: *(int64_t *)target = strtoll(value->text, NULL, 10); return true;
    case PROTOBUF_C_TYPE_INT32: *(int32_t *)target = (int32_t)strtol(value->text, NULL, 10); return true;
    case PROTOBUF_C_TYPE_DOUBLE: *(double *)target = strtod(value->text, NULL); return true;
    case PROTOBUF_C_TYPE_ENUM: {
      const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value_by_name(field->descriptor, value->text);
      if (found) *(int *)target = found->value;
      return found != NULL;
    }
    default: return false;
  }
}

static bool set_array(const ProtobufCFieldDescriptor *field, char *message, const json *array) {
  size_t size = size_of(field), count = json_count(array), *done = (size_t *)(void *)(message + field->quantifier_offset);
  char *items = calloc(count ? count : 1, size);
  if (!items) return false;
  *(void **)(void *)(message + field->offset) = items;
  for (const json *at = array->first; at; at = at->next, *done += 1) {
    if (!set_value(field, items + *done * size, at)) return false;
  }
  return true;
}

/* The field of a name in lowerCamelCase. */
static const ProtobufCFieldDescriptor *find_field(const ProtobufCMessageDescriptor *type, const char *name) {
  char snake[128];
  size_t length = 0;
  for (; *name && length + 2 < sizeof snake; name++) {
    bool capital = *name >= 'A' && *name <= 'Z';
    if (capital) snake[length++] = '_';
    snake[length++] = (char)(capital ? *name - 'A' + 'a' : *name);
  }
  snake[length] = 0;
  return protobuf_c_message_descriptor_get_field_by_name(type, snake);
}

ProtobufCMessage *json_message(const ProtobufCMessageDescriptor *type, const json *object) {
  ProtobufCMessage *message = malloc(type->sizeof_message);
  if (!message) return NULL;
  protobuf_c_message_init(type, message);
  bool valid = object && object->kind == JSON_OBJECT;
  for (const json *at = valid ? object->first : NULL; at && valid; at = at->next) {
    const ProtobufCFieldDescriptor *field = find_field(type, at->name);
    char *start = (char *)message;
    if (!field) {
      valid = false;
    } else if (field->label == PROTOBUF_C_LABEL_REPEATED) {
      valid = set_array(field, start, at);
    } else {
      if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) *(uint32_t *)(void *)(start + field->quantifier_offset) = field->id;
      valid = set_value(field, start + field->offset, at);
    }
  }
  if (valid) return message;
  protobuf_c_message_free_unpacked(message, NULL);
  return NULL;
}
