// Which Host and Origin headers the gateway serves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace moadon {

// The gate before any method: a page on a hostile site can neither rebind its own name to this port
// (its Host is not ours) nor call from its own origin. Immutable, safe from any thread.
class Access final {
 public:
  // `hosts` and `origins` as HttpGatewayOptions documents them; `listen_address` and the loopback
  // names are added with `port`.
  Access(absl::string_view listen_address, std::uint16_t port,
         const std::vector<std::string>& hosts, const std::vector<std::string>& origins);

  // Refuses with REASON_ORIGIN_NOT_ALLOWED. An empty origin means that none was sent.
  absl::Status check(absl::string_view host, absl::string_view origin) const;

 private:
  absl::flat_hash_set<std::string> hosts_;
  absl::flat_hash_set<std::string> origins_;
};

}  // namespace moadon
