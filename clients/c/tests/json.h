/* JSON, and messages in proto3's JSON: just what the files of proto/vectors need. */
#ifndef JSON_H
#define JSON_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } json_kind;

/* A value. Members of an object and elements of an array are chained. */
typedef struct json json;
struct json {
  json_kind kind;
  char *name;   /* as a member */
  char *text;   /* string, number, "true" or "false" */
  json *first, *next;
};

/* NULL: not JSON, or no memory. */
json *json_parse(const char *text);
void json_free(json *value);

/* Member of an object; NULL: there is none. */
const json *json_get(const json *object, const char *name);

/* Text of a member, "" when there is none. */
const char *json_text(const json *object, const char *name);

/* Number of elements; 0 for NULL. */
size_t json_count(const json *array);

/* A message of a type, to be freed by protobuf_c_message_free_unpacked. NULL: it is none of that type. */
ProtobufCMessage *json_message(const ProtobufCMessageDescriptor *type, const json *object);

#endif
