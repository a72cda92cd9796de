#include "client/lib/client.h"

#include <grpc/support/time.h>

#include <algorithm>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/status.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

// Worth another try at once: nothing says that it would fail again.
bool is_passing(v1::Reason reason) {
  return reason == v1::REASON_SERVER_UNREACHABLE || reason == v1::REASON_STOPPING ||
         reason == v1::REASON_BUSY;
}

bool is_header_text(absl::string_view token) {
  return std::all_of(token.begin(), token.end(),
                     [](unsigned char c) { return absl::ascii_isgraph(c); });
}

// On the monotonic clock, so that nobody who sets the system's clock makes a call wait.
gpr_timespec after(absl::Duration duration) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_nanos(absl::ToInt64Nanoseconds(duration), GPR_TIMESPAN));
}

}  // namespace

absl::StatusOr<Client> Client::connect(const ClientOptions& options) {
  auto channel = open_channel(options.channel);
  if (!channel.ok()) return channel.status();
  return make(*channel, options.token);
}

absl::StatusOr<Client> Client::make(const std::shared_ptr<grpc::Channel>& channel,
                                    std::string token) {
  if (!is_header_text(token)) {
    return refuse(v1::REASON_FIELD_INVALID, "the token has characters that no token has",
                  {{"field", "token"}});
  }
  return Client(channel, token.empty() ? "" : absl::StrCat("Bearer ", token));
}

absl::Status Client::try_call(Attempt attempt, const CallOptions& options) const {
  const gpr_timespec give_up = after(options.deadline);
  absl::BitGen random;
  absl::Duration pause = kRetryPauseFirst;
  for (int tries = 1;; ++tries) {
    grpc::ClientContext context;
    context.set_deadline(give_up);
    if (!authorization_.empty()) context.AddMetadata("authorization", authorization_);
    absl::Status answered;
    {
      const CancellableCall stay(options.cancellation, context);
      answered = from_grpc(attempt(context));
    }
    if (answered.ok() || tries >= options.tries || !is_passing(reason_of(answered)))
      return answered;
    const absl::Duration wait = pause * absl::Uniform(random, 0.5, 1.0);
    if (gpr_time_cmp(after(wait), give_up) >= 0) return answered;
    if (options.cancellation == nullptr) {
      absl::SleepFor(wait);
    } else if (!options.cancellation->pause(wait)) {
      return answered;
    }
    pause = std::min(pause * 2, kRetryPauseLast);
  }
}

}  // namespace moadon
