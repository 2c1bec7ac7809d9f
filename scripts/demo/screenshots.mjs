/** Pictures of the demo, in a real browser. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../chromium.mjs';

/** `demo.png` and `demo-dark.png` into the folder, for the README. */
export async function takeScreenshots(address, folder) {
  mkdirSync(folder, { recursive: true });
  const browser = await launchChromium();
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
