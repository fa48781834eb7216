/** The Vulkan drivers that the tests lean on: nothing is downloaded where they are, and Dawn runs shaders on both. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { provisionVulkan } from '../../scripts/provision-vulkan.mjs';
import { provisioned } from '../support/provisioned.ts';

const found = await provisioned('Vulkan', provisionVulkan);
const title = 'skip' in found ? `real Vulkan drivers (skipped: ${found.skip})` : 'real Vulkan drivers';

/** Says of each driver what the real program would, as far as anybody reads it. */
const vulkaninfo = (swiftshaderIndexing: boolean): string => `#!/bin/sh
case "$VK_DRIVER_FILES" in
  *swiftshader*) echo 'deviceName = SwiftShader'; echo 'shaderSampledImageArrayDynamicIndexing = ${swiftshaderIndexing}' ;;
  *) echo 'deviceName = llvmpipe'; echo 'shaderSampledImageArrayDynamicIndexing = true' ;;
esac
`;

describe('where Vulkan drivers are looked for', () => {
  let dir: string;
  const cached = (name: string): string => join(dir, `cache/hashgap/${name}/1.0-${process.arch}`);

  /** A cache and nothing else: no driver of the machine, no Chromium, no apt. */
  const prepare = async (swiftshaderIndexing: boolean): Promise<void> => {
    const program = join(cached('vulkan'), 'usr/bin/vulkaninfo');
    await mkdir(dirname(program), { recursive: true });
    await writeFile(program, vulkaninfo(swiftshaderIndexing), { mode: 0o755 });
    await mkdir(cached('chromium'), { recursive: true });
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hashgap-vulkan-'));
    const variables = { CHROMIUM: '', LD_LIBRARY_PATH: '/theirs', PATH: join(dir, 'bin') };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    vi.stubEnv('XDG_CACHE_HOME', join(dir, 'cache'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(dir, { recursive: true, force: true });
  });

  it('takes the cached ones, each alone and with its own libraries before others', async () => {
    await prepare(true);
    const log = vi.fn();
    const { swiftshader, llvmpipe } = await provisionVulkan({ log });
    expect(log).not.toHaveBeenCalled();
    const manifest = join(cached('vulkan'), 'llvmpipe.json');
    expect(llvmpipe.env).toMatchObject({ VK_DRIVER_FILES: manifest, VK_ICD_FILENAMES: manifest });
    expect(llvmpipe.env.LD_LIBRARY_PATH).toMatch(
      new RegExp(`^${cached('vulkan')}/usr/lib/[^:]+:[^:]+:/theirs$`),
    );
    const other = join(cached('chromium'), 'usr/lib/chromium/vk_swiftshader_icd.json');
    expect(swiftshader.env).toEqual({ ...llvmpipe.env, VK_DRIVER_FILES: other, VK_ICD_FILENAMES: other });
  });

  it('says which driver lacks what Dawn asks for', async () => {
    await prepare(false);
    await expect(provisionVulkan()).rejects.toThrow(
      /^Expected Vulkan .*\/vk_swiftshader_icd\.json gives SwiftShader, not a SwiftShader with all .*; install chromium\.$/,
    );
  });

  it('says what to do where there is neither a driver nor apt', async () => {
    await expect(provisionVulkan()).rejects.toThrow(
      "Expected Vulkan drivers that run on the CPU, but without apt-get, Debian's cannot be unpacked; install",
    );
  });
});

/** Squares 64 numbers. `create` returns what must outlive the device. */
const SHADER = `
import { create, globals } from 'webgpu';
const { GPUBufferUsage, GPUMapMode } = globals;
const gpu = create([]);
const adapter = await gpu.requestAdapter();
const device = await adapter.requestDevice();
const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
const squares = device.createBuffer({ size: 256, usage });
const copy = device.createBuffer({ size: 256, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
const module = device.createShaderModule({ code: \`
  @group(0) @binding(0) var<storage, read_write> squares: array<u32>;
  @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { squares[id.x] = id.x * id.x; }
\` });
const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
const entries = [{ binding: 0, resource: { buffer: squares } }];
const encoder = device.createCommandEncoder();
const pass = encoder.beginComputePass();
pass.setPipeline(pipeline);
pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
pass.dispatchWorkgroups(1);
pass.end();
encoder.copyBufferToBuffer(squares, 0, copy, 0, 256);
device.queue.submit([encoder.finish()]);
await copy.mapAsync(GPUMapMode.READ);
const last = new Uint32Array(copy.getMappedRange())[63];
const { vendor, architecture, isFallbackAdapter } = adapter.info;
process.stdout.write(JSON.stringify({ vendor, architecture, isFallbackAdapter, last }));
device.destroy();
globalThis.kept = gpu;
`;

describe.skipIf('skip' in found)(title, () => {
  it.each([
    { driver: 'swiftshader', vendor: 'google', architecture: 'swiftshader' },
    { driver: 'llvmpipe', vendor: 'mesa', architecture: 'software' },
  ] as const)('Dawn runs a shader on $driver', async ({ driver, vendor, architecture }) => {
    const drivers = 'found' in found ? found.found : undefined;
    const options = { cwd: import.meta.dirname, env: { ...process.env, ...drivers?.[driver].env } };
    const args = ['--input-type=module', '-e', SHADER];
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    expect(JSON.parse(stdout)).toEqual({ vendor, architecture, isFallbackAdapter: true, last: 63 * 63 });
  });
});
