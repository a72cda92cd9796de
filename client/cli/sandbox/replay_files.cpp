#include "client/cli/sandbox/replay_files.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/csv.h"
#include "client/cli/exit_codes.h"
#include "rules/refusal.h"

namespace moadon::cli {
namespace {

constexpr const char* kColumn = "register";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct CloseGz {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzFile = std::unique_ptr<gzFile_s, CloseGz>;

absl::Status unusable(const std::string& path, absl::string_view why) {
  return as_usage(refuse(v1::REASON_FIELD_INVALID, absl::StrCat("cannot replay ", path, ": ", why),
                         {{"field", "--replay"}, {"limit", "a sales file, plain or gzip"}}));
}

// Collects the column's values from records.
class RegisterColumn final {
 public:
  // False when the record cannot be taken: no such column, or too many registers.
  bool take(const std::vector<std::string>& record) {
    if (!has_heading_) return take_heading(record);
    if (column_ < record.size() && !record[column_].empty()) ids_.insert(record[column_]);
    return ids_.size() <= kReplayRegistersMax;
  }

  bool has_heading() const { return has_heading_; }
  const std::set<std::string>& ids() const { return ids_; }

 private:
  bool take_heading(std::vector<std::string> record) {
    if (record[0].compare(0, kByteOrderMark.size(), kByteOrderMark) == 0) {
      record[0].erase(0, kByteOrderMark.size());
    }
    const auto found = std::find(record.begin(), record.end(), kColumn);
    column_ = static_cast<std::size_t>(found - record.begin());
    has_heading_ = found != record.end();
    return has_heading_;
  }

  bool has_heading_ = false;
  std::size_t column_ = 0;
  std::set<std::string> ids_;
};

}  // namespace

absl::StatusOr<std::set<std::string>> registers_in(const std::string& path) {
  const GzFile file(gzopen(path.c_str(), "rb"));
  if (!file) return unusable(path, "it cannot be read");
  CsvReader reader;
  RegisterColumn column;
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const int count = gzread(file.get(), buffer.data(), buffer.size());
    if (count < 0) return unusable(path, "it is damaged");
    if (count == 0) break;
    for (int i = 0; i < count; ++i) {
      if (reader.take(buffer[static_cast<std::size_t>(i)]) && !column.take(reader.record())) {
        return unusable(path, column.has_heading() ? "it names too many registers"
                                                   : "it has no column \"register\"");
      }
    }
  }
  if (reader.finish() && !column.take(reader.record())) {
    return unusable(path, "it has no column \"register\"");
  }
  if (!column.has_heading()) return unusable(path, "it is empty");
  return column.ids();
}

}  // namespace moadon::cli
