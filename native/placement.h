// Where and how urgently the calling thread runs: its CPUs and its priority.
#ifndef HASHGAP_NATIVE_PLACEMENT_H_
#define HASHGAP_NATIVE_PLACEMENT_H_

#include <cstdint>
#include <vector>

namespace hashgap {

// CPUs by the numbers the operating system gives them.
using Cpus = std::vector<uint32_t>;

// The CPUs the calling thread may run on, in ascending order; none where the system does not say.
Cpus AllowedCpus();

// The CPUs for thread `index` of `threads`: as many threads as CPUs get one each, fewer threads get
// shares without overlap, so that the scheduler can still avoid a CPU that is busy with something
// else. More threads than CPUs get none: they are better left to the scheduler.
Cpus ShareOf(const Cpus& allowed, uint32_t index, uint32_t threads);

// Keeps the calling thread on these CPUs. Does nothing for none, or where the system refuses.
void RunOn(const Cpus& cpus);

// Lets every ordinary thread of the machine go first.
void LowerPriority();

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_PLACEMENT_H_
