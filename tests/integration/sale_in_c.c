/* One sale from plain C, as a register vendor would write it: dlopen, five functions, JSON.
 * Usage: sale_in_c LIBRARY CONFIG_JSON CARD. Exits 0 when the sale is committed. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "plugin/include/moadon_pos.h"

static __typeof__(moadon_pos_abi_version) *abi_version;
static __typeof__(moadon_pos_open) *pos_open;
static __typeof__(moadon_pos_call) *pos_call;
static __typeof__(moadon_pos_release) *pos_release;
static __typeof__(moadon_pos_close) *pos_close;

/* dlsym hands out a data pointer; the standard wants it copied, not cast. */
static int find(void *library, const char *name, void *function) {
  void *symbol = dlsym(library, name);
  if (symbol == NULL) return 0;
  memcpy(function, &symbol, sizeof symbol);
  return 1;
}

static int call(moadon_pos *till, const char *method, const char *request) {
  const char *answer = NULL;
  const int32_t status = pos_call(till, method, request, 10000, &answer);
  printf("%s: %d %s\n", method, (int)status, answer);
  pos_release(answer);
  return status == 0;
}

int main(int argc, char **argv) {
  char request[1024];
  if (argc != 4) return 2;
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL || !find(library, "moadon_pos_abi_version", &abi_version) ||
      !find(library, "moadon_pos_open", &pos_open) ||
      !find(library, "moadon_pos_call", &pos_call) ||
      !find(library, "moadon_pos_release", &pos_release) ||
      !find(library, "moadon_pos_close", &pos_close)) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  if (abi_version() != 1) return 1;

  moadon_pos *till = NULL;
  const char *error = NULL;
  if (pos_open(argv[2], &till, &error) != 0) {
    fprintf(stderr, "%s\n", error);
    pos_release(error);
    return 1;
  }
  snprintf(request, sizeof request, "{\"member\": {\"keys\": [{\"card\": \"%s\"}]}}", argv[3]);
  int ok = call(till, "Enroll", request);
  snprintf(request, sizeof request,
           "{\"sale\": {\"receipt\": \"c-1\", \"occurred_at\": \"2026-06-01T10:00:00Z\","
           " \"key\": {\"card\": \"%s\"}, \"lines\": ["
           "{\"line_id\": \"1\", \"sku\": \"A\", \"quantity_milli\": 347, \"unit_price_minor\": 1290},"
           "{\"line_id\": \"2\", \"sku\": \"B\", \"quantity_milli\": 1000, \"unit_price_minor\": 620}]}}",
           argv[3]);
  ok = ok && call(till, "Commit", request);
  ok = ok && call(till, "Commit", request); /* again: the same answer, no second sale */
  ok = ok && call(till, "Status", "{}");
  pos_close(till);
  return ok ? 0 : 1;
}
