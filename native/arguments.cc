// Checks of what JavaScript passes in, with messages that say what was expected and received.
#include "arguments.h"

#include <cmath>
#include <cstring>
#include <string>

#include "dispatch.h"

namespace hashgap {
namespace {

constexpr uint64_t kNonces = uint64_t{1} << 32;

std::string Describe(Napi::Value value) {
  if (value.IsString()) return '"' + value.As<Napi::String>().Utf8Value() + '"';
  if (value.IsTypedArray()) {
    const auto array = value.As<Napi::TypedArray>();
    const char* type =
        array.TypedArrayType() == napi_uint32_array ? "a Uint32Array of " : "a typed array of ";
    return type + std::to_string(array.ElementLength()) + " elements";
  }
  if (value.IsFunction()) return "a function";
  if (value.IsSymbol()) return "a symbol";
  if (value.IsObject()) return value.IsArray() ? "an array" : "an object";
  return value.ToString().Utf8Value();
}

std::string KernelNames() {
  std::string names;
  for (const Kernel& kernel : Kernels()) {
    if (!names.empty()) names += ", ";
    names += kernel.name;
  }
  return names;
}

// Copies `value` to `words` if it is a Uint32Array of `length` elements.
bool ReadWords(Napi::Value value, uint32_t* words, size_t length, const char* expected) {
  if (value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint32_array) {
    const auto array = value.As<Napi::Uint32Array>();
    if (array.ElementLength() == length) {
      std::memcpy(words, array.Data(), length * sizeof *words);
      return true;
    }
  }
  ThrowExpected(value.Env(), expected, value);
  return false;
}

size_t MidstateCount(Napi::Value value) {
  if (!value.IsTypedArray()) return 0;
  const size_t length = value.As<Napi::TypedArray>().ElementLength();
  return length % 8 == 0 && length / 8 <= kMaxMidstates ? length / 8 : 0;
}

// Sets `flag` to the property if it is there; returns whether it was fine.
bool ReadFlag(Napi::Object options, const char* name, bool& flag) {
  const Napi::Value value = options.Get(name);
  if (value.IsBoolean()) flag = value.As<Napi::Boolean>();
  if (value.IsBoolean() || value.IsUndefined()) return true;
  ThrowExpected(options.Env(), (std::string(name) + " to be true or false").c_str(), value);
  return false;
}

}  // namespace

void ThrowExpected(Napi::Env env, const char* expected, Napi::Value received) {
  const std::string message =
      std::string("Expected ") + expected + ", received " + Describe(received) + '.';
  Napi::TypeError::New(env, message).ThrowAsJavaScriptException();
}

const Kernel* ReadKernel(Napi::Value value, uint32_t features) {
  const Kernel* kernel =
      value.IsString() ? FindKernel(value.As<Napi::String>().Utf8Value()) : nullptr;
  if (kernel == nullptr) {
    ThrowExpected(value.Env(), ("kernel to be one of " + KernelNames()).c_str(), value);
  } else if (!Supports(features, *kernel)) {
    ThrowExpected(value.Env(), "kernel to be one this CPU can run", value);
    kernel = nullptr;
  }
  return kernel;
}

std::optional<uint64_t> ReadInteger(Napi::Value value, const char* name, uint64_t least,
                                    uint64_t most) {
  if (value.IsNumber()) {
    const double number = value.As<Napi::Number>().DoubleValue();
    if (number >= static_cast<double>(least) && number <= static_cast<double>(most) &&
        number == std::floor(number)) {
      return static_cast<uint64_t>(number);
    }
  }
  const std::string expected = std::string(name) + " to be an integer from " +
                               std::to_string(least) + " to " + std::to_string(most);
  ThrowExpected(value.Env(), expected.c_str(), value);
  return std::nullopt;
}

std::optional<PoolOptions> ReadPoolOptions(Napi::Value value) {
  PoolOptions options;
  if (value.IsUndefined()) return options;
  if (!value.IsObject()) {
    ThrowExpected(value.Env(), "options to be an object", value);
    return std::nullopt;
  }
  const auto given = value.As<Napi::Object>();
  if (!ReadFlag(given, "pin", options.pin) ||
      !ReadFlag(given, "lowPriority", options.lowPriority)) {
    return std::nullopt;
  }
  return options;
}

bool ReadScan(const Napi::CallbackInfo& info, size_t index, Scan& scan) {
  const size_t midstates = MidstateCount(info[index]);
  if (midstates == 0) {
    ThrowExpected(info.Env(),
                  "midstates to be a Uint32Array of 8 words for each of 1 to 64 versions",
                  info[index]);
    return false;
  }
  if (!ReadWords(info[index], scan.midstates[0], 8 * midstates,
                 "midstates to be a Uint32Array of 8 words for each version") ||
      !ReadWords(info[index + 1], scan.work.tail, 3, "tail to be a Uint32Array of 3 words") ||
      !ReadWords(info[index + 2], scan.work.target, 8, "target to be a Uint32Array of 8 words")) {
    return false;
  }
  const auto start = ReadInteger(info[index + 3], "nonceStart", 0, kNonces - 1);
  if (!start) return false;
  const auto count = ReadInteger(info[index + 4], "nonceCount", 1, kNonces - *start);
  if (!count) return false;
  scan.work.midstateCount = static_cast<uint32_t>(midstates);
  scan.nonceStart = static_cast<uint32_t>(*start);
  scan.nonceCount = *count;
  return true;
}

}  // namespace hashgap
