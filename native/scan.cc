// The loop that carries a scan out, chunk by chunk, so that a cancelled one ends soon.
#include "scan.h"

#include <algorithm>
#include <chrono>

namespace hashgap {
namespace {

using Clock = std::chrono::steady_clock;

// Long enough that the work once per chunk is lost in it, short enough to end a scan at once.
constexpr auto kChunkTime = std::chrono::microseconds(250);
// What the slowest kernel does in about a millisecond.
constexpr uint32_t kFirstChunkHashes = 4096;
constexpr uint32_t kMostBatches = 1u << 20;

// Doubles or halves the batches of a chunk until it takes about kChunkTime.
uint32_t NextChunk(uint32_t batches, Clock::duration took) {
  if (took < kChunkTime / 2) return std::min(batches * 2, kMostBatches);
  if (took > kChunkTime * 2) return std::max(batches / 2, 1u);
  return batches;
}

}  // namespace

void RunScan(const Kernel& kernel, Scan& scan, StopAt stopAt) {
  uint32_t batches = std::max(kFirstChunkHashes / (kernel.lanes * scan.work.midstateCount), 1u);
  Clock::time_point start = Clock::now();
  while (scan.noncesScanned < scan.nonceCount && !scan.cancelled.load(std::memory_order_relaxed)) {
    const uint64_t left = scan.nonceCount - scan.noncesScanned;
    const auto count = static_cast<uint32_t>(std::min<uint64_t>(batches * kernel.lanes, left));
    const auto first = static_cast<uint32_t>(scan.nonceStart + scan.noncesScanned);
    uint32_t found = 0;
    const uint32_t done =
        kernel.scan(scan.work, first, count, scan.hits.data() + scan.hitCount,
                    static_cast<uint32_t>(scan.hits.size()) - scan.hitCount, &found);
    scan.noncesScanned += done;
    scan.hitCount += found;
    if (done < count || (stopAt == StopAt::kFirstHits && found > 0)) return;
    const Clock::time_point end = Clock::now();
    batches = NextChunk(batches, end - start);
    start = end;
  }
}

}  // namespace hashgap
