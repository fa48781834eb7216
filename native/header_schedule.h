// What of a header's double SHA-256 does not depend on the nonce, worked out once per scan.
#ifndef HASHGAP_NATIVE_HEADER_SCHEDULE_H_
#define HASHGAP_NATIVE_HEADER_SCHEDULE_H_

#include <cstdint>

#include "kernel.h"
#include "sha256.h"

namespace hashgap {
namespace {

// The header's second block: merkle tail, nTime, nBits, the nonce, and the padding of 80 bytes.
// The nonce first reaches W[18], through sigma0(W[3]); W[16] and W[17] never see it.
struct HeaderBlock {
  static constexpr int kFirstVariable = 3;
  static constexpr bool Fixed(int t) { return t != 3 && t <= 17; }
  static constexpr bool Zero(int t) { return t >= 5 && t <= 14; }
};

// The block of the second SHA-256: the first digest and the padding of 32 bytes.
struct DigestBlock {
  static constexpr int kFirstVariable = 0;
  static constexpr bool Fixed(int t) { return t >= 8 && t <= 15; }
  static constexpr bool Zero(int t) { return t >= 9 && t <= 14; }
};

// The fixed side of a message schedule, FIPS 180-4 section 6.2.2 step 1.
struct Schedule {
  // The sum of those terms of W[t] that are fixed: for a fixed word, all of it.
  uint32_t part[64];
  // What is fixed of K[t] + W[t] once W[t] itself is known: K[t], or the whole for a fixed word.
  uint32_t addend[64];
};

// `words` are the block's 16 words; those that vary are not read.
template <class Block>
constexpr Schedule FixedSchedule(const uint32_t (&words)[16]) {
  Schedule s{};
  for (int t = 0; t < 64; ++t) {
    if (t < 16) {
      s.part[t] = Block::Fixed(t) ? words[t] : 0;
    } else {
      if (Block::Fixed(t - 2)) s.part[t] += SmallSigma1(s.part[t - 2]);
      if (Block::Fixed(t - 7)) s.part[t] += s.part[t - 7];
      if (Block::Fixed(t - 15)) s.part[t] += SmallSigma0(s.part[t - 15]);
      if (Block::Fixed(t - 16)) s.part[t] += s.part[t - 16];
    }
    s.addend[t] = kRoundConstants[t] + (Block::Fixed(t) ? s.part[t] : 0);
  }
  return s;
}

constexpr Schedule HeaderSchedule(const uint32_t (&tail)[3]) {
  return FixedSchedule<HeaderBlock>(
      {tail[0], tail[1], tail[2], 0, 0x80000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 640});
}

constexpr Schedule kDigestSchedule =
    FixedSchedule<DigestBlock>({0, 0, 0, 0, 0, 0, 0, 0, 0x80000000, 0, 0, 0, 0, 0, 0, 256});

// The first `rounds` rounds, all of whose words are fixed.
constexpr State FixedRounds(const uint32_t (&initial)[8], const Schedule& schedule, int rounds) {
  State s{};
  for (int i = 0; i < 8; ++i) s.word[i] = initial[i];
  for (int t = 0; t < rounds; ++t) s = Round(s, schedule.addend[t]);
  return s;
}

// The state after the first round with a word that varies, short of that word: it enters a and e by
// one addition each, and the other six are fixed.
template <class Block>
constexpr State LeadState(const uint32_t (&initial)[8], const Schedule& schedule) {
  return FixedRounds(initial, schedule, Block::kFirstVariable + 1);
}

constexpr State kDigestLead = LeadState<DigestBlock>(kInitialState, kDigestSchedule);

}  // namespace
}  // namespace hashgap

#endif  // HASHGAP_NATIVE_HEADER_SCHEDULE_H_
