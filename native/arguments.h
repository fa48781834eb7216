// Checks of what JavaScript passes in: each reads one argument or throws a TypeError.
#ifndef HASHGAP_NATIVE_ARGUMENTS_H_
#define HASHGAP_NATIVE_ARGUMENTS_H_

#include <napi.h>

#include <cstdint>
#include <optional>

#include "kernel.h"
#include "pool.h"
#include "scan.h"

namespace hashgap {

// Throws `TypeError: Expected <expected>, received <value>`.
void ThrowExpected(Napi::Env env, const char* expected, Napi::Value received);

// Each of these returns nothing after throwing.

// The kernel of that name, if a CPU with these features can run it.
const Kernel* ReadKernel(Napi::Value value, uint32_t features);

// A whole number from `least` to `most`; `name` says what it is.
std::optional<uint64_t> ReadInteger(Napi::Value value, const char* name, uint64_t least,
                                    uint64_t most);

// { pin, lowPriority }, each true unless given; undefined stands for {}.
std::optional<PoolOptions> ReadPoolOptions(Napi::Value value);

// Fills the scan from five arguments from `index` on: midstates, tail, target, nonceStart and
// nonceCount. Returns whether all were fine.
bool ReadScan(const Napi::CallbackInfo& info, size_t index, Scan& scan);

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_ARGUMENTS_H_
