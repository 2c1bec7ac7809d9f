/** Pictures of the demo, in a real browser. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { probeBackends } from '../../dist/src/node.js';

/** `demo.png` and `demo-dark.png` into the folder, for the README. */
export async function takeScreenshots(address, folder) {
  const { webgl } = await probeBackends();
  if (!webgl.available) throw new Error(`no pictures: ${webgl.reason}`);
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: webgl.executable,
    args: [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
    ],
  });
  try {
    await take('demo', { viewport: { width: 1000, height: 800 }, colorScheme: 'light' });
    await take('demo-dark', { viewport: { width: 1000, height: 800 }, colorScheme: 'dark' });
  } finally {
    await browser.close();
  }

  async function take(name, options) {
    const page = await browser.newPage(options);
    await page.goto(address);
    await page.getByRole('button', { name: 'example 5' }).click();
    await page.locator('#custom .time', { hasText: 'ms' }).waitFor();
    await page.locator('#offline', { hasText: 'offline' }).waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    console.log(`wrote ${join(folder, `${name}.png`)}`);
    await page.close();
  }
}
