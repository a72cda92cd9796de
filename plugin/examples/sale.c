/*
 * One sale in the customer club, from plain C.
 *
 *     cc -std=c99 -I plugin/include -o sale sale.c -ldl
 *     ./sale LIBRARY AGENT_DIR REGISTER PHONE RECEIPT
 *
 * Exits 0 when the sale is committed, 1 when it was refused. The last line printed is the answer to
 * "Commit". json_part.h stands for the JSON library that a register has already.
 */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json_part.h"
#include "moadon_pos.h"

/* How long the cashier may wait for each. */
enum { kScreenMs = 1000, kHoldMs = 5000, kCommitMs = 10000, kCommitTries = 3 };

/* 0.347 kg at 59.90, and two at 12.50; a sale's lines go on with what was charged. */
static const char kLine1[] =
    "{\"line_id\": \"1\", \"sku\": \"7290001\", \"description\": \"גבינה צהובה 28%\","
    " \"category\": \"dairy\", \"quantity_milli\": \"347\", \"unit_price_minor\": \"5990\"";
static const char kLine2[] =
    "{\"line_id\": \"2\", \"sku\": \"coffee\", \"description\": \"Coffee\","
    " \"quantity_milli\": \"2000\", \"unit_price_minor\": \"1250\"";

/* The plugin's functions, and one register's handle. */
typedef struct {
  int32_t (*abi_version)(void);
  int32_t (*open)(const char*, moadon_pos**, const char**);
  int32_t (*call)(moadon_pos*, const char*, const char*, int32_t, const char**);
  void (*release)(const char*);
  void (*close)(moadon_pos*);
  moadon_pos* handle;
  char reason[64]; /* of the last refusal */
} Register;

static void note_refusal(Register* club, const char* what, const char* error) {
  const Part reason = find(error, "reason");
  snprintf(club->reason, sizeof club->reason, "%.*s", PART(reason));
  fprintf(stderr, "%s refused: ", what);
  print_string(stderr, find(error, "code"), " ");
  print_string(stderr, reason, ": ");
  print_string(stderr, find(error, "message"), "\n");
}

static int refused_for(const Register* club, const char* reason) {
  return strstr(club->reason, reason) != NULL;
}

/* The response, to release; NULL when it was refused. */
static const char* call(Register* club, const char* method, const char* request, int32_t wait_ms) {
  const char* answer = NULL;
  const int32_t status = club->call(club->handle, method, request, wait_ms, &answer);
  if (status == MOADON_POS_OK) return answer;
  note_refusal(club, method, answer);
  club->release(answer);
  return NULL;
}

/* As call, of a request made by `format`, which it frees. */
static const char* ask(Register* club, const char* method, char* request, int32_t wait_ms) {
  const char* answer = call(club, method, request, wait_ms);
  free(request);
  return answer;
}

static char* basket(Part member_id, Part points, const char* without_rights) {
  return format(
      "{\"member_id\": %.*s, \"lines\": [%s}, %s}], \"spend_points_milli\": %.*s,"
      " \"without_rights\": %s}",
      PART(member_id), kLine1, kLine2, PART(points), without_rights);
}

static const char* quote(Register* club, char* of_basket) {
  char* request = format("{\"basket\": %s, \"receipt_columns\": 42}", of_basket);
  free(of_basket);
  return ask(club, "Quote", request, kScreenMs);
}

static const char* hold(Register* club, char* of_basket, const char* receipt) {
  char* request =
      format("{\"basket\": %s, \"receipt_columns\": 42, \"request_id\": %s}", of_basket, receipt);
  free(of_basket);
  return ask(club, "Hold", request, kHoldMs);
}

/* A sale whose outcome is open is repeated unchanged: it takes effect once. */
static const char* commit(Register* club, const char* request) {
  const char* answer = NULL;
  for (int i = 0; i < kCommitTries && answer == NULL; ++i) {
    answer = call(club, "Commit", request, kCommitMs);
    if (answer == NULL && !refused_for(club, "AGENT_UNREACHABLE") && !refused_for(club, "BUSY") &&
        !refused_for(club, "DEADLINE_EXCEEDED") && !refused_for(club, "STOPPING"))
      break;
  }
  return answer;
}

/* What the sale was told on its way; its parts lie in its texts, which end_sale releases. */
typedef struct {
  const char* identified;
  const char* quoted;
  const char* charged; /* the same as quoted, or of a hold */
  Part member_id;
  Part points;
  Part hold_id;
  const char* without_rights;
} Told;

static void end_sale(const Register* club, const Told* told) {
  if (told->charged != told->quoted) club->release(told->charged);
  club->release(told->quoted);
  club->release(told->identified);
}

static void identify(Register* club, const char* key, Told* told) {
  told->identified = ask(club, "Identify", format("{\"key\": %s}", key), kScreenMs);
  if (told->identified == NULL) return; /* the sale goes on, its key lets the server find them */
  told->member_id = find(told->identified, "facts.member_id");
  printf("member: ");
  print_string(stdout, find(told->identified, "display_name"), "\n");
}

/* At "total": the price to charge, with all the points that the member may spend in this basket. */
static int total(Register* club, const char* receipt, Told* told) {
  told->quoted = quote(club, basket(told->member_id, told->points, "false"));
  told->charged = told->quoted;
  if (told->quoted == NULL) return 0;
  for (int i = 0;; ++i) {
    char path[64];
    snprintf(path, sizeof path, "quote.not_applied.%d.title", i);
    const Part title = find(told->quoted, path);
    if (title.size == 0) break;
    printf("say: ");
    print_string(stdout, title, ": ");
    snprintf(path, sizeof path, "quote.not_applied.%d.cashier_text", i);
    print_string(stdout, find(told->quoted, path), "\n");
  }
  const Part spendable = find(told->quoted, "quote.points.spendable_milli");
  if (spendable.size > 0) told->points = spendable;
  if (is(told->points, "\"0\"") && find(told->quoted, "quote.rights_used.0").size == 0) return 1;
  told->charged = hold(club, basket(told->member_id, told->points, "false"), receipt);
  if (told->charged != NULL) {
    const Part hold_id = find(told->charged, "hold.hold_id");
    if (hold_id.size > 0) told->hold_id = hold_id;
    return 1;
  }
  if (!refused_for(club, "SERVER_UNREACHABLE") && !refused_for(club, "POINTS_SHORT") &&
      !refused_for(club, "RIGHT_NOT_LEFT"))
    return 0;
  told->points = (Part){"\"0\"", 3}; /* nothing could be set aside: nothing is used */
  told->without_rights = "true";
  told->charged = quote(club, basket(told->member_id, told->points, told->without_rights));
  return told->charged != NULL;
}

static char* paid_sale(const char* key, const char* receipt, const Told* told) {
  char now[32];
  const time_t seconds = time(NULL);
  struct tm parts;
  strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
  return format(
      "{\"sale\": {\"receipt\": %s, \"occurred_at\": \"%s\", \"key\": %s, \"lines\": ["
      "%s, \"paid_net_minor\": %.*s}, %s, \"paid_net_minor\": %.*s}],"
      " \"tenders\": [{\"kind\": \"TENDER_KIND_CARD\", \"amount_minor\": %.*s}],"
      " \"register_total_minor\": %.*s, \"spend_points_milli\": %.*s, \"without_rights\": %s},"
      " \"member_id\": %.*s, \"hold_id\": %.*s, \"quote\": %.*s}",
      receipt, now, key, kLine1, PART(find(told->charged, "quote.lines.0.paid_net_minor")), kLine2,
      PART(find(told->charged, "quote.lines.1.paid_net_minor")),
      PART(find(told->charged, "quote.due_minor")), PART(find(told->charged, "quote.total_minor")),
      PART(told->points), told->without_rights, PART(told->member_id), PART(told->hold_id),
      PART(find(told->charged, "quote.reference")));
}

static void print_price(const char* charged) {
  for (int i = 0; i < 2; ++i) {
    char path[64];
    snprintf(path, sizeof path, "quote.lines.%d.value_minor", i);
    printf("line %d: ", i + 1);
    print_string(stdout, find(charged, path), " -> ");
    snprintf(path, sizeof path, "quote.lines.%d.paid_net_minor", i);
    print_string(stdout, find(charged, path), "\n");
  }
  printf("due: ");
  print_string(stdout, find(charged, "quote.due_minor"), " of ");
  print_string(stdout, find(charged, "quote.total_minor"), "\n");
}

static void print_receipt(const char* charged) {
  for (int i = 0;; ++i) {
    char path[64];
    snprintf(path, sizeof path, "quote.receipt_lines.%d", i);
    const Part line = find(charged, path);
    if (line.size == 0) break;
    print_string(stdout, line, "\n");
  }
}

static int print_status(Register* club) {
  const char* status = call(club, "Status", "{}", kScreenMs);
  if (status == NULL) return 0;
  printf("status: %s, undelivered ", is(find(status, "online"), "true") ? "online" : "offline");
  print_string(stdout, find(status, "undelivered_count"), "\n");
  club->release(status);
  return 1;
}

/* Pays, and shows what came of it. 1: committed, and the same when it is said again. */
static int pay(Register* club, const char* key, const char* receipt, const Told* told) {
  char* request = paid_sale(key, receipt, told);
  const char* answer = commit(club, request);
  if (answer == NULL) {
    if (told->hold_id.size > 2)
      club->release(
          ask(club, "Cancel", format("{\"hold_id\": %.*s}", PART(told->hold_id)), kScreenMs));
    free(request);
    return 0;
  }
  print_receipt(told->charged);
  const char* again = call(club, "Commit", request, kCommitMs);
  const int same = again != NULL && strcmp(again, answer) == 0;
  printf("again: %s\n", same ? "the same answer" : "ANOTHER ANSWER");
  const int told_status = print_status(club);
  printf("%s\n", answer);
  club->release(again);
  club->release(answer);
  free(request);
  return same && told_status;
}

static int sell(Register* club, const char* phone, const char* receipt_number) {
  char* quoted_phone = json_string(phone);
  char* key = format("{\"phone\": %s}", quoted_phone);
  char* receipt = json_string(receipt_number);
  Told told = {NULL, NULL, NULL, {"\"\"", 2}, {"\"0\"", 3}, {"\"\"", 2}, "false"};
  identify(club, key, &told);
  int sold = total(club, receipt, &told);
  if (sold) {
    print_price(told.charged);
    sold = pay(club, key, receipt, &told);
  }
  end_sale(club, &told);
  free(receipt);
  free(key);
  free(quoted_phone);
  return sold;
}

/* POSIX hands functions out as data pointers; the standard wants those copied, not cast. */
static int look_up(void* library, const char* name, void* function) {
  void* symbol = dlsym(library, name);
  memcpy(function, &symbol, sizeof symbol);
  return symbol != NULL;
}

static int load(Register* club, const char* path) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL || !look_up(library, "moadon_pos_abi_version", &club->abi_version) ||
      !look_up(library, "moadon_pos_open", &club->open) ||
      !look_up(library, "moadon_pos_call", &club->call) ||
      !look_up(library, "moadon_pos_release", &club->release) ||
      !look_up(library, "moadon_pos_close", &club->close)) {
    fprintf(stderr, "%s\n", dlerror());
    return 0;
  }
  if (club->abi_version() == MOADON_POS_ABI_VERSION) return 1;
  fprintf(stderr, "%s speaks another ABI version\n", path);
  return 0;
}

int main(int argc, char** argv) {
  Register club = {0};
  if (argc != 6) {
    fprintf(stderr, "usage: %s LIBRARY AGENT_DIR REGISTER PHONE RECEIPT\n", argv[0]);
    return 2;
  }
  if (!load(&club, argv[1])) return 1;
  char* agent_dir = json_string(argv[2]);
  char* register_id = json_string(argv[3]);
  char* config = format("{\"agent_dir\": %s, \"register_id\": %s}", agent_dir, register_id);
  const char* error = NULL;
  int sold = 0;
  if (club.open(config, &club.handle, &error) == MOADON_POS_OK) {
    sold = sell(&club, argv[4], argv[5]);
    club.close(club.handle);
  } else {
    note_refusal(&club, "open", error);
    club.release(error);
  }
  free(config);
  free(register_id);
  free(agent_dir);
  return sold ? 0 : 1;
}
