// The final say on a candidate: a plain SHA-256, sharing no shortcut with the kernels it checks.
#include "confirm.h"

#include "sha256.h"

namespace hashgap {
namespace {

// FIPS 180-4 section 6.2.2 over one block of 16 words.
State Compress(const State& state, const uint32_t (&block)[16]) {
  uint32_t w[64];
  for (int t = 0; t < 16; ++t) w[t] = block[t];
  for (int t = 16; t < 64; ++t) {
    w[t] = SmallSigma1(w[t - 2]) + w[t - 7] + SmallSigma0(w[t - 15]) + w[t - 16];
  }
  State s = state;
  for (int t = 0; t < 64; ++t) s = Round(s, kRoundConstants[t] + w[t]);
  for (int i = 0; i < 8; ++i) s.word[i] += state.word[i];
  return s;
}

State HeaderHash(const Work& work, uint32_t nonce, uint32_t version) {
  State midstate;
  for (int i = 0; i < 8; ++i) midstate.word[i] = work.midstates[version][i];
  // The header is 80 bytes, 640 bits; its nonce is little-endian, SHA-256 reads big-endian.
  const State first =
      Compress(midstate, {work.tail[0], work.tail[1], work.tail[2], SwapBytes(nonce), 0x80000000, 0,
                          0, 0, 0, 0, 0, 0, 0, 0, 0, 640});
  const auto& h = first.word;
  State initial;
  for (int i = 0; i < 8; ++i) initial.word[i] = kInitialState[i];
  return Compress(
      initial, {h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], 0x80000000, 0, 0, 0, 0, 0, 0, 256});
}

// The digest's last byte is the number's most significant one.
bool AtOrBelow(const State& hash, const uint32_t (&target)[8]) {
  for (int i = 0; i < 8; ++i) {
    const uint32_t word = SwapBytes(hash.word[7 - i]);
    if (word != target[i]) return word < target[i];
  }
  return true;
}

}  // namespace

uint32_t Confirm(const Work& work, uint32_t first, uint32_t lanes, const LaneMask* candidates,
                 Hit* hits) {
  uint32_t count = 0;
  for (uint32_t lane = 0; lane < lanes; ++lane) {
    for (uint32_t version = 0; version < work.midstateCount; ++version) {
      if ((candidates[version] >> lane & 1) == 0) continue;
      const uint32_t nonce = first + lane;
      if (AtOrBelow(HeaderHash(work, nonce, version), work.target)) {
        hits[count++] = {nonce, version};
      }
    }
  }
  return count;
}

}  // namespace hashgap
