/**
 * Runs the shared specs in the runtimes that other scripts do not see to:
 * `npm run test:runtimes -- [name ...]`.
 *
 * A runtime that is missing is skipped, and said to be; one that was asked for by
 * its name fails.
 */

import { spawn, spawnSync } from 'node:child_process'
import { RUNTIMES } from './runtimes.ts'
import type { Runtime } from './runtimes.ts'

// specs wait for timers more than they compute
const JOBS = 2

interface Outcome {
  status: number | null
  output: string
}

const wanted = process.argv.slice(2)
const runnable = RUNTIMES.filter(({ command }) => command != null)
const unknown = wanted.filter(name => !runnable.some(runtime => runtime.name === name))

if (unknown.length > 0) {
  throw new Error(`unknown: ${unknown.join(', ')}; known: ${runnable.map(({ name }) => name).join(', ')}`)
}

const runtimes = wanted.length > 0 ? runnable.filter(({ name }) => wanted.includes(name)) : runnable
const summary = new Map<Runtime, string>()
const left = runtimes.values()

await Promise.all(Array.from({ length: JOBS }, async () => {
  // shared by all: each takes the next
  for (const runtime of left) {
    summary.set(runtime, await attempt(runtime))
  }
}))

print(`\n=== shared specs\n${runtimes.map(runtime => summary.get(runtime)).join('\n')}\n`)

/** One line on how it went. */
async function attempt (runtime: Runtime): Promise<string> {
  const missing = runtime.missing?.()

  if (missing != null) {
    if (wanted.length > 0) {
      process.exitCode = 1
    }

    return `${runtime.title}: ${wanted.length > 0 ? 'FAILED' : 'SKIPPED'}, ${missing}`
  }

  const start = performance.now()
  const { status, output } = await run(runtime.command ?? [])
  const seconds = Math.round((performance.now() - start) / 1_000)
  const passing = count(output, 'passing')
  const failing = count(output, 'failing')

  print(`\n=== ${[runtime.title, versionOf(runtime)].filter(Boolean).join(', ')}\n${output}`)

  // nothing that ran is no success
  if (status !== 0 || passing === 0 || failing > 0) {
    process.exitCode = 1

    return `${runtime.title}: FAILED, ${passing} specs passed, ${failing} failed, exit code ${status}, ${seconds} s`
  }

  return `${runtime.title}: ${passing} specs passed, ${seconds} s`
}

function versionOf ({ version }: Runtime): string | undefined {
  if (version != null) {
    return spawnSync(version[0], version.slice(1), { encoding: 'utf8' }).stdout.split('\n')[0]
  }
}

async function run ([file, ...args]: readonly string[]): Promise<Outcome> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const take = (text: string): void => { output += text }

  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)

  const status = await new Promise<number | null>((resolve, reject) => { child.on('error', reject).on('close', resolve) })

  return { status, output }
}

/** What mocha counted. */
function count (output: string, word: string): number {
  return Number(new RegExp(`^\\s*(\\d+) ${word}\\b`, 'm').exec(output)?.[1] ?? 0)
}

function print (text: string): void {
  process.stdout.write(text)
}
