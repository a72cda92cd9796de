#include "server/rpc/worker_pool.h"

#include <pthread.h>

#include <utility>

#include "rules/refusal.h"

namespace moadon::rpc {

WorkerPool::WorkerPool(absl::string_view name, int thread_count, size_t queue_limit)
    : queue_limit_(queue_limit) {
  for (int i = 0; i < thread_count; ++i) {
    threads_.emplace_back([this, thread_name = std::string(name)] { work(thread_name); });
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::submit(Task task) {
  const absl::Status queued = queue(task);
  if (!queued.ok()) std::move(task)(queued);
}

absl::Status WorkerPool::queue(Task& task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return refuse(v1::REASON_STOPPING, "The server is stopping.");
  if (queue_.size() >= queue_limit_) {
    return refuse(v1::REASON_BUSY, "Too many calls of this kind wait already.");
  }
  queue_.push_back(std::move(task));
  return absl::OkStatus();
}

void WorkerPool::stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void WorkerPool::work(const std::string& name) {
  pthread_setname_np(pthread_self(), name.c_str());
  while (true) {
    Task task;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &WorkerPool::has_work_or_ends));
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
    }
    std::move(task)(absl::OkStatus());
  }
}

}  // namespace moadon::rpc
