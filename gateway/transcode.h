// Bodies of requests and answers between JSON, protobuf bytes and the services' messages.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/util/type_resolver.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moadon {

// Translates by the descriptors linked into this process. Immutable, safe from any thread.
class Transcoder final {
 public:
  Transcoder();

  // Protobuf bytes of the message that `json` spells in the proto mapping, with either spelling of
  // names. Refuses with REASON_MALFORMED (values: field or position) whatever the message does not
  // have or cannot hold.
  absl::StatusOr<std::string> to_binary(const google::protobuf::Message& prototype,
                                        absl::string_view json) const;

  // The message as JSON: proto field names, zeros printed, 64-bit integers as strings. Bytes from
  // our own services, so failing is a fault of ours (REASON_INTERNAL).
  absl::StatusOr<std::string> to_json(const google::protobuf::Message& prototype,
                                      const std::string& binary) const;

  // Refuses bytes that are not the message with REASON_MALFORMED.
  absl::Status check_binary(const google::protobuf::Message& prototype,
                            const std::string& binary) const;

 private:
  const std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;
};

}  // namespace moadon
