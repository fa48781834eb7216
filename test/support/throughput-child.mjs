/** Measures the first adapter of the environment's driver, with its WGSL or its device changed on purpose; prints what came of it as JSON. */
import { listAdapterNames, loadDawn, requestAdapter } from '../../dist/src/engine/gpu/dawn.js';
import { measureGpuThroughput } from '../../dist/src/gpu/throughput.js';

const {
  find,
  replace,
  noMemory = 0,
  lose = false,
  most = Infinity,
  oversized,
  ...wish
} = JSON.parse(process.argv[2]);
const dawn = await loadDawn();
const [name] = await listAdapterNames(dawn);
const adapter = await requestAdapter(dawn, name);
const requestDevice = adapter.requestDevice.bind(adapter);

/** Refuses so many sets of three large buffers, as a driver without memory does. */
function withoutMemory(device) {
  const popErrorScope = device.popErrorScope.bind(device);
  const pushErrorScope = device.pushErrorScope.bind(device);
  const scopes = [];
  let refusals = noMemory;
  device.pushErrorScope = (filter) => {
    scopes.push(filter);
    pushErrorScope(filter);
  };
  device.popErrorScope = async () => {
    const error = await popErrorScope();
    return scopes.pop() === 'out-of-memory' && refusals-- > 0 ? { message: 'none left' } : error;
  };
}

/** Leaves out every dispatch of more workgroups than `most`, as a driver does that fails in silence. */
function withoutLargeDispatches(device) {
  const createCommandEncoder = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = () => {
    const encoder = createCommandEncoder();
    const beginComputePass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = () => {
      const pass = beginComputePass();
      const dispatchWorkgroups = pass.dispatchWorkgroups.bind(pass);
      pass.dispatchWorkgroups = (x, y = 1) => {
        if (x * y <= most) dispatchWorkgroups(x, y);
      };
      return pass;
    };
    return encoder;
  };
}

/** Asks for one buffer that no device has, which is an error nobody asked for. */
function withOversizedBuffer(device) {
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) =>
    createBuffer(descriptor.label === oversized ? { ...descriptor, size: 2 ** 45 } : descriptor);
}

adapter.requestDevice = async (descriptor) => {
  const device = await requestDevice(descriptor);
  const createShaderModule = device.createShaderModule.bind(device);
  let replaced = 0;
  device.createShaderModule = ({ label, code }) => {
    if (find !== undefined && code.includes(find)) replaced++;
    if (lose) device.destroy();
    return createShaderModule({ label, code: find === undefined ? code : code.replaceAll(find, replace) });
  };
  withoutMemory(device);
  withoutLargeDispatches(device);
  withOversizedBuffer(device);
  process.on('exit', () => {
    if (find !== undefined && replaced === 0) process.exitCode = 9; // a change that changes nothing proves nothing
  });
  return device;
};

try {
  console.log(JSON.stringify({ gpu: await measureGpuThroughput(adapter, wish) }));
} catch ({ code, message }) {
  console.log(JSON.stringify({ error: { code, message } }));
}
process.exit();
