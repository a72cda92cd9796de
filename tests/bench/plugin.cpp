#include "tests/bench/plugin.h"

#include <dlfcn.h>
#include <google/protobuf/util/json_util.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "moadon/v1/register_service.pb.h"
#include "plugin/include/moadon_pos.h"
#include "tests/bench/members.h"
#include "tests/bench/samples.h"

namespace moadon::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int32_t kTimeoutMs = 10'000;
constexpr int kQuoteLines = 20;
constexpr int kCommitLines = 5;
// An empty call is shorter than reading the clock.
constexpr int kEmptyCallsPerReading = 1000;
constexpr auto kMaxDelivery = std::chrono::seconds(30);
constexpr auto kDeliveryPoll = std::chrono::milliseconds(20);

// The library as a register program loads it. Stays loaded.
struct Plugin {
  explicit Plugin(const std::string& path) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());
    find(library, "moadon_pos_abi_version", abi_version);
    find(library, "moadon_pos_open", open);
    find(library, "moadon_pos_call", call);
    find(library, "moadon_pos_release", release);
    find(library, "moadon_pos_close", close);
  }

  template <typename Function>
  static void find(void* library, const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(dlsym(library, name));
    if (function == nullptr) throw std::runtime_error(absl::StrCat("the plugin has no ", name));
  }

  decltype(moadon_pos_abi_version)* abi_version = nullptr;
  decltype(moadon_pos_open)* open = nullptr;
  decltype(moadon_pos_call)* call = nullptr;
  decltype(moadon_pos_release)* release = nullptr;
  decltype(moadon_pos_close)* close = nullptr;
};

// One register's handle.
class Till final {
 public:
  Till(const Plugin& plugin, const PluginPlan& plan) : plugin_(plugin) {
    const nlohmann::json config = {{"agent_dir", plan.agent_dir},
                                   {"register_id", plan.register_id}};
    const char* error = nullptr;
    if (plugin_.open(config.dump().c_str(), &handle_, &error) != MOADON_POS_OK) fail("open", error);
  }
  ~Till() { plugin_.close(handle_); }
  Till(const Till&) = delete;
  Till& operator=(const Till&) = delete;

  // Entries that the server has not taken yet.
  int64_t undelivered_count() const {
    const char* answer = nullptr;
    if (plugin_.call(handle_, "Status", "{}", kTimeoutMs, &answer) != MOADON_POS_OK) {
      fail("Status", answer);
    }
    v1::StatusResponse status;
    const bool is_read = google::protobuf::util::JsonStringToMessage(answer, &status).ok();
    plugin_.release(answer);
    if (!is_read) throw std::runtime_error("a status that cannot be read");
    return status.undelivered_count();
  }

  double time_call_us(const char* method, const std::string& request) const {
    const char* answer = nullptr;
    const Clock::time_point start = Clock::now();
    const int32_t status = plugin_.call(handle_, method, request.c_str(), kTimeoutMs, &answer);
    const double took_us = microseconds(Clock::now() - start);
    if (status != MOADON_POS_OK) fail(method, answer);
    plugin_.release(answer);
    return took_us;
  }

 private:
  [[noreturn]] void fail(const char* doing, const char* text) const {
    const std::string message = absl::StrCat(doing, ": ", text);
    plugin_.release(text);
    throw std::runtime_error(message);
  }

  const Plugin& plugin_;
  moadon_pos* handle_ = nullptr;
};

double time_empty_call_us(const Plugin& plugin) {
  const Clock::time_point start = Clock::now();
  int64_t sum = 0;
  for (int i = 0; i < kEmptyCallsPerReading; ++i) sum += plugin.abi_version();
  const double took_us = microseconds(Clock::now() - start);
  if (sum != int64_t{kEmptyCallsPerReading} * MOADON_POS_ABI_VERSION) {
    throw std::runtime_error("the plugin is of another version");
  }
  return took_us / kEmptyCallsPerReading;
}

std::string to_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) {
    throw std::logic_error("a message that has no JSON");
  }
  return json;
}

std::string identify_request(int number) {
  v1::IdentifyRequest request;
  request.mutable_key()->set_card(card_of(number));
  return to_json(request);
}

std::string quote_request(int number) {
  v1::QuoteRequest request;
  *request.mutable_basket()->mutable_lines() = make_sale("", number, kQuoteLines).lines();
  return to_json(request);
}

std::string commit_request(int number, int receipt) {
  v1::CommitRequest request;
  *request.mutable_sale() = make_sale(absl::StrCat("till-", receipt), number, kCommitLines);
  return to_json(request);
}

void wait_until_delivered(const Till& till) {
  const Clock::time_point latest = Clock::now() + kMaxDelivery;
  while (till.undelivered_count() > 0) {
    if (Clock::now() > latest) throw std::runtime_error("the agent does not deliver");
    std::this_thread::sleep_for(kDeliveryPoll);
  }
}

Series one_round(Samples samples) {
  Series series;
  series.add(std::move(samples));
  return series;
}

}  // namespace

void measure_plugin(const PluginPlan& plan) {
  const Plugin plugin(plan.library);
  const Till till(plugin, plan);
  std::mt19937_64 random(kSeed);
  Samples empty;
  Samples status;
  Samples identify;
  Samples quote;
  Samples commit;
  // In turn, so that a noisy moment meets all of them.
  for (int i = 0; i < plan.calls; ++i) {
    const auto number = static_cast<int>(random() % static_cast<uint64_t>(plan.member_count));
    empty.latencies_us.push_back(time_empty_call_us(plugin));
    status.latencies_us.push_back(till.time_call_us("Status", "{}"));
    identify.latencies_us.push_back(till.time_call_us("Identify", identify_request(number)));
    quote.latencies_us.push_back(till.time_call_us("Quote", quote_request(number)));
    commit.latencies_us.push_back(till.time_call_us("Commit", commit_request(number, i)));
  }
  wait_until_delivered(till);
  const Series reference = one_round(std::move(empty));
  report_series("plugin_empty", "", reference, nullptr);
  report_series("plugin_status", "", one_round(std::move(status)), &reference);
  report_series("plugin_identify", "", one_round(std::move(identify)), &reference);
  report_series("plugin_quote_20", "", one_round(std::move(quote)), &reference);
  report_series("plugin_commit_5", "", one_round(std::move(commit)), &reference);
}

}  // namespace moadon::bench
