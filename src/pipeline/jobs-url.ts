import { extname } from 'node:path';

/** The pool's worker module, as TypeScript in a checkout and compiled in a package. */
export const jobsUrl = new URL(`./jobs${extname(import.meta.filename)}`, import.meta.url);
