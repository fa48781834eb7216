// Threads that do one thing at the same time, and how long it took them.
#include "team.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include "placement.h"
#include "thread.h"

namespace hashgap {
namespace {

using Clock = std::chrono::steady_clock;

struct Team;

struct Member {
  Thread thread;
  Team* team = nullptr;
  uint32_t index = 0;
  Cpus cpus;
  Clock::time_point begin, end;
};

struct Team {
  TeamBody body;
  void* context;
  std::mutex mutex;
  std::condition_variable changed;
  uint32_t waiting = 0;  // guarded by mutex
  enum { kWait, kBegin, kGiveUp } signal = kWait;
};

void Serve(void* argument) {
  Member& self = *static_cast<Member*>(argument);
  Team& team = *self.team;
  RunOn(self.cpus);
  {
    std::unique_lock lock(team.mutex);
    ++team.waiting;
    team.changed.notify_all();
    team.changed.wait(lock, [&] { return team.signal != Team::kWait; });
    if (team.signal == Team::kGiveUp) return;
  }
  self.begin = Clock::now();
  team.body(team.context, self.index);
  self.end = Clock::now();
}

}  // namespace

std::optional<double> RunTeam(uint32_t threads, TeamBody body, void* context) {
  Team team{.body = body, .context = context, .mutex = {}, .changed = {}};
  const auto members = std::make_unique<Member[]>(threads);
  const Cpus allowed = AllowedCpus();
  uint32_t started = 0;
  for (; started < threads; ++started) {
    Member& member = members[started];
    member.team = &team;
    member.index = started;
    member.cpus = ShareOf(allowed, started, threads);
    if (!member.thread.Start(started, Serve, &member)) break;
  }
  const bool complete = started == threads;
  {
    std::unique_lock lock(team.mutex);
    team.changed.wait(lock, [&] { return team.waiting == started; });
    team.signal = complete ? Team::kBegin : Team::kGiveUp;
  }
  team.changed.notify_all();
  for (uint32_t i = 0; i < started; ++i) members[i].thread.Join();
  if (!complete) return std::nullopt;
  const auto earlier = [](const Member& x, const Member& y) { return x.begin < y.begin; };
  const auto sooner = [](const Member& x, const Member& y) { return x.end < y.end; };
  const Member* const first = std::min_element(&members[0], &members[threads], earlier);
  const Member* const last = std::max_element(&members[0], &members[threads], sooner);
  return std::chrono::duration<double>(last->end - first->begin).count();
}

}  // namespace hashgap
