// The build puts two lines above this one: `const version = '...'` and `const files = [...]`, everything in the folder.
/* global version, files */

// A server may vary its answers by headers that a page sends and this worker does not; the files are the same.
const options = { ignoreSearch: true, ignoreVary: true };

self.addEventListener('install', (event) => {
  const keep = async () => {
    const cache = await caches.open(version);
    // Past the browser's own cache, which may still hold files of an older build.
    await cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })));
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener('activate', (event) => {
  const dropOthers = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith('digits-') && name !== version);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(dropOthers());
});

// The server first, so that a new build is seen at once; what was kept, where there is no server.
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  const kept = async () => (await caches.match(request, options)) ?? Response.error();
  event.respondWith(fetch(request).catch(kept));
});
