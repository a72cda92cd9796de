#include "client/cli/request_id.h"

#include <cstdint>

#include "absl/random/random.h"
#include "absl/strings/str_format.h"

namespace moadon::cli {

std::string new_request_id() {
  absl::BitGen random;
  return absl::StrFormat("cli-%016x%016x", absl::Uniform<uint64_t>(random),
                         absl::Uniform<uint64_t>(random));
}

}  // namespace moadon::cli
