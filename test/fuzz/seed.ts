/** Writes the inputs from which fuzzing begins into the kept corpus: `npm run generate:fuzz-seeds`. */

import { mkdir, writeFile } from 'node:fs/promises'
import { seeds } from './seeds.ts'

for (const [target, inputs] of Object.entries(await seeds())) {
  const folder = new URL(`corpus/${target}/`, import.meta.url)
  await mkdir(folder, { recursive: true })

  for (const [i, input] of inputs.entries()) {
    await writeFile(new URL(`seed-${i}`, folder), input)
  }
}
