#include "client/agent/agent.h"

#include <grpcpp/server_builder.h>
#include <spdlog/spdlog.h>

#include "absl/strings/escaping.h"
#include "client/agent/journal_enrolments.h"
#include "gateway/local_channel.h"
#include "rules/calendar.h"

namespace moadon::agent {

absl::StatusOr<std::unique_ptr<Agent>> Agent::start(const AgentDirectory& directory,
                                                    const Settings& settings, const Clock& clock) {
  absl::Status created = directory.create();
  if (!created.ok()) return created;
  absl::StatusOr<sqlite::DataLock> lock = sqlite::DataLock::acquire(directory.path());
  if (absl::IsFailedPrecondition(lock.status())) {
    return absl::AlreadyExistsError(lock.status().message());
  }
  if (!lock.ok()) return lock.status();
  std::unique_ptr<Agent> agent(new Agent(directory, *std::move(lock), clock));
  directory.remove_port();  // of an agent that was killed
  absl::Status started = agent->open(settings);
  if (started.ok()) started = agent->serve(settings);
  if (!started.ok()) return started;
  return agent;
}

Agent::~Agent() { stop(); }

absl::Status Agent::open(const Settings& settings) {
  reserve_ = std::make_unique<JournalReserve>(directory_.reserve_path(),
                                              settings.journal_limit_mib * kMebibyte);
  reserve_->keep_margin();
  absl::StatusOr<std::string> key = directory_.journal_key();
  if (!key.ok()) return key.status();
  const auto on_failure = [](const absl::Status& failure) {
    spdlog::critical("event=journal_failed message=\"{}\"",
                     absl::Utf8SafeCEscape(failure.message()));
  };
  auto journal =
      Journal::open(directory_.journal_path(), *std::move(key), on_failure, reserve_.get());
  if (!journal.ok()) return journal.status();
  journal_ = *std::move(journal);
  reserve_->refill(journal_->used_bytes());
  enrollments_ = std::make_unique<EnrollmentBook>(*journal_);
  const absl::StatusOr<std::vector<v1::Program>> programs = journal_->programs();
  if (!programs.ok()) return programs.status();
  shelf_.add(*programs);
  offline_ = std::make_unique<OfflineBook>(*journal_);
  auto link = ServerLink::open(settings.server, clock_);
  if (!link.ok()) return link.status();
  link_ = *std::move(link);
  cards_ =
      std::make_unique<CardShelf>(CardFiles{directory_.cards_path(), directory_.cards_key_path()});
  time_ = std::make_unique<TrustedClock>(clock_, *link_, *offline_, cards_->feed().cache_time_us);
  tills_ = std::make_unique<Tills>(
      directory_, Courier::Parts{*link_, *journal_, shelf_, clock_, delivery_cancellation_});
  card_feed_ = std::make_unique<CardFeed>(CardFeed::Parts{
      *tills_, *link_, *cards_, shelf_, *enrollments_, *reserve_, clock_, delivery_cancellation_});
  lease_feed_ = std::make_unique<LeaseFeed>(LeaseFeed::Parts{
      *tills_, *link_, *offline_, shelf_, *time_, *reserve_, delivery_cancellation_});
  link_->watch([this] {
    tills_->try_now();
    card_feed_->try_now();
    lease_feed_->try_now();
  });
  tills_->refresh();
  card_feed_->start();
  lease_feed_->start();
  return absl::OkStatus();
}

absl::Status Agent::serve(const Settings& settings) {
  service_ = std::make_unique<RegisterService>(
      RegisterService::Parts{*tills_, *journal_, *enrollments_, *reserve_, shelf_, *cards_, facts_,
                             asks_, *link_, clock_, *offline_, *time_});
  grpc::ServerBuilder builder;
  builder.RegisterService(service_.get());
  builder.SetMaxReceiveMessageSize(kMaxSendBytes);
  builder.SetMaxSendMessageSize(kMaxReceiveBytes);
  const LocalChannel local(builder);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) return absl::InternalError("gRPC could not be started in this process");

  HttpGatewayOptions options;
  options.port = settings.http_port;
  options.allowed_origins = settings.allowed_origins;
  channel_ = local.open(kMaxReceiveBytes);
  options.channel = channel_;
  options.services = {v1::RegisterService::service_full_name()};
  auto gateway = HttpGateway::start(std::move(options));
  if (!gateway.ok()) return gateway.status();
  gateway_ = *std::move(gateway);
  reserve_->keep_margin();
  housekeeper_ = std::thread([this] { keep_house(); });
  return directory_.write_port(gateway_->port());
}

void Agent::stop() {
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  if (gateway_ != nullptr) {
    directory_.remove_port();
    gateway_->stop();
  }
  if (server_ != nullptr) server_->Shutdown();
  if (housekeeper_.joinable()) housekeeper_.join();
  delivery_cancellation_.cancel();
  if (link_ != nullptr) link_->stop();
  if (card_feed_ != nullptr) card_feed_->stop();
  if (lease_feed_ != nullptr) lease_feed_->stop();
  if (tills_ != nullptr) tills_->stop();
  if (time_ != nullptr && !reserve_->is_used()) time_->keep();
}

void Agent::keep_house() {
  absl::Duration last_prune = -absl::InfiniteDuration();
  const auto is_stopping = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_; };
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&is_stopping), kRefreshInterval)) return;
    }
    tills_->refresh();
    reserve_->keep_margin();
    if (!reserve_->is_used()) time_->keep();
    if (clock_.monotonic() < last_prune + prune_interval()) continue;
    prune();
    last_prune = clock_.monotonic();
  }
}

void Agent::prune() {
  // How old something is only the server's clock says: one that was set would forget everything.
  const std::optional<int64_t> now_us = link_->corrected_now_us();
  if (now_us) prune_before(*now_us);
  while (is_nearly_full() && prune_step(kMaxTimeUs)) {
  }
  reserve_->refill(journal_->used_bytes());
}

bool Agent::is_nearly_full() const {
  return journal_->used_bytes() > reserve_->limit_bytes() + kReserveBytes / 2;
}

absl::Duration Agent::prune_interval() const {
  if (is_nearly_full()) return kPruneIntervalNearlyFull;
  return reserve_->is_used() ? kPruneIntervalPressed : kPruneInterval;
}

void Agent::prune_before(int64_t now_us) {
  const int64_t before_us = now_us - absl::ToInt64Microseconds(kKeepDelivered);
  absl::Status pruned = journal_->prune_holds(before_us);
  if (pruned.ok()) pruned = enrollments_->prune(before_us);
  if (pruned.ok()) pruned = offline_->prune_served(before_us);
  if (!pruned.ok()) {
    spdlog::warn("event=prune_failed message=\"{}\"", absl::Utf8SafeCEscape(pruned.message()));
  }
  const int64_t delivered_before_us =
      reserve_->is_used() ? now_us - absl::ToInt64Microseconds(kKeepDeliveredPressed) : before_us;
  while (prune_step(delivered_before_us)) {
  }
}

bool Agent::prune_step(int64_t before_us) {
  const absl::StatusOr<bool> may_go_on = journal_->prune(before_us, kPruneStep);
  if (!may_go_on.ok()) {
    spdlog::warn("event=prune_failed message=\"{}\"",
                 absl::Utf8SafeCEscape(may_go_on.status().message()));
  }
  if (!may_go_on.value_or(false) || delivery_cancellation_.is_cancelled()) return false;
  absl::MutexLock lock(&mutex_);
  return !stopping_;
}

}  // namespace moadon::agent
