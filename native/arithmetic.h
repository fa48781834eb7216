// Arithmetic throughput: how many multiplications and additions all threads do in a second.
#ifndef HASHGAP_NATIVE_ARITHMETIC_H_
#define HASHGAP_NATIVE_ARITHMETIC_H_

#include <span>

#include "arithmetic_loop.h"
#include "throughput.h"

namespace hashgap {

// Every loop of this build, of each operand the fastest first.
std::span<const Loop> Loops();

// The fastest that a CPU with these features can run; nullptr when none is written for it.
const Loop* FindLoop(Operand operand, uint32_t features);

// Operations per second, a multiplication and an addition being two, in samples of 10 ms. The
// words are checked after each few dozen microseconds.
Throughput MeasureArithmetic(const Loop& loop, const ThroughputRequest& request);

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_ARITHMETIC_H_
