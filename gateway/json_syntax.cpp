#include "gateway/json_syntax.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

using Json = nlohmann::json;

// Reads events and keeps nothing but the names of the objects that are open. A callback that
// returns false ends the parse.
class SyntaxCheck final : public nlohmann::json_sax<Json> {
 public:
  absl::Status status() const { return status_; }

  bool null() override { return inside(); }
  bool boolean(bool) override { return inside(); }
  bool number_integer(number_integer_t) override { return inside(); }
  bool number_unsigned(number_unsigned_t) override { return inside(); }
  bool number_float(number_float_t, const string_t&) override { return inside(); }
  bool string(string_t&) override { return inside(); }
  bool binary(binary_t&) override { return inside(); }

  bool start_object(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return inside() && open(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (names_.back().insert(name).second) return true;
    return fail(absl::StrCat("The name \"", name, "\" is given twice."), {{"field", name}});
  }

  bool parse_error(std::size_t position, const std::string&,
                   const Json::exception& error) override {
    // The library's text starts with its own name in brackets.
    absl::string_view what = error.what();
    if (const auto end = what.find("] "); end != absl::string_view::npos)
      what.remove_prefix(end + 2);
    return fail(absl::StrCat("The body is not JSON: ", what),
                {{"position", absl::StrCat(position)}});
  }

 private:
  bool open() {
    if (names_.size() == kMaxJsonDepth) {
      return fail("The JSON is nested too deeply.", {{"limit", absl::StrCat(kMaxJsonDepth)}});
    }
    names_.emplace_back();
    return true;
  }

  bool close() {
    names_.pop_back();
    return true;
  }

  bool inside() {
    if (!names_.empty()) return true;
    return fail("The body must be a JSON object.", {{"position", "0"}});
  }

  bool fail(absl::string_view message, RefusalValues values) {
    status_ = refuse(v1::REASON_MALFORMED, message, values);
    return false;
  }

  absl::Status status_;
  std::vector<absl::flat_hash_set<std::string>> names_;
};

}  // namespace

absl::Status check_json_syntax(absl::string_view json) {
  SyntaxCheck check;
  Json::sax_parse(json.begin(), json.end(), &check);
  return check.status();
}

}  // namespace moadon
