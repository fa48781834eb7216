// The contract every scanning kernel implements, free of any instruction set.
#ifndef HASHGAP_NATIVE_KERNEL_H_
#define HASHGAP_NATIVE_KERNEL_H_

#include <cstdint>

namespace hashgap {

// The most versions one scan searches side by side. It bounds what a kernel keeps on its stack.
constexpr uint32_t kMaxMidstates = 64;

// One search: the same 16 header bytes behind one or several midstates. Every version shares the
// tail, so one message schedule of the header's second block serves all of them.
struct Work {
  // SHA-256 states after header bytes 0..63, in the order of the versions.
  const uint32_t (*midstates)[8];
  // 1..kMaxMidstates.
  uint32_t midstateCount;
  // Header bytes 64..75 as SHA-256 reads them: big-endian words.
  uint32_t tail[3];
  // Most significant word first. A hash, read as a little-endian number, at or below it is a hit.
  uint32_t target[8];
};

// One bit for each nonce of a batch.
using LaneMask = uint64_t;

// The header with this nonce and the midstate of this version hashes to the target or below.
struct Hit {
  uint32_t nonce;
  uint32_t versionIndex;
};

// Searches nonces `first` to `first + count - 1`, which must not pass 0xffffffff, for every
// midstate. Writes hits in the order of their nonces, then versions, to `hits`, and their number to
// `hitCount`. Returns how many nonces it searched: fewer than `count` only where the next batch
// might have overflowed `capacity`, which must be at least lanes * midstateCount. It never
// allocates.
using ScanFn = uint32_t(const Work& work, uint32_t first, uint32_t count, Hit* hits,
                        uint32_t capacity, uint32_t* hitCount);

struct Kernel {
  // What users pass to choose it by hand.
  const char* name;
  // CpuFeature bits that must all be present.
  uint32_t needs;
  // Nonces in one batch.
  uint32_t lanes;
  // How many versions side by side to ask for where they can be rolled: from there on, more of them
  // gain less than 2% (docs/kernels.md).
  uint32_t preferredMidstates;
  ScanFn* scan;
};

ScanFn ScanNeon;
ScanFn ScanArmv8;
ScanFn ScanScalar;
ScanFn ScanSse41;
ScanFn ScanAvx2;
ScanFn ScanAvx512;
ScanFn ScanShani;

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_KERNEL_H_
