// SHA-256 of FIPS 180-4 on plain words: constants and round functions that cost nothing per nonce.
#ifndef HASHGAP_NATIVE_SHA256_H_
#define HASHGAP_NATIVE_SHA256_H_

#include <cstdint>

#if defined(_MSC_VER)
#define HASHGAP_INLINE __forceinline
#else
#define HASHGAP_INLINE inline __attribute__((always_inline))
#endif

// Everything here has internal linkage: a shared inline function compiled with, say, -mavx512f
// becomes a weak symbol, which the linker may hand to code that runs on any CPU.
namespace hashgap {
namespace {

// FIPS 180-4 section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the
// first 64 primes.
constexpr uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// FIPS 180-4 section 5.3.3: the initial hash value.
constexpr uint32_t kInitialState[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

constexpr uint32_t RotateRight(uint32_t x, int n) { return x >> n | x << (32 - n); }

// The bytes of `x` in reverse, whatever the byte order of this machine.
constexpr uint32_t SwapBytes(uint32_t x) {
  return x >> 24 | (x >> 8 & 0xff00) | (x << 8 & 0xff0000) | x << 24;
}

// FIPS 180-4 section 4.1.2, (4.2) to (4.7).
constexpr uint32_t Choose(uint32_t x, uint32_t y, uint32_t z) { return z ^ (x & (y ^ z)); }
constexpr uint32_t Majority(uint32_t x, uint32_t y, uint32_t z) { return (x & y) | (z & (x | y)); }
constexpr uint32_t BigSigma0(uint32_t x) {
  return RotateRight(x, 2) ^ RotateRight(x, 13) ^ RotateRight(x, 22);
}
constexpr uint32_t BigSigma1(uint32_t x) {
  return RotateRight(x, 6) ^ RotateRight(x, 11) ^ RotateRight(x, 25);
}
constexpr uint32_t SmallSigma0(uint32_t x) {
  return RotateRight(x, 7) ^ RotateRight(x, 18) ^ x >> 3;
}
constexpr uint32_t SmallSigma1(uint32_t x) {
  return RotateRight(x, 17) ^ RotateRight(x, 19) ^ x >> 10;
}

struct State {
  uint32_t word[8];  // a..h
};

// One round of FIPS 180-4 section 6.2.2 step 3, where `kw` is K[t] + W[t].
constexpr State Round(const State& s, uint32_t kw) {
  const auto& [a, b, c, d, e, f, g, h] = s.word;
  const uint32_t t1 = h + BigSigma1(e) + Choose(e, f, g) + kw;
  const uint32_t t2 = BigSigma0(a) + Majority(a, b, c);
  return {{t1 + t2, a, b, c, d + t1, e, f, g}};
}

}  // namespace
}  // namespace hashgap

#endif  // HASHGAP_NATIVE_SHA256_H_
