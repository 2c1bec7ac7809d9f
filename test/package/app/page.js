import { program } from './program.js';

globalThis.result = await program();
