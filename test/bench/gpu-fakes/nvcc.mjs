/** A stand-in for nvcc: compiles CUDA for the host with g++, as a shared library that driver.cc loads in the place of a cubin. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HEADER = fileURLToPath(new URL('device.h', import.meta.url));
const KERNEL = /extern "C" __global__ void (?:__launch_bounds__\(\d+\) )?(\w+)\(([^)]*)\)/g;

const args = process.argv.slice(2);
if (args.includes('--version')) console.log('Cuda compilation tools, release 13.0, V13.0.0 (a stand-in)');
else if (args.includes('-cubin')) compileKernels(args.at(-1), args[args.indexOf('-o') + 1]);
else
  compileProgram(
    args[args.indexOf('-o') + 1],
    args.find((arg) => arg.endsWith('.cc')),
  );

function compileKernels(source, library) {
  // A planted error, for the tests that want it caught: one of SHA-256's functions rotates by one too many.
  const wrong = process.env.FAKE_NVCC_WRONG;
  const planted = (code) =>
    wrong && source.includes(wrong) ? code.replace('rotr(x, 13)', 'rotr(x, 14)') : code;
  const text = planted(readFileSync(source, 'utf8'));
  const kernels = [...text.matchAll(KERNEL)];
  const file = `${library}.cc`;
  writeFileSync(file, [text, ...kernels.map(([, name, parameters]) => call(name, parameters))].join('\n'));
  const flags = ['-O1', '-std=c++17', '-fPIC', '-shared', '-Wno-unknown-pragmas', '-include', HEADER];
  execFileSync('g++', [...flags, '-o', library, file], { stdio: 'inherit' });
  for (const [, name] of kernels) {
    console.error(`ptxas info    : Compiling entry function '${name}' for 'sm_90'`);
    console.error('    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads');
    console.error('ptxas info    : Used 32 registers, used 0 barriers');
  }
}

/** A function that takes the arguments as cuLaunchKernel does, and runs the whole grid. */
function call(name, parameters) {
  const values = parameters.split(',').map((parameter, i) => {
    const type = parameter.trim().replace(/\s*\w+$/, '');
    return `*reinterpret_cast<${type.replace(/^const /, '')} *>(arguments[${i}])`;
  });
  return `extern "C" void ${name}_call(unsigned blocks, unsigned threads, void **arguments) {
  runGrid(blocks, threads, [&] { ${name}(${values.join(', ')}); });
}`;
}

function compileProgram(program, source) {
  execFileSync('g++', ['-O2', '-std=c++17', '-Wall', '-Wextra', '-Werror', '-o', program, source, '-ldl'], {
    stdio: 'inherit',
  });
}
