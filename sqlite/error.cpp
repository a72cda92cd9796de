#include "sqlite/error.h"

#include <sqlite3.h>

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace moadon::sqlite {
namespace {

constexpr absl::string_view kCodePayload = "moadon/sqlite-code";
constexpr int kPrimaryCodeMask = 0xff;

int primary_code(int code) { return code & kPrimaryCodeMask; }

}  // namespace

absl::Status error_of(sqlite3* handle, int code, absl::string_view doing) {
  const bool handle_knows = handle != nullptr && sqlite3_extended_errcode(handle) == code;
  const char* text = handle_knows ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  absl::Status status =
      absl::InternalError(absl::StrCat("sqlite: ", doing, ": ", text, " (code ", code, ")"));
  status.SetPayload(kCodePayload, absl::Cord(absl::StrCat(code)));
  return status;
}

int code_of_error(const absl::Status& status) {
  const auto payload = status.GetPayload(kCodePayload);
  int code = SQLITE_OK;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &code)) return SQLITE_OK;
  return code;
}

bool is_fatal(int code) {
  switch (primary_code(code)) {
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
      return true;
    default:
      return false;
  }
}

bool is_fatal(const absl::Status& status) { return is_fatal(code_of_error(status)); }

bool is_full_disk(int code) { return primary_code(code) == SQLITE_FULL; }

bool is_full_disk(const absl::Status& status) { return is_full_disk(code_of_error(status)); }

bool is_busy(const absl::Status& status) {
  return primary_code(code_of_error(status)) == SQLITE_BUSY;
}

bool is_constraint(const absl::Status& status) {
  return primary_code(code_of_error(status)) == SQLITE_CONSTRAINT;
}

}  // namespace moadon::sqlite
