// The 64-bit Arm kernel: two streams of four nonces side by side in NEON registers.
#include <arm_neon.h>

#include "kernel.h"
#include "rounds.h"
#include "scan_batches.h"

namespace hashgap {
namespace {

// Two states of 8 words fit the 32 registers, and one round has too few independent instructions to
// fill four pipes of 2 cycles. Not measured: no Arm machine was at hand.
constexpr int kStreams = 2;

struct Neon {
  using Lane = uint32x4_t;
  static constexpr uint32_t kLanes = 4;

  static HASHGAP_INLINE Lane Broadcast(uint32_t word) { return vdupq_n_u32(word); }
  static HASHGAP_INLINE Lane Nonces(uint32_t first) {
    static constexpr uint32_t kOffsets[4] = {0, 1, 2, 3};
    return Swap(Add(Broadcast(first), vld1q_u32(kOffsets)));
  }
  static HASHGAP_INLINE Lane Add(Lane x, Lane y) { return vaddq_u32(x, y); }
  static HASHGAP_INLINE Lane Xor(Lane x, Lane y, Lane z) { return veorq_u32(veorq_u32(x, y), z); }
  // NEON has no rotation: a shift, and one that inserts beside what the first one kept.
  template <int n>
  static HASHGAP_INLINE Lane Rotr(Lane x) {
    return vsriq_n_u32(vshlq_n_u32(x, 32 - n), x, n);
  }
  template <int n>
  static HASHGAP_INLINE Lane Shr(Lane x) {
    return vshrq_n_u32(x, n);
  }
  static HASHGAP_INLINE Lane Ch(Lane x, Lane y, Lane z) { return vbslq_u32(x, y, z); }
  // Where x and y differ z decides, elsewhere they do.
  static HASHGAP_INLINE Lane Maj(Lane x, Lane y, Lane z) {
    return vbslq_u32(veorq_u32(x, y), z, y);
  }
  static HASHGAP_INLINE uint32_t AtMost(Lane x, Lane limit) {
    static constexpr uint32_t kBits[4] = {1, 2, 4, 8};
    return vaddvq_u32(vandq_u32(vcleq_u32(Swap(x), limit), vld1q_u32(kBits)));
  }

 private:
  static HASHGAP_INLINE Lane Swap(Lane x) {
    return vreinterpretq_u32_u8(vrev32q_u8(vreinterpretq_u8_u32(x)));
  }
};

}  // namespace

uint32_t ScanNeon(const Work& work, uint32_t first, uint32_t count, Hit* hits, uint32_t capacity,
                  uint32_t* hitCount) {
  return ScanBatches<LaneSearch<Neon, kStreams>>(work, first, count, hits, capacity, hitCount);
}

}  // namespace hashgap
