/** The real child of the GPU engine, whose device is lost whenever it gets SIGUSR2. */
import { globals } from 'webgpu';

const { GPUAdapter } = globals;
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function request(...args) {
  const device = await requestDevice.apply(this, args);
  process.on('SIGUSR2', () => device.destroy());
  return device;
};
await import('../../dist/src/engine/gpu/child.js');
