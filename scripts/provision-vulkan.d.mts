/** The types of provision-vulkan.mjs, for the tests that import it. */

/** A Vulkan driver. */
export interface VulkanDriver {
  /** The variables, beside those of this process, with which a child process has this driver alone. */
  readonly env: Readonly<Record<string, string>>;
}

/** Vulkan drivers that run on the CPU. */
export interface VulkanDrivers {
  /** The one in every Chromium. */
  readonly swiftshader: VulkanDriver;
  /** Mesa's, many times as fast. */
  readonly llvmpipe: VulkanDriver;
}

/**
 * The machine's own drivers if they run, else the cached ones, else Debian's packages unpacked into the cache.
 *
 * @throws Error with one sentence that names the next step.
 */
export function provisionVulkan(options?: { readonly log?: (line: string) => void }): Promise<VulkanDrivers>;
