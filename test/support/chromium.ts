import type { Probe } from '../../src/native/probe.js';

/** How tests start the browser: webgl 2 without a graphics card, and no errands of its own. */
export function launchOptions({ executable }: Probe): { executablePath?: string; args: string[] } {
  return {
    ...(executable ? { executablePath: executable } : {}),
    args: [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
      // Each program is compiled once, not for a library of pipelines first: most of the time of these tests.
      '--disable-angle-features=supportsGraphicsPipelineLibrary,warmUpPipelineCacheAtLink',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
    ],
  };
}
