/**
 * Copies inputs that run what no kept one does into the kept corpus, smallest
 * first: `node keep.ts <target> <found> <kept>`.
 */

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clear, instrument, news } from './coverage.ts'
import type { Fuzz } from './targets.ts'

const [target, foundFolder, keptFolder] = process.argv.slice(2)

instrument()
const { fuzz } = await import(`./targets/${target}.js`) as { fuzz: Fuzz }

for (const input of inputs(keptFolder)) {
  await isNew(input)
}

for (const input of inputs(foundFolder)) {
  if (await isNew(input)) {
    writeFileSync(join(keptFolder, createHash('sha256').update(input).digest('hex').slice(0, 16)), input)
  }
}

function inputs (folder: string): Buffer[] {
  const files = existsSync(folder) ? readdirSync(folder) : []

  return files.map(file => readFileSync(join(folder, file))).sort((a, b) => a.byteLength - b.byteLength)
}

async function isNew (input: Buffer): Promise<boolean> {
  clear()
  await fuzz(input)

  return news('edges') > 0
}
