// The AVX2 kernel: 8 nonces side by side in a register, three registers of them at a time.
#include <immintrin.h>

#include "kernel.h"
#include "rounds.h"
#include "scan_batches.h"

namespace hashgap {
namespace {

// The 16 registers hold one state, not three, but state that waits in the nearest cache costs less
// than units that wait for state. Zen 5, 8 versions, MH/s with 1, 2 and 3 streams: clang 14 15.6,
// 21.7 and 22.3, g++ 12 13.6, 18.6 and 19.0.
constexpr int kStreams = 3;

struct Avx2 {
  using Lane = __m256i;
  static constexpr uint32_t kLanes = 8;

  static HASHGAP_INLINE Lane Broadcast(uint32_t word) {
    return _mm256_set1_epi32(static_cast<int>(word));
  }
  static HASHGAP_INLINE Lane Swap(Lane x) {
    const __m128i reverse = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(reverse));
  }
  static HASHGAP_INLINE Lane Nonces(uint32_t first) {
    return Swap(_mm256_add_epi32(Broadcast(first), _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0)));
  }
  static HASHGAP_INLINE Lane Add(Lane x, Lane y) { return _mm256_add_epi32(x, y); }
  static HASHGAP_INLINE Lane Xor(Lane x, Lane y) { return _mm256_xor_si256(x, y); }
  static HASHGAP_INLINE Lane Xor(Lane x, Lane y, Lane z) { return Xor(Xor(x, y), z); }
  template <int n>
  static HASHGAP_INLINE Lane Rotr(Lane x) {
    return Xor(_mm256_srli_epi32(x, n), _mm256_slli_epi32(x, 32 - n));
  }
  template <int n>
  static HASHGAP_INLINE Lane Shr(Lane x) {
    return _mm256_srli_epi32(x, n);
  }
  static HASHGAP_INLINE Lane Ch(Lane x, Lane y, Lane z) {
    return Xor(z, _mm256_and_si256(x, Xor(y, z)));
  }
  // This form lets the compiler reuse x ^ y as the next round's y ^ z.
  static HASHGAP_INLINE Lane Maj(Lane x, Lane y, Lane z) {
    return Xor(y, _mm256_and_si256(Xor(x, y), Xor(y, z)));
  }
  static HASHGAP_INLINE uint32_t AtMost(Lane x, Lane limit) {
    const Lane top = Swap(x);
    const Lane atMost = _mm256_cmpeq_epi32(_mm256_min_epu32(top, limit), top);
    return static_cast<uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(atMost)));
  }
};

}  // namespace

uint32_t ScanAvx2(const Work& work, uint32_t first, uint32_t count, Hit* hits, uint32_t capacity,
                  uint32_t* hitCount) {
  return ScanBatches<LaneSearch<Avx2, kStreams>>(work, first, count, hits, capacity, hitCount);
}

}  // namespace hashgap
