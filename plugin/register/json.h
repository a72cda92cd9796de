// The JSON of the plugin's messages: members stay in the order they came in or were set.
#pragma once

#include <cstdint>
#include <string>

#include "nlohmann/json.hpp"

namespace moadon {

using Json = nlohmann::ordered_json;

// An int64 of a message. The proto mapping writes them as strings; numbers are read as well. 0 when
// the member is absent or no integer.
int64_t int64_of(const Json& object, const char* member);

// A text of a message; empty when absent.
std::string text_of(const Json& object, const char* member);

// A truth of a message; false when absent.
bool bool_of(const Json& object, const char* member);

// A message or list inside a message; an empty object when absent.
const Json& part_of(const Json& object, const char* member);

// How a message writes an int64.
Json int64_json(int64_t value);

// One line of JSON. Text that is not UTF-8 is replaced, never thrown over.
std::string json_line(const Json& json);

}  // namespace moadon
