#include "plugin/register/json.h"

#include <charconv>

namespace moadon {

int64_t int64_of(const Json& object, const char* member) {
  const Json& value = part_of(object, member);
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_string()) return 0;
  const auto& text = value.get_ref<const std::string&>();
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

std::string text_of(const Json& object, const char* member) {
  const Json& value = part_of(object, member);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool bool_of(const Json& object, const char* member) {
  const Json& value = part_of(object, member);
  return value.is_boolean() && value.get<bool>();
}

const Json& part_of(const Json& object, const char* member) {
  static const Json kAbsent = Json::object();
  if (!object.is_object()) return kAbsent;
  const auto found = object.find(member);
  return found == object.end() || found->is_null() ? kAbsent : *found;
}

Json int64_json(int64_t value) { return std::to_string(value); }

std::string json_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace moadon
