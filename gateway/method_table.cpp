#include "gateway/method_table.h"

#include <google/protobuf/descriptor.h>

#include "absl/strings/str_cat.h"

namespace moadon {

absl::StatusOr<MethodTable> MethodTable::of_services(const std::vector<std::string>& services) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  auto* factory = google::protobuf::MessageFactory::generated_factory();
  MethodTable table;
  for (const std::string& name : services) {
    const auto* service = pool->FindServiceByName(name);
    if (service == nullptr) {
      return absl::NotFoundError(absl::StrCat("no service ", name, " in this program"));
    }
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* method = service->method(i);
      if (method->client_streaming() || method->server_streaming()) continue;
      ServedMethod served;
      served.path = absl::StrCat("/", service->full_name(), "/", method->name());
      served.request = factory->GetPrototype(method->input_type());
      served.response = factory->GetPrototype(method->output_type());
      table.methods_.emplace(served.path, served);
    }
  }
  return table;
}

const ServedMethod* MethodTable::find(absl::string_view path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? nullptr : &found->second;
}

}  // namespace moadon
