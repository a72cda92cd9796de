#include "gateway/transcode.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/json_syntax.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

namespace protobuf = google::protobuf;

constexpr absl::string_view kTypePrefix = "type.googleapis.com";

std::string type_url(const protobuf::Message& prototype) {
  return absl::StrCat(kTypePrefix, "/", prototype.GetDescriptor()->full_name());
}

// The offending field, out of protobuf's text: "(lines[0]) skew: Cannot find field." names the
// parent and the field, "(lines[0].quantity_milli): invalid value ..." the field itself. Empty when
// it names none.
std::string field_in(absl::string_view text) {
  std::string field;
  if (absl::ConsumePrefix(&text, "(")) {
    const auto end = text.find(')');
    if (end == absl::string_view::npos) return "";
    field = std::string(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (absl::ConsumeSuffix(&text, ": Cannot find field.")) {
    absl::StrAppend(&field, field.empty() ? "" : ".", absl::StripLeadingAsciiWhitespace(text));
  }
  return field;
}

}  // namespace

Transcoder::Transcoder()
    : resolver_(protobuf::util::NewTypeResolverForDescriptorPool(
          std::string(kTypePrefix), protobuf::DescriptorPool::generated_pool())) {}

absl::StatusOr<std::string> Transcoder::to_binary(const protobuf::Message& prototype,
                                                  absl::string_view json) const {
  if (const absl::Status syntax = check_json_syntax(json); !syntax.ok()) return syntax;
  std::string binary;
  const auto status =
      protobuf::util::JsonToBinaryString(resolver_.get(), type_url(prototype), std::string(json),
                                         &binary, protobuf::util::JsonParseOptions());
  if (!status.ok()) {
    const std::string text(status.message());
    const std::string message = absl::StrCat("The JSON is not this request: ", text);
    const std::string field = field_in(text);
    if (field.empty()) return refuse(v1::REASON_MALFORMED, message);
    return refuse(v1::REASON_MALFORMED, message, {{"field", field}});
  }
  return binary;
}

absl::StatusOr<std::string> Transcoder::to_json(const protobuf::Message& prototype,
                                                const std::string& binary) const {
  protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = protobuf::util::BinaryToJsonString(resolver_.get(), type_url(prototype),
                                                         binary, &json, options);
  if (!status.ok()) return refuse(v1::REASON_INTERNAL, "The answer has no JSON form.");
  return json;
}

absl::Status Transcoder::check_binary(const protobuf::Message& prototype,
                                      const std::string& binary) const {
  protobuf::Arena arena;
  if (prototype.New(&arena)->ParseFromString(binary)) return absl::OkStatus();
  return refuse(v1::REASON_MALFORMED, "The body is not this request in protobuf.");
}

}  // namespace moadon
