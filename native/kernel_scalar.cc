// The portable kernel: one nonce at a time, in plain C++, for any CPU and byte order.
#include "kernel.h"
#include "rounds.h"
#include "scan_batches.h"

namespace hashgap {
namespace {

struct Scalar {
  using Lane = uint32_t;
  static constexpr uint32_t kLanes = 1;

  static Lane Broadcast(uint32_t word) { return word; }
  static Lane Nonces(uint32_t first) { return SwapBytes(first); }
  static Lane Add(Lane x, Lane y) { return x + y; }
  static Lane Xor(Lane x, Lane y, Lane z) { return x ^ y ^ z; }
  template <int n>
  static Lane Rotr(Lane x) {
    return RotateRight(x, n);
  }
  template <int n>
  static Lane Shr(Lane x) {
    return x >> n;
  }
  static Lane Ch(Lane x, Lane y, Lane z) { return Choose(x, y, z); }
  // This form lets the compiler reuse x ^ y as the next round's y ^ z.
  static Lane Maj(Lane x, Lane y, Lane z) { return y ^ ((x ^ y) & (y ^ z)); }
  static uint32_t AtMost(Lane x, Lane limit) { return SwapBytes(x) <= limit ? 1 : 0; }
};

}  // namespace

uint32_t ScanScalar(const Work& work, uint32_t first, uint32_t count, Hit* hits, uint32_t capacity,
                    uint32_t* hitCount) {
  return ScanBatches<LaneSearch<Scalar>>(work, first, count, hits, capacity, hitCount);
}

}  // namespace hashgap
