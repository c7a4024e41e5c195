/**
 * Fuzzes all targets one after the other, guided by coverage, with Jazzer.js:
 * `npm run fuzz`, `npm run fuzz -- --seconds 3600 --target hello`. With `--keep`
 * what was found to reach new code joins the kept corpus.
 */

import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { TARGETS } from './targets.ts'
import type { Target } from './targets.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const require = createRequire(import.meta.url)

/** Milliseconds that a process may take longer than it was told, to start and to end. */
const GRACE = 60_000

/** Seconds in which one input has to be done. */
const INPUT_TIMEOUT = 20
const MAX_MEMORY_MIB = 2_048

// where findings and the growing corpus are: not part of the project
const WORK = `${root}.fuzz`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    target: { type: 'string', multiple: true, default: TARGETS.map(({ name }) => name) },
    keep: { type: 'boolean', default: false }
  }
})

const seconds = Number(values.seconds)
const targets = TARGETS.filter(({ name }) => values.target.includes(name))
const hasJazzer = loads('@jazzer.js/core')
const start = Date.now()
let passing = 0

print(hasJazzer ? 'Jazzer.js' : 'an engine of its own: the native part of Jazzer.js does not load here')

for (const target of targets) {
  mkdirSync(foundOf(target), { recursive: true })
  mkdirSync(findingsOf(target), { recursive: true })
  const output = hasJazzer ? await jazzer(target) : await engine(target)

  if (output != null && values.keep) {
    await succeeds(target, ['dist/test/fuzz/keep.js', target.name, foundOf(target), keptOf(target)])
  }

  if (output != null) {
    passing++
    print(`  ok ${target.name}: ${output}`)
  }
}

print(`\n  ${passing} passing (${Math.round((Date.now() - start) / 1000)}s)`)

if (passing < targets.length || targets.length === 0) {
  print(`  ${Math.max(1, targets.length - passing)} failing`)
  process.exitCode = 1
}

/** @returns what it did, `undefined` when it found something */
async function jazzer (target: Target): Promise<string | undefined> {
  const run = [
    require.resolve('@jazzer.js/core/dist/cli.js'), `dist/test/fuzz/targets/${target.name}.js`,
    '--includes=dist/src', '--excludes=node_modules', ...(target.isAsync ? [] : ['--sync']), '--disableBugDetectors=.*'
  ]
  const limits = [`-max_len=${target.maxBytes}`, `-timeout=${INPUT_TIMEOUT}`, `-rss_limit_mb=${MAX_MEMORY_MIB}`, `-artifact_prefix=${findingsOf(target)}/`]
  const output = await succeeds(target, [...run, foundOf(target), keptOf(target), '--', `-max_total_time=${seconds}`, ...limits])

  return output?.match(/DONE\s+(.*)/)?.[1] ?? output
}

async function engine (target: Target): Promise<string | undefined> {
  return succeeds(target, ['dist/test/fuzz/engine.js', target.name, String(seconds), String(target.maxBytes), findingsOf(target), foundOf(target), keptOf(target)])
}

function foundOf ({ name }: Target): string {
  return `${WORK}/corpus/${name}`
}

function keptOf ({ name }: Target): string {
  return `test/fuzz/corpus/${name}`
}

function findingsOf ({ name }: Target): string {
  return `${WORK}/findings/${name}`
}

/** Runs Node.js; shows what it printed when it fails. */
async function succeeds (target: Target, args: string[]): Promise<string | undefined> {
  const child = spawn(process.execPath, args, { cwd: root, timeout: seconds * 1000 + GRACE, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', chunk => { output += chunk })
  child.stderr.on('data', chunk => { output += chunk })

  const code = await new Promise<number | null>(resolve => { child.on('close', resolve) })

  if (code === 0) {
    return output.trim()
  }

  print(`  FAILED ${target.name}, exit code ${code}:\n${output}`)
}

function loads (name: string): boolean {
  try {
    require(name)

    return true
  } catch {
    return false
  }
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}
