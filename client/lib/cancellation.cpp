#include "client/lib/cancellation.h"

namespace moadon {

void Cancellation::cancel() {
  absl::MutexLock lock(&mutex_);
  is_cancelled_ = true;
  for (grpc::ClientContext* call : calls_) call->TryCancel();
}

bool Cancellation::is_cancelled() const {
  absl::MutexLock lock(&mutex_);
  return is_cancelled_;
}

bool Cancellation::pause(absl::Duration pause) const {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&is_cancelled_), pause);
}

CancellableCall::CancellableCall(Cancellation* cancellation, grpc::ClientContext& context)
    : cancellation_(cancellation), context_(context) {
  if (cancellation_ == nullptr) return;
  absl::MutexLock lock(&cancellation_->mutex_);
  cancellation_->calls_.insert(&context_);
  if (cancellation_->is_cancelled_) context_.TryCancel();
}

CancellableCall::~CancellableCall() {
  if (cancellation_ == nullptr) return;
  absl::MutexLock lock(&cancellation_->mutex_);
  cancellation_->calls_.erase(&context_);
}

}  // namespace moadon
