// The SSE4.1 kernel: 4 nonces side by side in a register, three registers of them at a time.
#include <immintrin.h>

#include "kernel.h"
#include "rounds.h"
#include "scan_batches.h"

namespace hashgap {
namespace {

// As in kernel_avx2.cc. Zen 5, 8 versions, MH/s with 1, 2 and 3 streams: clang 14 7.5, 8.3 and 8.9,
// g++ 12 7.0, 7.6 and 7.8.
constexpr int kStreams = 3;

struct Sse41 {
  using Lane = __m128i;
  static constexpr uint32_t kLanes = 4;

  static HASHGAP_INLINE Lane Broadcast(uint32_t word) {
    return _mm_set1_epi32(static_cast<int>(word));
  }
  static HASHGAP_INLINE Lane Swap(Lane x) {
    const __m128i reverse = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    return _mm_shuffle_epi8(x, reverse);
  }
  static HASHGAP_INLINE Lane Nonces(uint32_t first) {
    return Swap(_mm_add_epi32(Broadcast(first), _mm_set_epi32(3, 2, 1, 0)));
  }
  static HASHGAP_INLINE Lane Add(Lane x, Lane y) { return _mm_add_epi32(x, y); }
  static HASHGAP_INLINE Lane Xor(Lane x, Lane y) { return _mm_xor_si128(x, y); }
  static HASHGAP_INLINE Lane Xor(Lane x, Lane y, Lane z) { return Xor(Xor(x, y), z); }
  template <int n>
  static HASHGAP_INLINE Lane Rotr(Lane x) {
    return Xor(_mm_srli_epi32(x, n), _mm_slli_epi32(x, 32 - n));
  }
  template <int n>
  static HASHGAP_INLINE Lane Shr(Lane x) {
    return _mm_srli_epi32(x, n);
  }
  static HASHGAP_INLINE Lane Ch(Lane x, Lane y, Lane z) {
    return Xor(z, _mm_and_si128(x, Xor(y, z)));
  }
  // This form lets the compiler reuse x ^ y as the next round's y ^ z.
  static HASHGAP_INLINE Lane Maj(Lane x, Lane y, Lane z) {
    return Xor(y, _mm_and_si128(Xor(x, y), Xor(y, z)));
  }
  static HASHGAP_INLINE uint32_t AtMost(Lane x, Lane limit) {
    const Lane top = Swap(x);
    const Lane atMost = _mm_cmpeq_epi32(_mm_min_epu32(top, limit), top);
    return static_cast<uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(atMost)));
  }
};

}  // namespace

uint32_t ScanSse41(const Work& work, uint32_t first, uint32_t count, Hit* hits, uint32_t capacity,
                   uint32_t* hitCount) {
  return ScanBatches<LaneSearch<Sse41, kStreams>>(work, first, count, hits, capacity, hitCount);
}

}  // namespace hashgap
