// What the addon exports: cpu(), compiler, kernels(), measure(), scanOnce() and the class Pool.
#include "addon.h"

#include <memory>

#include "arguments.h"
#include "dispatch.h"
#include "measurement.h"
#include "pool_object.h"
#include "results.h"
#include "scan.h"

namespace hashgap {
namespace {

#define HASHGAP_TEXT(x) HASHGAP_TEXT_OF(x)
#define HASHGAP_TEXT_OF(x) #x
#if defined(__clang__)
constexpr char kCompiler[] = "clang " HASHGAP_TEXT(__clang_major__) "." HASHGAP_TEXT(
    __clang_minor__) "." HASHGAP_TEXT(__clang_patchlevel__);
#elif defined(__GNUC__)
constexpr char kCompiler[] = "g++ " __VERSION__;
#elif defined(_MSC_VER)
constexpr char kCompiler[] = "msvc " HASHGAP_TEXT(_MSC_VER);
#else
constexpr char kCompiler[] = "unknown";
#endif

// What scanOnce() reports at most unless told otherwise: half a MiB.
constexpr uint64_t kDefaultCapacity = 65536;
constexpr uint64_t kMostCapacity = uint64_t{1} << 24;

Napi::Array FeatureNames(Napi::Env env, uint32_t features) {
  Napi::Array names = Napi::Array::New(env);
  uint32_t count = 0;
  for (const auto& [feature, name] : kFeatureNames) {
    if ((features & feature) != 0) names[count++] = name;
  }
  return names;
}

}  // namespace

HashgapAddon::HashgapAddon(Napi::Env env, Napi::Object exports) {
  DefineAddon(exports, {
                           InstanceMethod<&HashgapAddon::DescribeCpu>("cpu"),
                           InstanceValue("compiler", Napi::String::New(env, kCompiler)),
                           InstanceMethod<&HashgapAddon::ListKernels>("kernels"),
                           InstanceValue("measure", Napi::Function::New(env, StartMeasurement)),
                           InstanceMethod<&HashgapAddon::ScanOnce>("scanOnce"),
                           InstanceValue("Pool", PoolObject::Define(env)),
                       });
}

// cpu() -> { brand, vendor, features }
Napi::Value HashgapAddon::DescribeCpu(const Napi::CallbackInfo& info) {
  Napi::Object result = Napi::Object::New(info.Env());
  result["brand"] = cpu_.brand;
  result["vendor"] = cpu_.vendor;
  result["features"] = FeatureNames(info.Env(), cpu_.features);
  return result;
}

// kernels() -> [{ name, lanes, preferredMidstates, needs, supported }], the preferred one first
Napi::Value HashgapAddon::ListKernels(const Napi::CallbackInfo& info) {
  Napi::Array result = Napi::Array::New(info.Env());
  uint32_t count = 0;
  for (const Kernel& kernel : Kernels()) {
    Napi::Object row = Napi::Object::New(info.Env());
    row["name"] = kernel.name;
    row["lanes"] = kernel.lanes;
    row["preferredMidstates"] = kernel.preferredMidstates;
    row["needs"] = FeatureNames(info.Env(), kernel.needs);
    row["supported"] = Supports(cpu_.features, kernel);
    result[count++] = row;
  }
  return result;
}

// scanOnce(kernel, midstates, tail, target, nonceStart, nonceCount, capacity = 65536)
//   -> { noncesScanned, hits }
// Blocks the event loop: for self-tests. Unlike a pool's scan it goes on past the first hits.
Napi::Value HashgapAddon::ScanOnce(const Napi::CallbackInfo& info) {
  const Kernel* kernel = ReadKernel(info[0], cpu_.features);
  const auto scan = std::make_unique<Scan>();
  if (kernel == nullptr || !ReadScan(info, 1, *scan)) return {};
  uint64_t capacity = kDefaultCapacity;
  if (!info[6].IsUndefined()) {
    const uint64_t least = uint64_t{kernel->lanes} * scan->work.midstateCount;
    const auto given = ReadInteger(info[6], "capacity", least, kMostCapacity);
    if (!given) return {};
    capacity = *given;
  }
  scan->hits.resize(capacity);
  RunScan(*kernel, *scan, StopAt::kFullBuffer);
  Napi::Object result = Napi::Object::New(info.Env());
  result["noncesScanned"] = static_cast<double>(scan->noncesScanned);
  result["hits"] = HitArray(info.Env(), *scan);
  return result;
}

NODE_API_NAMED_ADDON(hashgap, HashgapAddon)

}  // namespace hashgap
