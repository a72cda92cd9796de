#include "plugin/src/agent.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include "plugin/src/agent_files.h"
#include "plugin/src/agent_start.h"
#include "plugin/src/http_exchange.h"
#include "plugin/src/utf8.h"

namespace moadon::pos {
namespace {

constexpr int kHttpOk = 200;
constexpr int kHttpUnauthorized = 401;
constexpr int kHttpNotImplemented = 501;

std::string request_head(std::string_view method, std::string_view headers, std::size_t body_bytes,
                         const Deadline& deadline) {
  std::string head = "POST /moadon.v1.RegisterService/";
  head.append(method).append(" HTTP/1.1\r\n").append(headers);
  head.append("Content-Type: application/json\r\nContent-Length: ");
  head.append(std::to_string(body_bytes)).append("\r\nConnect-Timeout-Ms: ");
  head.append(std::to_string(std::max<std::int64_t>(deadline.left_ms(), 1))).append("\r\n\r\n");
  return head;
}

bool is_object_text(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && body[first] == '{' && is_utf8(body);
}

Agent::Answer refused(const Refusal& refusal) { return {false, to_json(refusal)}; }

Agent::Answer answer_of(HttpReply& reply) {
  if (reply.status() != kHttpOk) return {false, error_from_agent(reply.status(), reply.body())};
  if (!is_object_text(reply.body())) {
    return refused({reason::kInternal, "the agent's answer is not a JSON object", {}});
  }
  return {true, std::move(reply.body())};
}

// Whether whoever listens on the agent's port may be someone else: an agent that was killed leaves
// its port file behind, and the system may have given the port away.
bool may_be_stranger(Exchanged exchanged, const HttpReply& reply) {
  if (exchanged == Exchanged::kAnswered) {
    return reply.status() == kHttpUnauthorized || reply.status() == kHttpNotImplemented;
  }
  return exchanged == Exchanged::kNoReply || exchanged == Exchanged::kCutOff;
}

Refusal failure_of(Exchanged exchanged) {
  switch (exchanged) {
    case Exchanged::kTimedOut:
      return {reason::kDeadlineExceeded,
              "the time ran out; the call may still take effect: repeat it with the same receipt",
              {}};
    case Exchanged::kTooLarge:
      return {reason::kTooLarge,
              "the agent's answer is too large",
              {{"field", "response"}, {"limit", std::to_string(MOADON_POS_RESPONSE_MAX_BYTES)}}};
    default:
      return {
          reason::kAgentUnreachable,
          "the agent went away during the call, which may have taken effect: repeat it with the "
          "same receipt",
          {}};
  }
}

}  // namespace

Agent::Agent(Config config)
    : config_(std::move(config)),
      connections_(std::make_unique<Connections>(::getpid(), nullptr).release()) {}

Agent::~Agent() {
  Connections& own = connections();
  own.wait_until_unused();
  const std::unique_ptr<Connections> owner(&own);
}

Connections& Agent::connections() {
  const pid_t process = ::getpid();
  Connections* current = connections_.load(std::memory_order_acquire);
  while (current->process() != process) {
    auto fresh = std::make_unique<Connections>(process, current);
    if (connections_.compare_exchange_strong(current, fresh.get(), std::memory_order_acq_rel)) {
      fresh->drop_inherited();
      return *fresh.release();  // owned by connections_ now
    }
  }
  return *current;
}

Agent::Answer Agent::call(std::string_view method, std::string_view request_json,
                          const Deadline& deadline) {
  const auto claim = connections().claim(deadline);
  if (!claim) {
    return refused({reason::kBusy,
                    "too many calls are under way on this handle",
                    {{"limit", std::to_string(MOADON_POS_CALLS_MAX)}}});
  }
  Connection& connection = **claim;
  try {
    return call_on(connection, method, request_json, deadline);
  } catch (...) {
    connection.socket.close();  // it may be in the middle of an answer
    throw;
  }
}

Agent::Answer Agent::call_on(Connection& connection, std::string_view method,
                             std::string_view request_json, const Deadline& deadline) {
  for (bool repeated = false;; repeated = true) {
    const bool kept = connection.socket.is_quiet();
    if (!kept) {
      if (const auto refusal = connect(connection, deadline)) return refused(*refusal);
    }
    HttpReply reply(MOADON_POS_RESPONSE_MAX_BYTES);
    bool reusable = false;
    const std::string head =
        request_head(method, connection.headers, request_json.size(), deadline);
    const Exchanged exchanged =
        exchange(connection.socket, head, request_json, deadline, reply, reusable);
    if (!reusable) connection.socket.close();
    if (!kept && may_be_stranger(exchanged, reply)) {
      connection.socket.close();
      // If the agent does run, the new one ends at once; if not, it writes its port for the next
      // call.
      if (config_.start_agent) start_if_due();
    }
    const bool answered = exchanged == Exchanged::kAnswered;
    if (answered && !(kept && !repeated && reply.status() == kHttpUnauthorized)) {
      return answer_of(reply);
    }
    // Harmless to repeat: never sent, or refused for a token that may have been replaced since it
    // was read, or lost with a connection that had been idle.
    const bool repeat = exchanged == Exchanged::kNotSent ||
                        (kept && (answered || exchanged == Exchanged::kNoReply));
    connection.socket.close();
    if (!repeat || repeated) return refused(failure_of(exchanged));
  }
}

std::optional<Refusal> Agent::connect(Connection& connection, const Deadline& deadline) {
  std::uint16_t port = 0;
  int start_error = 0;
  connection.socket = connect_running(port, deadline);
  if (!connection.socket.is_open() && config_.start_agent) {
    connection.socket = start_and_connect(port, deadline, start_error);
  }
  note_reachable(connection.socket.is_open());
  if (!connection.socket.is_open()) return unreachable(start_error);
  const auto token = read_local_token(config_.agent_dir, config_.register_id);
  if (!token) {
    connection.socket.close();
    return Refusal{reason::kTokenUnknown,
                   "the agent's directory has no token of this register that can be read",
                   {{"register_id", config_.register_id}}};
  }
  connection.headers =
      "Host: 127.0.0.1:" + std::to_string(port) + "\r\nAuthorization: Bearer " + *token + "\r\n";
  return std::nullopt;
}

LoopbackSocket Agent::connect_running(std::uint16_t& port, const Deadline& deadline) const {
  auto current = read_agent_port(config_.agent_dir);
  while (current) {
    port = *current;
    LoopbackSocket socket = LoopbackSocket::connect(port, deadline);
    if (socket.is_open() || deadline.passed()) return socket;
    // It may have restarted between our two looks.
    current = read_agent_port(config_.agent_dir);
    if (current == port) break;
  }
  return {};
}

LoopbackSocket Agent::start_and_connect(std::uint16_t& port, const Deadline& deadline,
                                        int& start_error) {
  const Deadline ready(kAgentReadyWait_ms);
  std::int64_t pause_ms = kReadyPollFirst_ms;
  while (!deadline.passed() && !ready.passed()) {
    start_error = start_if_due();
    if (start_error != 0) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(pause_ms, deadline.left_ms())));
    pause_ms = std::min(2 * pause_ms, kReadyPollLast_ms);
    LoopbackSocket socket = connect_running(port, deadline);
    if (socket.is_open()) return socket;
  }
  return {};
}

int Agent::start_if_due() {
  const std::int64_t now_ms = monotonic_ms();
  std::int64_t last_ms = last_start_ms_.load();
  const bool due = now_ms - last_ms >= kStartAgainAfter_ms;
  if (!due || !last_start_ms_.compare_exchange_strong(last_ms, now_ms)) {
    return last_start_error_.load();
  }
  const int error = start_agent(config_);
  last_start_error_.store(error);
  append_log(config_.log_file, error == 0
                                   ? "event=agent_started"
                                   : "event=agent_start_failed errno=" + std::to_string(error));
  return error;
}

Refusal Agent::unreachable(int start_error) const {
  if (start_error != 0) {
    return {reason::kAgentUnreachable,
            "no agent answers and " + config_.agent_program + " cannot be started",
            {{"agent_program", config_.agent_program}, {"errno", std::to_string(start_error)}}};
  }
  return {reason::kAgentUnreachable,
          "no agent answers for " + config_.agent_dir,
          {{"agent_dir", config_.agent_dir}}};
}

void Agent::note_reachable(bool reachable) {
  if (reachable_.exchange(reachable) == reachable) return;
  append_log(config_.log_file, reachable ? "event=agent_back" : "event=agent_lost");
}

}  // namespace moadon::pos
