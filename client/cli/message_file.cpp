#include "client/cli/message_file.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "rules/refusal.h"

namespace moadon::cli {
namespace {

absl::StatusOr<std::string> read_text(const std::string& path, const std::string& option) {
  std::ifstream file;
  if (path != "-") file.open(path);
  std::istream& source = path == "-" ? std::cin : file;
  std::string text(std::istreambuf_iterator<char>(source), {});
  if ((path != "-" && !file.is_open()) || source.bad()) {
    return as_usage(refuse(v1::REASON_FIELD_INVALID, "cannot read " + path,
                           {{"field", option}, {"limit", "a readable file"}}));
  }
  return text;
}

absl::Status parse(const std::string& path, const std::string& text,
                   google::protobuf::Message& message) {
  const absl::Status status = from_json(text, message);
  if (status.ok()) return status;
  return refuse(detail_of(status), absl::StrCat(path, ": ", status.message()));
}

}  // namespace

absl::Status read_message(const std::string& path, const std::string& option,
                          google::protobuf::Message& message) {
  const absl::StatusOr<std::string> text = read_text(path, option);
  return text.ok() ? parse(path, *text, message) : text.status();
}

absl::StatusOr<v1::Program> read_program(const std::string& path) {
  const absl::StatusOr<std::string> text = read_text(path, "FILE");
  if (!text.ok()) return text.status();
  v1::Program program;
  const absl::Status status = parse(path, *text, program);
  if (status.ok()) return program;
  v1::GetProgramResponse shown;
  if (from_json(*text, shown).ok() && shown.has_program()) return shown.program();
  return status;
}

}  // namespace moadon::cli
