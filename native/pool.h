// The threads that scan: each takes one scan at a time from a shared queue. Knows no JavaScript.
#ifndef HASHGAP_NATIVE_POOL_H_
#define HASHGAP_NATIVE_POOL_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "kernel.h"
#include "placement.h"
#include "scan.h"
#include "thread.h"

namespace hashgap {

// How a pool's threads share the machine.
struct PoolOptions {
  // Each on CPUs of its own, where there are enough of them and the system allows it.
  bool pin = true;
  // Behind every ordinary thread of the machine.
  bool lowPriority = true;
};

class Pool {
 public:
  // Called exactly once for every submitted scan, by whichever thread ended it. The pool never
  // touches the scan again.
  using Done = void (*)(void* context, Scan* scan);

  Pool(const Kernel& kernel, PoolOptions options, Done done, void* context);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Returns false, with no thread left behind, when the operating system grants too few.
  bool Start(uint32_t threads);
  // Queues a scan, which must live until it is done. Not after Close.
  void Submit(Scan* scan);
  // Ends a scan that is not done yet. One still in the queue is done before this returns.
  void Cancel(Scan* scan);
  // Ends every scan and every thread; all scans are done when it returns.
  void Close();
  // Processor time of all the threads, whether they still run or not.
  double CpuSeconds() const;

  const Kernel& kernel() const { return kernel_; }

 private:
  struct Worker {
    Thread thread;
    Pool* pool = nullptr;
    Cpus cpus;             // where it is to run; none: anywhere
    Scan* scan = nullptr;  // what it works on; guarded by mutex_
  };

  void Serve(Worker& worker);

  const Kernel& kernel_;
  const PoolOptions options_;
  const Done done_;
  void* const context_;

  std::unique_ptr<Worker[]> workers_;
  uint32_t workerCount_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Scan*> queue_;
  bool closing_ = false;
};

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_POOL_H_
