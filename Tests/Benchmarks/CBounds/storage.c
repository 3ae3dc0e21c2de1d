#include "CBounds.h"
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

uint64_t bound_sqlite(const char *path, size_t commits, size_t group, size_t size) {
  sqlite3 *db = NULL;
  sqlite3_stmt *insert = NULL, *begin = NULL, *commit = NULL;
  char *row = calloc(1, size);
  uint64_t elapsed = 0;
  sqlite3_int64 sequence = 0;
  if (!row || sqlite3_open(path, &db) != SQLITE_OK) goto done;
  if (sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                       "CREATE TABLE IF NOT EXISTS entry(sequence INTEGER PRIMARY KEY, time INTEGER, kind INTEGER, body BLOB)",
                   NULL, NULL, NULL) != SQLITE_OK)
    goto done;
  if (sqlite3_prepare_v2(db, "INSERT INTO entry VALUES(?, ?, ?, ?)", -1, &insert, NULL) != SQLITE_OK) goto done;
  if (sqlite3_prepare_v2(db, "BEGIN IMMEDIATE", -1, &begin, NULL) != SQLITE_OK) goto done;
  if (sqlite3_prepare_v2(db, "COMMIT", -1, &commit, NULL) != SQLITE_OK) goto done;
  uint64_t start = bound_now();
  for (size_t i = 0; i < commits; i++) {
    if (sqlite3_step(begin) != SQLITE_DONE) goto done;
    sqlite3_reset(begin);
    for (size_t j = 0; j < group; j++) {
      sqlite3_bind_int64(insert, 1, ++sequence);
      sqlite3_bind_int64(insert, 2, sequence);
      sqlite3_bind_int64(insert, 3, 9);
      sqlite3_bind_blob(insert, 4, row, (int)size, SQLITE_STATIC);
      if (sqlite3_step(insert) != SQLITE_DONE) goto done;
      sqlite3_reset(insert);
    }
    if (sqlite3_step(commit) != SQLITE_DONE) goto done;
    sqlite3_reset(commit);
  }
  elapsed = bound_now() - start;
done:
  sqlite3_finalize(insert);
  sqlite3_finalize(begin);
  sqlite3_finalize(commit);
  sqlite3_close(db);
  free(row);
  return elapsed;
}

uint64_t bound_fdatasync(const char *path, size_t count, size_t size) {
  int fd = open(path, O_CREAT | O_WRONLY | O_APPEND | O_TRUNC | O_CLOEXEC, 0600);
  char *row = calloc(1, size);
  uint64_t elapsed = 0;
  if (fd >= 0 && row) {
    uint64_t start = bound_now();
    size_t i = 0;
    for (; i < count; i++)
      if (write(fd, row, size) != (ssize_t)size || fdatasync(fd) != 0) break;
    if (i == count) elapsed = bound_now() - start;
  }
  if (fd >= 0) close(fd);
  free(row);
  return elapsed;
}
