// Writes test/vectors/*.json: `npm run generate:vectors`. Nothing in it is
// random, so that running it again changes no byte.

import { writeFileSync } from 'node:fs'
import { renderVectors, VECTOR_FILES } from './vectors/files.ts'

for (const [name, make] of Object.entries(VECTOR_FILES)) {
  writeFileSync(new URL(`./vectors/${name}`, import.meta.url), renderVectors(await make()))
}
