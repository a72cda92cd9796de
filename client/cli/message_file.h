// Messages in files that a person wrote.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "moadon/v1/program.pb.h"

namespace moadon::cli {

// Reads a JSON file, or stdin for "-", into `message`. A usage refusal when the file cannot be
// read, with `option` as its field; REASON_MALFORMED, naming the file and the place, when it is not
// such a message.
absl::Status read_message(const std::string& path, const std::string& option,
                          google::protobuf::Message& message);

// The program in a file, or what `program show --json` printed.
absl::StatusOr<v1::Program> read_program(const std::string& path);

}  // namespace moadon::cli
