// What a throughput measurement is asked and what it says.
#ifndef HASHGAP_NATIVE_THROUGHPUT_H_
#define HASHGAP_NATIVE_THROUGHPUT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hashgap {

struct ThroughputRequest {
  uint32_t threads = 1;
  // Of wall time, for all samples together.
  double seconds = 0;
  // Of each array; measurements without arrays do not look at it.
  size_t bytes = 0;
  // Set from any thread; the measurement ends within milliseconds.
  std::atomic<bool> cancelled{false};
};

struct Throughput {
  enum class Failure { kNone, kNoMemory, kNoThreads, kWrongResult };
  Failure failure = Failure::kNone;
  // Which code ran.
  const char* loop = "";
  // Bytes or operations per second, in the order they were taken; none after a cancellation.
  std::vector<double> perSecond;
};

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_THROUGHPUT_H_
