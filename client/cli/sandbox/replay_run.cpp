#include "client/cli/sandbox/replay_run.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_codes.h"
#include "client/cli/progress_bar.h"
#include "client/cli/sandbox/agent_line.h"

namespace moadon::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kReasonsShown = 5;
constexpr std::chrono::milliseconds kLookPause{100};

absl::StatusOr<ChildProcess> start_replay(const Workplace& place, const std::string& file) {
  const absl::StatusOr<Descriptor> nothing = open_nothing();
  if (!nothing.ok()) return nothing.status();
  return ChildProcess::start(
      {.arguments = {place.programs.register_client, "--plugin", place.programs.plugin,
                     "--agent-dir", place.house.agent_dir(), "--no-start-agent", "replay", file},
       .environment = {},
       .input = nothing->number(),
       .output = STDERR_FILENO,
       .errors = STDERR_FILENO,
       .own_group = true,
       .mask = place.interrupts.mask_for_children()});
}

// Its exit code, once it has ended.
absl::StatusOr<int> finish_replay(const Workplace& place, ChildProcess& replay) {
  for (;;) {
    if (const auto end = replay.ended()) return exit_code_of(*end);
    if (absl::Status up = place.club.keep_up(/*even_after_clean_end=*/true); !up.ok()) return up;
    if (absl::Status wait = place.interrupts.wait(); !wait.ok()) return wait;
  }
}

// What the agent still holds, over all its registers.
struct Backlog {
  std::int64_t undelivered_count = 0;
  std::int64_t refused_count = 0;  // of them
  v1::ErrorDetail first_refusal;
  std::string reasons;  // the first few, for people
};

absl::Status add_refusals(const AgentLine& agent, const std::string& register_id,
                          Backlog& backlog) {
  const absl::StatusOr<v1::PendingResponse> pending = agent.pending(register_id);
  if (!pending.ok()) return pending.status();
  for (const v1::PendingEntry& entry : pending->entries()) {
    if (!entry.has_refusal() || retry_may_help(entry.refusal().reason())) continue;
    if (backlog.refused_count++ == 0) backlog.first_refusal = entry.refusal();
    if (backlog.refused_count > kReasonsShown) continue;
    absl::StrAppend(&backlog.reasons, "\n  ", register_id, " ", entry.receipt(), ": ",
                    v1::Reason_Name(entry.refusal().reason()), " ", entry.message());
  }
  return absl::OkStatus();
}

absl::StatusOr<Backlog> read_backlog(const AgentLine& agent, const House& house) {
  Backlog backlog;
  for (const std::string& register_id : house.registers()) {
    const absl::StatusOr<v1::StatusResponse> status = agent.status(register_id);
    if (!status.ok()) return status.status();
    if (status->undelivered_count() == 0) continue;
    backlog.undelivered_count += status->undelivered_count();
    if (absl::Status added = add_refusals(agent, register_id, backlog); !added.ok()) return added;
  }
  return backlog;
}

absl::Status left_behind(Backlog backlog) {
  const std::string message =
      absl::StrCat(backlog.undelivered_count, " entries of the agent's journal are not delivered, ",
                   backlog.refused_count, " of them refused", backlog.reasons);
  if (backlog.refused_count == 0) return refuse(v1::REASON_SERVER_UNREACHABLE, message);
  return refuse(backlog.first_refusal, message);
}

// Watches the backlog shrink.
class Delivery final {
 public:
  explicit Delivery(const std::string& label) : bar_(label) {}

  enum class Standing { kUnderWay, kDone, kStuck };

  Standing look(const Backlog& backlog) {
    if (backlog.undelivered_count == 0) return Standing::kDone;
    most_ = std::max(most_, backlog.undelivered_count);
    if (backlog.undelivered_count != last_) moved_ = Clock::now();
    last_ = backlog.undelivered_count;
    bar_.show(most_ - last_, most_);
    const bool all_refused = backlog.refused_count == backlog.undelivered_count;
    return all_refused || is_late() ? Standing::kStuck : Standing::kUnderWay;
  }

  bool is_late() const { return Clock::now() - moved_ > kDeliveryPatience; }

 private:
  ProgressBar bar_;
  std::int64_t most_ = 0;
  std::int64_t last_ = 0;
  Clock::time_point moved_ = Clock::now();
};

}  // namespace

absl::Status replay_file(const Workplace& place, const std::string& file) {
  int code = kExitUnreachable;
  for (int tries = 0; tries < kReplayTries && code == kExitUnreachable; ++tries) {
    absl::StatusOr<ChildProcess> replay = start_replay(place, file);
    if (!replay.ok()) return replay.status();
    const absl::StatusOr<int> finished = finish_replay(place, *replay);
    if (!finished.ok()) {
      replay->stop(kStopPatience);
      return finished.status();
    }
    code = *finished;
  }
  if (code == kExitDone) return absl::OkStatus();
  absl::Status refused =
      refuse(code == kExitUnreachable ? v1::REASON_AGENT_UNREACHABLE : v1::REASON_INTERNAL,
             absl::StrCat("the replay of ", file, " ended with exit status ", code));
  return code == kExitUsage ? as_usage(refused) : refused;
}

absl::Status wait_until_delivered(const Workplace& place, Session& session) {
  const absl::StatusOr<AgentLine> agent =
      AgentLine::load(place.programs.plugin, place.house.agent_dir());
  if (!agent.ok()) return agent.status();
  Delivery delivery(session.say({"delivering to the server", "מוסר לשרת"}));
  for (;;) {
    if (absl::Status up = place.club.keep_up(/*even_after_clean_end=*/true); !up.ok()) return up;
    const absl::StatusOr<Backlog> backlog = read_backlog(*agent, place.house);
    if (!backlog.ok() && delivery.is_late())
      return backlog.status();  // else the agent may be starting again
    if (backlog.ok()) {
      const Delivery::Standing standing = delivery.look(*backlog);
      if (standing == Delivery::Standing::kDone) return absl::OkStatus();
      if (standing == Delivery::Standing::kStuck) return left_behind(*backlog);
    }
    if (absl::Status wait = place.interrupts.wait_for(kLookPause); !wait.ok()) return wait;
  }
}

}  // namespace moadon::cli
