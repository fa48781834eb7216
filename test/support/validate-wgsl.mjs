/** Reads kernels as JSON from stdin and prints what Dawn's null backend, which runs nothing, says about each one's WGSL. */
import { text } from 'node:stream/consumers';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
const kernels = JSON.parse(await text(process.stdin));
const gpu = create(['backend=null']); // a module's constant: when it is garbage collected, Dawn crashes
const adapter = await gpu.requestAdapter();
const device = await adapter.requestDevice();
const answers = [];
for (const { name, wgsl } of kernels) {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: name, code: wgsl });
  const { messages } = await module.getCompilationInfo();
  const pipeline = device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module, entryPoint: 'scan' },
  });
  const refusal = await pipeline.then(
    () => undefined,
    (error) => error.message,
  );
  await device.popErrorScope();
  const errors = messages.filter(({ type }) => type === 'error').map(({ message }) => message);
  answers.push({ name, errors: refusal === undefined ? errors : [...errors, refusal] });
}
process.stdout.write(JSON.stringify(answers));
device.destroy();
