// The threads that scan, their queue, and how both come to an end.
#include "pool.h"

#include <algorithm>
#include <utility>

namespace hashgap {

Pool::Pool(const Kernel& kernel, PoolOptions options, Done done, void* context)
    : kernel_(kernel), options_(options), done_(done), context_(context) {}

Pool::~Pool() { Close(); }

bool Pool::Start(uint32_t threads) {
  workers_ = std::make_unique<Worker[]>(threads);
  const Cpus allowed = options_.pin ? AllowedCpus() : Cpus{};
  for (uint32_t i = 0; i < threads; ++i) {
    Worker& worker = workers_[i];
    worker.pool = this;
    worker.cpus = ShareOf(allowed, i, threads);
    const auto body = [](void* argument) {
      Worker& self = *static_cast<Worker*>(argument);
      self.pool->Serve(self);
    };
    if (!worker.thread.Start(i, body, &worker)) {
      Close();
      return false;
    }
    ++workerCount_;
  }
  return true;
}

void Pool::Submit(Scan* scan) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(scan);
  }
  wake_.notify_one();
}

void Pool::Cancel(Scan* scan) {
  scan->cancelled.store(true, std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find(queue_.begin(), queue_.end(), scan);
    if (found == queue_.end()) return;
    queue_.erase(found);
  }
  done_(context_, scan);
}

void Pool::Close() {
  std::deque<Scan*> unstarted;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closing_, true)) return;
    unstarted.swap(queue_);
    for (uint32_t i = 0; i < workerCount_; ++i) {
      if (Scan* scan = workers_[i].scan) scan->cancelled.store(true, std::memory_order_relaxed);
    }
  }
  wake_.notify_all();
  for (Scan* scan : unstarted) done_(context_, scan);
  for (uint32_t i = 0; i < workerCount_; ++i) workers_[i].thread.Join();
}

double Pool::CpuSeconds() const {
  double seconds = 0;
  for (uint32_t i = 0; i < workerCount_; ++i) seconds += workers_[i].thread.CpuSeconds();
  return seconds;
}

void Pool::Serve(Worker& worker) {
  RunOn(worker.cpus);
  if (options_.lowPriority) LowerPriority();
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (closing_) return;
    Scan* const scan = queue_.front();
    queue_.pop_front();
    worker.scan = scan;
    lock.unlock();
    RunScan(kernel_, *scan, StopAt::kFirstHits);
    lock.lock();
    worker.scan = nullptr;
    lock.unlock();
    done_(context_, scan);
    lock.lock();
  }
}

}  // namespace hashgap
