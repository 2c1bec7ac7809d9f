import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { launchChromium } from '../chromium.mjs';

/** A browser that compares on webgl, each subject in a page of its own, so that none has the textures of another. */
export async function openBrowser() {
  const [script, browser] = [await pageScript(), await launchChromium()];
  return {
    version: `Chromium ${browser.version()}`,
    async compare(name, turns) {
      const page = await browser.newPage();
      try {
        await page.addScriptTag({ content: script });
        return await page.evaluate(([name, turns]) => globalThis.compareByName(name, turns), [name, turns]);
      } finally {
        await page.close();
      }
    },
    close: () => browser.close(),
  };
}

async function pageScript() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.mjs', import.meta.url))],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
