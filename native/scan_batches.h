// The loop from batch to batch that every kernel shares.
#ifndef HASHGAP_NATIVE_SCAN_BATCHES_H_
#define HASHGAP_NATIVE_SCAN_BATCHES_H_

#include <cstdint>

#include "confirm.h"
#include "kernel.h"

namespace hashgap {
namespace {

// `Search` is built from a Work, has a constant kLanes of at most 64, and
// `bool Batch(uint32_t first, LaneMask* candidates)`: sets bit `lane` of `candidates[v]` where the
// hash of nonce `first + lane` and version `v` has a most significant word at or below the
// target's, and returns whether it set any.
template <class Search>
uint32_t ScanBatches(const Work& work, uint32_t first, uint32_t count, Hit* hits, uint32_t capacity,
                     uint32_t* hitCount) {
  Search search(work);
  const uint32_t hitsPerBatch = Search::kLanes * work.midstateCount;
  LaneMask candidates[kMaxMidstates];
  uint32_t found = 0;
  uint32_t done = 0;
  while (done < count && capacity - found >= hitsPerBatch) {
    const uint32_t left = count - done;
    const uint32_t lanes = left < Search::kLanes ? left : Search::kLanes;
    // Lanes past the end wrap around 0xffffffff harmlessly: nobody looks at them.
    if (search.Batch(first + done, candidates)) {
      found += Confirm(work, first + done, lanes, candidates, hits + found);
    }
    done += lanes;
  }
  *hitCount = found;
  return done;
}

}  // namespace
}  // namespace hashgap

#endif  // HASHGAP_NATIVE_SCAN_BATCHES_H_
