/**
 * A coverage-guided fuzzer in a process of its own, for systems on which the
 * native part of Jazzer.js does not load: it needs glibc 2.38, macOS or Windows.
 * Slower and simpler than libFuzzer, with the same instrumentation and targets:
 * `node engine.ts <target> <seconds> <longest input> <findings> <found> <corpus>`.
 */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clear, edges, instrument, news, wanted } from './coverage.ts'
import { mutate, randomFrom } from './mutate.ts'
import type { Fuzz } from './targets.ts'

const [target, seconds, maxBytes, findings, found, corpusFolder] = process.argv.slice(2)
const seed = Date.now() & 0x7fffffff
const random = randomFrom(seed)
const end = Date.now() + Number(seconds) * 1000

instrument()
const { fuzz } = await import(`./targets/${target}.js`) as { fuzz: Fuzz }
const corpus: Uint8Array[] = readdirSync(corpusFolder).map(file => new Uint8Array(readFileSync(join(corpusFolder, file))))
let runs = 0

for (const input of corpus) {
  await run(input)
  news()
}

while (Date.now() < end) {
  const input = mutate(pick(), () => wanted.length > 0 && random(2) === 0 ? wanted[random(wanted.length)] : pick(), Number(maxBytes), random)
  await run(input)

  if (news() > 0) {
    corpus.push(input)
    save(found, input)
  }
}

process.stdout.write(`${runs} inputs, ${edges()} edges, corpus of ${corpus.length}, seed ${seed}\n`)

/** Ends the process when something does not hold; the input is kept. */
async function run (input: Uint8Array): Promise<void> {
  runs++
  clear()

  try {
    const result = fuzz(Buffer.from(input))

    // to wait for nothing costs as much as a run
    if (result instanceof Promise) {
      await result
    }
  } catch (err) {
    process.stdout.write(`${err instanceof Error ? err.stack : String(err)}\nwith the input in ${save(findings, input)}\n`)
    process.exit(1)
  }
}

/** @returns the file's path */
function save (folder: string, input: Uint8Array): string {
  const file = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16))
  writeFileSync(file, input)

  return file
}

function pick (): Uint8Array {
  // what was found last leads on
  return corpus[random(2) === 0 ? random(corpus.length) : Math.max(0, corpus.length - 1 - random(8))]
}
