// Multiply-add loops for AVX2 and FMA: 8 words in a register.
#include <immintrin.h>

#include "arithmetic_loop.h"

namespace hashgap {
namespace {

constexpr uint32_t kWords = 8;

inline __m256i* At(uint32_t* lanes, uint32_t i) {
  return reinterpret_cast<__m256i*>(lanes + kWords * i);
}

// The compiler may neither know this value nor move its calculation past the next one's.
inline void Settle([[maybe_unused]] __m256i& x) {
#if defined(__GNUC__)
  __asm__ volatile("" : "+x"(x));
#endif
}

}  // namespace

void LoopFp32Fma(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes) {
  const __m256 m = _mm256_castsi256_ps(_mm256_set1_epi32(static_cast<int>(factor)));
  const __m256 a = _mm256_castsi256_ps(_mm256_set1_epi32(static_cast<int>(addend)));
  __m256 x[kRegisters16];
  for (uint32_t i = 0; i < kRegisters16; ++i)
    x[i] = _mm256_castsi256_ps(_mm256_loadu_si256(At(lanes, i)));
  for (uint32_t round = 0; round < rounds; ++round) {
    for (uint32_t i = 0; i < kRegisters16; ++i) x[i] = _mm256_fmadd_ps(x[i], m, a);
  }
  for (uint32_t i = 0; i < kRegisters16; ++i)
    _mm256_storeu_si256(At(lanes, i), _mm256_castps_si256(x[i]));
}

void LoopInt32Avx2(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes) {
  const __m256i m = _mm256_set1_epi32(static_cast<int>(factor));
  const __m256i a = _mm256_set1_epi32(static_cast<int>(addend));
  __m256i x[kRegisters16];
  for (uint32_t i = 0; i < kRegisters16; ++i) x[i] = _mm256_loadu_si256(At(lanes, i));
  for (uint32_t round = 0; round < rounds; ++round) {
    for (uint32_t i = 0; i < kRegisters16; ++i) {
      __m256i next = _mm256_add_epi32(_mm256_mullo_epi32(x[i], m), a);
      Settle(next);  // g++ 12 spreads 12 registers over 24 and memory: 53 Gop/s instead of 113
      x[i] = next;
    }
  }
  for (uint32_t i = 0; i < kRegisters16; ++i) _mm256_storeu_si256(At(lanes, i), x[i]);
}

// As programs for language models do it without dot product instructions: bytes to sums of two in
// 16 bits, those to sums of two in 32 bits, and these added up.
void LoopInt8Avx2(uint32_t rounds, uint32_t factor, uint32_t addend, uint32_t* lanes) {
  __m256i m = _mm256_set1_epi8(static_cast<char>(factor));
  const __m256i a = _mm256_set1_epi8(static_cast<char>(addend));
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i x[kRegisters16];
  for (uint32_t i = 0; i < kRegisters16; ++i) x[i] = _mm256_loadu_si256(At(lanes, i));
  for (uint32_t round = 0; round < rounds; ++round) {
    for (uint32_t i = 0; i < kRegisters16; ++i) {
      Settle(m);  // else the products are calculated once for all rounds
      x[i] = _mm256_add_epi32(x[i], _mm256_madd_epi16(_mm256_maddubs_epi16(m, a), ones));
    }
  }
  for (uint32_t i = 0; i < kRegisters16; ++i) _mm256_storeu_si256(At(lanes, i), x[i]);
}

}  // namespace hashgap
