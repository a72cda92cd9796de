// Messages as JSON on stdout: the proto mapping with proto field names, int64 as strings, zeros
// printed.
#pragma once

#include <google/protobuf/message.h>

#include <ostream>
#include <string>

#include "absl/status/statusor.h"

namespace moadon::cli {

// One line, without the line break.
std::string to_json(const google::protobuf::Message& message);

// Readable over several lines, only what is set: for files that a person will edit.
std::string to_readable_json(const google::protobuf::Message& message);

// Reads either spelling of names. Refuses what is not such a message with REASON_MALFORMED. A file
// of an owner may have no members that the message lacks; an answer of a newer peer may.
enum class UnknownMembers { kRefused, kIgnored };
absl::Status from_json(std::string_view json, google::protobuf::Message& message,
                       UnknownMembers unknown = UnknownMembers::kRefused);

// A list of any length as one response object, written as it comes:
// {"members":[...],"next_page_token":""}. Nothing is written before the first item or the end, so
// that a refused list prints nothing.
class JsonList final {
 public:
  JsonList(std::ostream& out, const std::string& field);

  void add(const google::protobuf::Message& item);
  void finish();

 private:
  std::ostream& out_;
  const std::string opening_;
  bool opened_ = false;
};

}  // namespace moadon::cli
