// One scan from its request to its result, and the loop that carries it out.
#ifndef HASHGAP_NATIVE_SCAN_H_
#define HASHGAP_NATIVE_SCAN_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "kernel.h"

namespace hashgap {

struct Scan {
  uint32_t id = 0;
  uint32_t midstates[kMaxMidstates][8];
  Work work{midstates, 0, {}, {}};
  uint32_t nonceStart = 0;
  uint64_t nonceCount = 0;

  // Set from any thread; the scan ends within about a millisecond.
  std::atomic<bool> cancelled{false};

  uint64_t noncesScanned = 0;
  std::vector<Hit> hits;  // as long as its capacity; the first hitCount count
  uint32_t hitCount = 0;
};

enum class StopAt { kFirstHits, kFullBuffer };

// Searches until the range ends, `scan.hits` is full or the scan is cancelled; with kFirstHits also
// at the first chunk that has any. `scan.hits` must hold lanes * midstates at least.
void RunScan(const Kernel& kernel, Scan& scan, StopAt stopAt);

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_SCAN_H_
