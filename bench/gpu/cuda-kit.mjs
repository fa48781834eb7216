/** What the CUDA steps work with: the compiler, a folder, and the host program on the GPU if there is one. */
import { startHost } from './host.mjs';
import { compileCubin, compileHost, compilerVersion } from './toolkit.mjs';

/** The architecture where no GPU says which: that of an H100 and H200. */
const DEFAULT_ARCH = 'sm_90';

/** Why steps cannot run; not a failure. */
export class Unavailable extends Error {}

/**
 * `{ arch, compiler, gpu, host, compile, close }`; `host` and `gpu` are undefined where there is no NVIDIA GPU: instructions can be counted there.
 *
 * @throws {Unavailable} without nvcc.
 */
export async function openCudaKit({ toolkit, nvidia, folder, arch }) {
  if (toolkit.nvcc === undefined)
    throw new Unavailable('nvcc is not here: nothing of CUDA is compiled or measured');
  const compiler = await compilerVersion(toolkit.nvcc);
  const target =
    arch ?? (nvidia === undefined ? DEFAULT_ARCH : `sm_${nvidia.computeCapability.replace('.', '')}`);
  const program = nvidia === undefined ? undefined : await compileHost(toolkit, folder);
  const kit = {
    arch: target,
    compiler,
    gpu: undefined,
    host: undefined,
    compile: (name, source) => compileCubin(toolkit, { source, name, folder, arch: target }),
    /** A kernel that went wrong may take the context with it: a new process has a new one. */
    async restart() {
      await kit.host?.close();
      if (program !== undefined) kit.host = startHost(program);
    },
    close: async () => kit.host?.close(),
    program,
  };
  await kit.restart();
  kit.gpu = await kit.host?.info();
  return kit;
}
