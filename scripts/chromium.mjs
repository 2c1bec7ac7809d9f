import { chromium } from 'playwright';
import { probeBackends } from '../dist/src/node.js';

/** Chromium with webgl, by software where there is no graphics card. */
export async function launchChromium() {
  const { webgl } = await probeBackends();
  if (!webgl.available) throw new Error(`no browser: ${webgl.reason}`);
  return await chromium.launch({
    executablePath: webgl.executable,
    args: [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
    ],
  });
}
