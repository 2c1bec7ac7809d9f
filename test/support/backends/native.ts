import { beforeAll } from 'vitest';
import { loadBackend } from '../../../src/native/backend.js';

beforeAll(async () => {
  await loadBackend({ prefer: ['native'] });
});
