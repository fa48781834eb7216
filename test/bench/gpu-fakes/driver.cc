// libcuda.so.1 as bench/gpu/host.cc needs it, for tests on machines without a GPU: cubins are
// shared libraries, memory is memory.
#include <dlfcn.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>

using Handle = void*;
using Pointer = unsigned long long;
using Call = void (*)(unsigned blocks, unsigned threads, void** arguments);

static double nowMs() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

extern "C" {

int cuInit(unsigned) { return 0; }
int cuDriverGetVersion(int* version) {
  *version = 13000;
  return 0;
}
int cuDeviceGet(int* device, int index) {
  *device = index;
  return 0;
}
int cuDeviceGetName(char* name, int size, int) {
  std::strncpy(name, "Fake H200", size);
  return 0;
}
int cuDeviceGetAttribute(int* value, int which, int) {
  // Multiprocessors, clock in kHz, compute capability.
  *value = which == 16 ? 2 : which == 13 ? 1980000 : which == 75 ? 9 : 0;
  return 0;
}
int cuDevicePrimaryCtxRetain(Handle* context, int) {
  *context = nullptr;
  return 0;
}
int cuCtxSetCurrent(Handle) { return 0; }
int cuCtxSynchronize() { return 0; }
int cuModuleLoad(Handle* module, const char* path) {
  *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  return *module == nullptr ? 301 : 0;
}
int cuModuleUnload(Handle module) { return dlclose(module); }
int cuModuleGetFunction(Handle* function, Handle module, const char* name) {
  *function = dlsym(module, (std::string(name) + "_call").c_str());
  return *function == nullptr ? 500 : 0;
}
int cuFuncGetAttribute(int* value, int which, Handle) {
  *value = which == 4 ? 32 : 0;
  return 0;
}
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Handle, int, size_t) {
  *blocks = 1;
  return 0;
}
int cuMemAlloc_v2(Pointer* pointer, size_t size) {
  *pointer = reinterpret_cast<Pointer>(std::calloc(size, 1));
  return 0;
}
int cuMemFree_v2(Pointer pointer) {
  std::free(reinterpret_cast<void*>(pointer));
  return 0;
}
int cuMemcpyDtoH_v2(void* host, Pointer device, size_t size) {
  std::memcpy(host, reinterpret_cast<void*>(device), size);
  return 0;
}
int cuMemsetD32_v2(Pointer device, unsigned value, size_t words) {
  for (size_t i = 0; i < words; i++) reinterpret_cast<unsigned*>(device)[i] = value;
  return 0;
}
int cuLaunchKernel(Handle function, unsigned blocks, unsigned, unsigned, unsigned threads, unsigned,
                   unsigned, unsigned, Handle, void** arguments, void**) {
  reinterpret_cast<Call>(function)(blocks, threads, arguments);
  return 0;
}
int cuEventCreate(Handle* event, unsigned) {
  *event = new double(0);
  return 0;
}
int cuEventRecord(Handle event, Handle) {
  *static_cast<double*>(event) = nowMs();
  return 0;
}
int cuEventSynchronize(Handle) { return 0; }
int cuEventElapsedTime(float* ms, Handle began, Handle ended) {
  *ms = static_cast<float>(*static_cast<double*>(ended) - *static_cast<double*>(began));
  return 0;
}
}
