// The AVX-512 kernel: 16 nonces side by side in a register, three registers of them at a time.
#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 takes its own undefined vectors for a mistake of ours (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include "kernel.h"
#include "rounds.h"
#include "scan_batches.h"

namespace hashgap {
namespace {

// Three states of 8 leave 8 of the 32 registers for what a round computes. Zen 5, 8 versions, MH/s
// with 2, 3 and 4 streams: clang 14 72, 92 and 68, g++ 12 70, 81 and 82 (4: slower at 1 version).
constexpr int kStreams = 3;

struct Avx512 {
  using Lane = __m512i;
  static constexpr uint32_t kLanes = 16;

  static HASHGAP_INLINE Lane Broadcast(uint32_t word) {
    return _mm512_set1_epi32(static_cast<int>(word));
  }
  static HASHGAP_INLINE Lane Swap(Lane x) {
    const __m128i reverse = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(reverse));
  }
  static HASHGAP_INLINE Lane Nonces(uint32_t first) {
    return Swap(_mm512_add_epi32(
        Broadcast(first), _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)));
  }
  static HASHGAP_INLINE Lane Add(Lane x, Lane y) { return _mm512_add_epi32(x, y); }
  static HASHGAP_INLINE Lane Xor(Lane x, Lane y, Lane z) {
    return _mm512_ternarylogic_epi32(x, y, z, 0x96);
  }
  template <int n>
  static HASHGAP_INLINE Lane Rotr(Lane x) {
    return _mm512_ror_epi32(x, n);
  }
  template <int n>
  static HASHGAP_INLINE Lane Shr(Lane x) {
    return _mm512_srli_epi32(x, n);
  }
  static HASHGAP_INLINE Lane Ch(Lane x, Lane y, Lane z) {
    return _mm512_ternarylogic_epi32(x, y, z, 0xca);
  }
  static HASHGAP_INLINE Lane Maj(Lane x, Lane y, Lane z) {
    return _mm512_ternarylogic_epi32(x, y, z, 0xe8);
  }
  static HASHGAP_INLINE uint32_t AtMost(Lane x, Lane limit) {
    return _mm512_cmple_epu32_mask(Swap(x), limit);
  }
};

}  // namespace

uint32_t ScanAvx512(const Work& work, uint32_t first, uint32_t count, Hit* hits, uint32_t capacity,
                    uint32_t* hitCount) {
  return ScanBatches<LaneSearch<Avx512, kStreams>>(work, first, count, hits, capacity, hitCount);
}

}  // namespace hashgap
