// The methods that the gateway serves, by their HTTP path.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moadon {

// One unary method. The prototypes belong to the generated message factory and live for ever.
struct ServedMethod {
  std::string path;
  const google::protobuf::Message* request = nullptr;
  const google::protobuf::Message* response = nullptr;
};

// Built once from the descriptors linked into this process; immutable, safe from any thread.
class MethodTable final {
 public:
  // Every unary method of `services` (full names); streaming methods have no HTTP form and are left
  // out. Fails with kNotFound when a service's generated code is not linked in.
  static absl::StatusOr<MethodTable> of_services(const std::vector<std::string>& services);

  // The method at "/moadon.v1.XService/Method", or null.
  const ServedMethod* find(absl::string_view path) const;

 private:
  absl::flat_hash_map<std::string, ServedMethod> methods_;
};

}  // namespace moadon
