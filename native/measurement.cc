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

// On a thread of Node's own pool, which waits for the team.
class Measurement : public Napi::AsyncWorker {
 public:
  Measurement(Napi::Function callback, Request request, const Loop* loop)
      : AsyncWorker(callback, "hashgap.measure"), request_(std::move(request)), loop_(loop) {
    // An environment that ends waits for its workers.
    napi_add_env_cleanup_hook(Env(), CancelAtExit, request_.get());
  }
  ~Measurement() override { napi_remove_env_cleanup_hook(Env(), CancelAtExit, request_.get()); }

 protected:
  void Execute() override {
    result_ = loop_ == nullptr ? MeasureTriad(*request_) : MeasureArithmetic(*loop_, *request_);
  }

  void OnOK() override {
    const Napi::Env env = Env();
    const size_t count = result_.perSecond.size();
    auto samples = Napi::Float64Array::New(env, count);
    if (samples.IsEmpty()) return;
    if (count > 0) std::memcpy(samples.Data(), result_.perSecond.data(), count * sizeof(double));
    Napi::Object said = Napi::Object::New(env);
    said["loop"] = result_.loop;
    said["failure"] = FailureName(result_.failure);
    said["perSecond"] = samples;
    Callback().Call({said});
  }

 private:
  static void CancelAtExit(void* request) {
    static_cast<ThroughputRequest*>(request)->cancelled = true;
  }

  const Request request_;
  const Loop* const loop_;  // null for the triad
  Throughput result_;
};

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
  (new Measurement(info[4].As<Napi::Function>(), request, loop))->Queue();  // deletes itself
  return Napi::Function::New(env,
                             [request](const Napi::CallbackInfo&) { request->cancelled = true; });
}

}  // namespace hashgap
