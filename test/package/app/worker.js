import { program } from './program.js';

self.postMessage(await program());
