// Threads that do one thing at the same time, and how long it took them.
#ifndef HASHGAP_NATIVE_TEAM_H_
#define HASHGAP_NATIVE_TEAM_H_

#include <cstdint>
#include <optional>

namespace hashgap {

// What thread `index` of a team does.
using TeamBody = void (*)(void* context, uint32_t index);

// Runs the body on every thread of a team, which begin together once all of them are there, each on
// CPUs of its own where that is possible. Returns the seconds from the first beginning to the last
// end; nothing, with no body run, when the operating system grants too few threads.
std::optional<double> RunTeam(uint32_t threads, TeamBody body, void* context);

}  // namespace hashgap

#endif  // HASHGAP_NATIVE_TEAM_H_
