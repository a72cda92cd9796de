#include "client/cli/json_output.h"

#include <google/protobuf/util/json_util.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"

namespace moadon::cli {
namespace {

namespace util = google::protobuf::util;

std::string printed(const google::protobuf::Message& message,
                    const util::JsonPrintOptions& options) {
  std::string json;
  const auto status = util::MessageToJsonString(message, &json, options);
  // Our own messages always have a JSON form; a peer's could only break text that protobuf checks
  // when parsing.
  return status.ok() ? json : "{}";
}

}  // namespace

std::string to_json(const google::protobuf::Message& message) {
  util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  return printed(message, options);
}

std::string to_readable_json(const google::protobuf::Message& message) {
  util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  return printed(message, options);
}

absl::Status from_json(std::string_view json, google::protobuf::Message& message,
                       UnknownMembers unknown) {
  util::JsonParseOptions options;
  options.ignore_unknown_fields = unknown == UnknownMembers::kIgnored;
  const auto status = util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &message, options);
  if (status.ok()) return absl::OkStatus();
  return refuse(v1::REASON_MALFORMED,
                absl::StrCat("not the JSON of a ", message.GetDescriptor()->name(), ": ",
                             std::string(status.message())));
}

JsonList::JsonList(std::ostream& out, const std::string& field)
    : out_(out), opening_("{\"" + field + "\":[") {}

void JsonList::add(const google::protobuf::Message& item) {
  out_ << (std::exchange(opened_, true) ? "," : opening_) << to_json(item);
}

void JsonList::finish() { out_ << (opened_ ? "" : opening_) << "],\"next_page_token\":\"\"}\n"; }

}  // namespace moadon::cli
