// The five exported functions: checks arguments, and lets nothing out but what moadon_pos.h
// promises.

#include <pthread.h>

#include <cfenv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "moadon_pos.h"
#include "plugin/src/agent.h"
#include "plugin/src/config.h"
#include "plugin/src/refusal.h"
#include "plugin/src/utf8.h"

struct moadon_pos {
  explicit moadon_pos(moadon::pos::Config config) : agent(std::move(config)) {}

  moadon::pos::Agent agent;
};

namespace moadon::pos {
namespace {

// Given out when there is no memory for anything else, and recognised by moadon_pos_release.
constexpr char kOutOfMemory[] =
    R"({"code":"internal","reason":"REASON_INTERNAL","message":"memory is exhausted","values":{}})";

// A thread of the host that is cancelled inside a call would unwind through us; it is cancelled at
// its next cancellation point after the call instead.
class CancellationOff final {
 public:
  CancellationOff() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  CancellationOff(const CancellationOff&) = delete;
  CancellationOff& operator=(const CancellationOff&) = delete;
  ~CancellationOff() { pthread_setcancelstate(before_, nullptr); }

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

// A host may have made the processor trap on floating-point exceptions, as Pascal runtimes do, and
// a number that somebody wrote as 1e400 overflows. Nothing in here traps, and the host finds its
// flags and traps as it left them.
class FloatingPointQuiet final {
 public:
  FloatingPointQuiet() { std::feholdexcept(&before_); }
  FloatingPointQuiet(const FloatingPointQuiet&) = delete;
  FloatingPointQuiet& operator=(const FloatingPointQuiet&) = delete;
  ~FloatingPointQuiet() { std::fesetenv(&before_); }

 private:
  std::fenv_t before_{};
};

const char* copy_out(std::string_view text) {
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) return kOutOfMemory;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

// Present, not too long, UTF-8.
std::optional<Refusal> check_text(const char* text, const char* field, std::size_t max_bytes,
                                  std::string_view& out) {
  if (text == nullptr) {
    return Refusal{reason::kFieldMissing, std::string(field) + " is NULL", {{"field", field}}};
  }
  const std::size_t size = ::strnlen(text, max_bytes + 1);
  if (size > max_bytes) {
    return Refusal{reason::kTooLarge,
                   std::string(field) + " is too large",
                   {{"field", field}, {"limit", std::to_string(max_bytes)}}};
  }
  out = std::string_view(text, size);
  if (!is_utf8(out)) {
    return Refusal{reason::kTextInvalid, std::string(field) + " is not UTF-8", {{"field", field}}};
  }
  return std::nullopt;
}

// A name as protos have them; anything else would not be one segment of a path.
bool is_method_name(std::string_view method) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (method.empty() || !letter(method.front())) return false;
  for (const char c : method) {
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

std::variant<std::unique_ptr<moadon_pos>, Refusal> open(const char* config_json) {
  std::string_view text;
  if (auto refusal = check_text(config_json, "config_json", MOADON_POS_CONFIG_MAX_BYTES, text)) {
    return std::move(*refusal);
  }
  auto config = parse_config(text);
  if (auto* refusal = std::get_if<Refusal>(&config)) return std::move(*refusal);
  return std::make_unique<moadon_pos>(std::get<Config>(std::move(config)));
}

Agent::Answer call(moadon_pos* handle, const char* method, const char* request_json,
                   std::int32_t timeout_ms) {
  const auto refused = [](const Refusal& refusal) {
    return Agent::Answer{false, to_json(refusal)};
  };
  const Deadline deadline(timeout_ms);
  if (handle == nullptr) {
    return refused({reason::kFieldMissing, "handle is NULL", {{"field", "handle"}}});
  }
  std::string_view name;
  std::string_view request;
  if (const auto refusal = check_text(method, "method", MOADON_POS_METHOD_MAX_BYTES, name)) {
    return refused(*refusal);
  }
  if (!is_method_name(name)) {
    return refused({reason::kMethodUnknown, "method is not a name", {{"field", "method"}}});
  }
  if (const auto refusal =
          check_text(request_json, "request_json", MOADON_POS_REQUEST_MAX_BYTES, request)) {
    return refused(*refusal);
  }
  if (timeout_ms < 1 || timeout_ms > MOADON_POS_TIMEOUT_MAX_MS) {
    return refused(
        {reason::kFieldInvalid,
         "timeout_ms is outside 1 to 600000",
         {{"field", "timeout_ms"}, {"limit", std::to_string(MOADON_POS_TIMEOUT_MAX_MS)}}});
  }
  return handle->agent.call(name, request, deadline);
}

}  // namespace
}  // namespace moadon::pos

extern "C" {

int32_t moadon_pos_abi_version(void) { return MOADON_POS_ABI_VERSION; }

int32_t moadon_pos_open(const char* config_json, moadon_pos** handle, const char** error_json) {
  using moadon::pos::Refusal;
  const moadon::pos::CancellationOff cancellation_off;
  const moadon::pos::FloatingPointQuiet floating_point_quiet;
  const char* error = nullptr;
  if (handle != nullptr) *handle = nullptr;
  try {
    auto opened =
        handle == nullptr
            ? Refusal{moadon::pos::reason::kFieldMissing, "handle is NULL", {{"field", "handle"}}}
            : moadon::pos::open(config_json);
    if (auto* refusal = std::get_if<Refusal>(&opened)) {
      if (error_json != nullptr) error = moadon::pos::copy_out(moadon::pos::to_json(*refusal));
    } else {
      *handle = std::get<std::unique_ptr<moadon_pos>>(opened).release();
    }
  } catch (...) {
    error = moadon::pos::kOutOfMemory;  // nothing else throws
  }
  if (error_json != nullptr) *error_json = error;
  return handle != nullptr && *handle != nullptr ? MOADON_POS_OK : MOADON_POS_ERROR;
}

int32_t moadon_pos_call(moadon_pos* handle, const char* method, const char* request_json,
                        int32_t timeout_ms, const char** out_json) {
  if (out_json == nullptr) return MOADON_POS_ERROR;
  const moadon::pos::CancellationOff cancellation_off;
  const moadon::pos::FloatingPointQuiet floating_point_quiet;
  try {
    const auto answer = moadon::pos::call(handle, method, request_json, timeout_ms);
    *out_json = moadon::pos::copy_out(answer.json);
    return answer.ok && *out_json != moadon::pos::kOutOfMemory ? MOADON_POS_OK : MOADON_POS_ERROR;
  } catch (...) {
    *out_json = moadon::pos::kOutOfMemory;  // nothing else throws
    return MOADON_POS_ERROR;
  }
}

void moadon_pos_release(const char* text) {
  if (text == moadon::pos::kOutOfMemory) return;
  std::free(const_cast<char*>(text));
}

void moadon_pos_close(moadon_pos* handle) {
  const moadon::pos::CancellationOff cancellation_off;
  try {
    const std::unique_ptr<moadon_pos> owner(handle);
  } catch (...) {
  }
}

}  // extern "C"
