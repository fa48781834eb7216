// The final say on a candidate, in portable code: the whole double SHA-256 and all 256 bits.
#ifndef HASHGAP_NATIVE_CONFIRM_H_
#define HASHGAP_NATIVE_CONFIRM_H_

#include <cstdint>

#include "kernel.h"

namespace hashgap {

// Checks the candidates of one batch. Bit `lane` of `candidates[v]` marks the nonce `first + lane`
// with version `v`; lanes from `lanes` on lie past the end of the range and are ignored. Writes the
// true hits to `hits` in the order of their nonces, and returns how many there are.
uint32_t Confirm(const Work& work, uint32_t first, uint32_t lanes, const LaneMask* candidates,
                 Hit* hits);

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_CONFIRM_H_
