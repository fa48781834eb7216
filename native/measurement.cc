// measure() of the addon: a throughput measurement beside the event loop.
#include "measurement.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "addon.h"
#include "arguments.h"
#include "arithmetic.h"
#include "thread.h"
#include "triad.h"

namespace hashgap {
namespace {

constexpr uint64_t kMostThreads = 1024;
constexpr uint64_t kMostBytes = uint64_t{1} << 36;
constexpr double kMostSeconds = 600;

using Request = std::shared_ptr<ThroughputRequest>;

const char* FailureName(Throughput::Failure failure) {
  switch (failure) {
    case Throughput::Failure::kNoMemory:
      return "no memory";
    case Throughput::Failure::kNoThreads:
      return "no threads";
    case Throughput::Failure::kWrongResult:
      return "wrong result";
    case Throughput::Failure::kNone:
      break;
  }
  return "";
}

// On a thread of its own: work on Node's pool is waited for before any hook could cancel it.
class Measurement {
 public:
  // Returns false when the operating system grants no thread.
  static bool Start(Napi::Env env, Napi::Function callback, Request request, const Loop* loop);

 private:
  Measurement(Request request, const Loop* loop) : request_(std::move(request)), loop_(loop) {}

  static void Deliver(Napi::Env env, Napi::Function callback, Measurement* self, void*);
  using Mailbox = Napi::TypedThreadSafeFunction<Measurement, void, Deliver>;

  static void Run(void* self);
  static void OnEnvironmentExit(void* self);

  const Request request_;
  const Loop* const loop_;  // null for the triad
  Throughput result_;
  Mailbox mailbox_;
  Thread thread_;
};

bool Measurement::Start(Napi::Env env, Napi::Function callback, Request request, const Loop* loop) {
  std::unique_ptr<Measurement> self(new Measurement(std::move(request), loop));
  self->mailbox_ = Mailbox::New(env, callback, "hashgap.measure", 0, 1, self.get());
  // Hooks run last in, first out: this one before the mailbox's own, made a moment ago.
  napi_add_env_cleanup_hook(env, OnEnvironmentExit, self.get());
  if (self->thread_.Start(0, Run, self.get())) {
    self.release();  // Deliver or OnEnvironmentExit, whichever comes, deletes it
    return true;
  }
  napi_remove_env_cleanup_hook(env, OnEnvironmentExit, self.get());
  self->mailbox_.Release();
  return false;
}

void Measurement::Run(void* object) {
  Measurement& self = *static_cast<Measurement*>(object);
  self.result_ = self.loop_ == nullptr ? MeasureTriad(*self.request_)
                                       : MeasureArithmetic(*self.loop_, *self.request_);
  self.mailbox_.NonBlockingCall();
}

void Measurement::Deliver(Napi::Env env, Napi::Function callback, Measurement* self, void*) {
  // Without an environment there is no one to tell, and `self` is gone.
  if (env == nullptr) return;
  const std::unique_ptr<Measurement> owner(self);
  napi_remove_env_cleanup_hook(env, OnEnvironmentExit, self);
  self->thread_.Join();
  self->mailbox_.Release();
  const auto& [failure, loop, perSecond] = self->result_;
  auto samples = Napi::Float64Array::New(env, perSecond.size());
  if (samples.IsEmpty()) return;
  if (!perSecond.empty())
    std::memcpy(samples.Data(), perSecond.data(), perSecond.size() * sizeof(double));
  Napi::Object said = Napi::Object::New(env);
  said["loop"] = loop;
  said["failure"] = FailureName(failure);
  said["perSecond"] = samples;
  callback.Call({said});
  // Node would only warn of an error thrown here, which is as uncaught as any other.
  if (env.IsExceptionPending()) {
    napi_fatal_exception(env, env.GetAndClearPendingException().Value());
  }
}

// The thread must be gone before the environment is, and before its addon may be unloaded.
void Measurement::OnEnvironmentExit(void* object) {
  const std::unique_ptr<Measurement> self(static_cast<Measurement*>(object));
  self->request_->cancelled = true;
  self->thread_.Join();
  self->mailbox_.Release();
}

struct What {
  bool triad;
  Operand operand;
};

std::optional<What> ReadWhat(Napi::Value value) {
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "triad") return What{true, {}};
  if (name == "fp32") return What{false, Operand::kFp32};
  if (name == "int32") return What{false, Operand::kInt32};
  if (name == "int8") return What{false, Operand::kInt8};
  ThrowExpected(value.Env(), "what to be triad, fp32, int32 or int8", value);
  return std::nullopt;
}

std::optional<double> ReadSeconds(Napi::Value value) {
  const double seconds = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  if (seconds > 0 && seconds <= kMostSeconds) return seconds;
  ThrowExpected(value.Env(), "seconds to be a number above 0 and up to 600", value);
  return std::nullopt;
}

}  // namespace

Napi::Value StartMeasurement(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto what = ReadWhat(info[0]);
  if (!what) return {};
  const auto threads = ReadInteger(info[1], "threads", 1, kMostThreads);
  if (!threads) return {};
  const auto seconds = ReadSeconds(info[2]);
  if (!seconds) return {};
  const auto bytes = ReadInteger(info[3], "bytes", 0, kMostBytes);
  if (!bytes) return {};
  if (!info[4].IsFunction()) {
    ThrowExpected(env, "callback to be a function", info[4]);
    return {};
  }
  const Loop* loop = nullptr;
  if (!what->triad) loop = FindLoop(what->operand, AddonOf(env).cpu().features);
  if (!what->triad && loop == nullptr) return env.Undefined();  // none for this CPU
  const auto request = std::make_shared<ThroughputRequest>();
  request->threads = static_cast<uint32_t>(*threads);
  request->seconds = *seconds;
  request->bytes = static_cast<size_t>(*bytes);
  if (!Measurement::Start(env, info[4].As<Napi::Function>(), request, loop)) {
    ThrowExpected(env, "the operating system to grant a thread", info[1]);
    return {};
  }
  return Napi::Function::New(env,
                             [request](const Napi::CallbackInfo&) { request->cancelled = true; });
}

}  // namespace hashgap
