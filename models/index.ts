/**
 * Checks the models with Maude: `npm run model`, see README.md.
 *
 * `npm run model -- TEXT` runs the checks with TEXT in their title and prints
 * the steps of the attacks.
 */

import { spawn, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { CHECKS } from './checks.ts'
import type { Check } from './checks.ts'

/** A check that runs longer than this has gone wrong: the longest takes some ten seconds. */
const TIMEOUT_MS = 300_000

interface Outcome {
  passed: boolean
  text: string
  /** Maude's own words */
  output: string
  /** number of the state that an attack ends in */
  attack?: string
}

const only = process.argv[2]

if (spawnSync('maude', ['--version']).error != null) {
  process.stderr.write('model: maude is missing; it is a package of Debian and others: apt-get install maude\n')
  process.exit(2)
}

process.exitCode = await main() ? 0 : 1

async function main (): Promise<boolean> {
  const startedAt = performance.now()
  const checks = CHECKS.filter(({ title }) => only == null || title.includes(only))
  const outcomes = checks.map(() => Promise.withResolvers<Outcome>())
  const queue = checks.entries()
  let failed = 0

  const workers = Array.from({ length: availableParallelism() }, async () => {
    for (const [index, check] of queue) {
      outcomes[index].resolve(await run(check))
    }
  })

  // in the order of the list, each as soon as it is known
  for (const [index, { title }] of checks.entries()) {
    const { passed, text, output } = await outcomes[index].promise
    failed += passed ? 0 : 1
    print(`${passed ? 'ok' : 'FAILED'}  ${title}: ${text}`)

    if (only != null || !passed) {
      print(output)
    }
  }

  await Promise.all(workers)
  print(`${checks.length - failed} of ${checks.length} as expected, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)

  return checks.length > 0 && failed === 0
}

async function run (check: Check): Promise<Outcome> {
  const sanity = check.sanity != null ? [...module('SANE', check.sanity.setting), check.sanity.search] : []
  const search = [...module('RUN', check.setting), check.search]
  const outcome = judge(check, await maude(check.model, [...search, ...sanity, 'q']))

  if (outcome.attack != null && (only != null || !outcome.passed)) {
    outcome.output = await maude(check.model, [...search, `show path labels ${outcome.attack} .`, 'q'])
  }

  return outcome
}

function module (name: string, setting: string[]): string[] {
  return [`mod ${name} is`, '  including PROPERTIES .', ...setting, 'endm']
}

async function maude (model: string, commands: string[]): Promise<string> {
  const child = spawn('maude', ['-no-banner', '-no-wrap', '-no-ansi-color', join(import.meta.dirname, model)], { timeout: TIMEOUT_MS })
  let output = ''

  child.stdout.on('data', chunk => { output += chunk })
  child.stderr.on('data', chunk => { output += chunk })
  child.stdin.end(`${commands.join('\n')}\n`)

  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => { resolve(code === 0 ? output : `${output}\nWarning: maude ended by ${code ?? 'a signal'}`) })
  })
}

/** A warning is a failure: a line that Maude does not understand it leaves out. */
function judge ({ expected, sanity }: Check, output: string): Outcome {
  const results = output.split(/^={5,}$/m).slice(1)
  const found = results.map(result => /^Solution 1 \(state (\d+)\)/m.exec(result)?.[1])
  const states = /^states: (\d+)/m.exec(results[0] ?? '')?.[1]
  const broken = /Warning|Error/.test(output) || states == null || results.length !== (sanity == null ? 1 : 2)

  if (broken) {
    return { passed: false, text: 'the model did not run', output }
  }

  if (sanity != null && found[1] == null) {
    return { passed: false, text: 'no handshake completes, so the model shows nothing', output }
  }

  const [attack] = found
  const text = attack != null ? `attack after ${states} states` : `holds in all ${states} states`

  return { passed: (attack != null) === (expected === 'attack'), text, output, attack }
}

function print (text: string): void {
  process.stdout.write(`${text}\n`)
}
