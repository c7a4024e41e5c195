/**
 * Measures encrypters against each other: see README.md, or `--help`.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describeCommit, describeLoad, describeMachine, describeRuntime, packageVersions } from './environment.ts'
import { HELP, parseOptions } from './options.ts'
import { ceilings } from './parts/ceilings.ts'
import { dial } from './parts/dial.ts'
import { handshake } from './parts/handshake.ts'
import { load } from './parts/load.ts'
import { memory } from './parts/memory.ts'
import { roundTrip } from './parts/round-trip.ts'
import { scenarios } from './parts/scenarios.ts'
import { throughput } from './parts/throughput.ts'
import { printProfiles } from './report/profiles.ts'
import { summarise } from './report/results.ts'
import { toText } from './report/text.ts'
import { writeReport } from './report/write.ts'
import { format } from './statistics.ts'
import { hasSecurePeer } from './subjects.ts'
import type { CreatePart, Measurement, Part, Settings } from './parts/part.ts'
import type { Row, Run } from './report/results.ts'
import type { SubjectName } from './subjects.ts'

const PARTS: Record<string, CreatePart> = {
  throughput,
  'round-trip': roundTrip,
  handshake,
  dial,
  memory,
  load,
  scenarios,
  ceilings
}

/** What runs in a browser, as a program of its own */
const PAGE = 'page'

type Samples = Record<string, Partial<Record<SubjectName, number[]>>>

const args = process.argv.slice(2)
const options = parseOptions(args)

if (options.help) {
  print(HELP)
} else {
  await main()
}

async function main (): Promise<void> {
  const startedAt = performance.now()
  const unknown = options.parts.find(name => PARTS[name] == null && name !== PAGE)

  if (unknown != null) {
    throw new Error(`there is no part "${unknown}", but ${[...Object.keys(PARTS), PAGE].join(', ')}`)
  }

  const settings: Settings = {
    source: options.source,
    rounds: options.rounds,
    milliseconds: options.milliseconds,
    warmUpMs: options.warmUpMs,
    quick: options.quick,
    profiles: options.prof ? join(import.meta.dirname, 'profiles') : undefined
  }

  if (settings.profiles != null) {
    await mkdir(settings.profiles, { recursive: true })
  }

  const ours = await hasSecurePeer(options.source)
  const run = await describeRun(settings)
  printRun(run)

  if (!ours) {
    print('secure-peer is not built: the others are measured without it\n')
  }

  const rows: Row[] = []

  for (const [name, createPart] of Object.entries(PARTS)) {
    if (options.parts.length === 0 || options.parts.includes(name)) {
      const part = await createPart(settings)
      const partRows = toRows(part, await measure(part, settings, ours), run)
      print(`\n${toText(partRows)}\n`)
      rows.push(...partRows)
    }
  }

  run.id = new Date().toISOString()
  rows.forEach(row => { row.run = run.id })

  if (options.output != null && rows.length > 0) {
    await writeReport(options.output, run, rows)
    print(`written to ${options.output}\n`)
  }

  if (options.output != null && (options.parts.length === 0 || options.parts.includes(PAGE))) {
    await measurePage(options.output)
  }

  if (settings.profiles != null) {
    await printProfiles(settings.profiles, print)
  }

  print(`took ${Math.round((performance.now() - startedAt) / 1_000)} s\n`)
}

/** A page's rows go to the same report */
async function measurePage (output: string): Promise<void> {
  const source = options.source === 'src' ? ['--src'] : []
  const child = spawn(process.execPath, [
    join(import.meta.dirname, 'browser/index.ts'), ...source,
    '--rounds', `${options.rounds}`, '--seconds', `${options.milliseconds / 1_000}`, '--output', output
  ], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')

  if (code !== 0) {
    throw new Error('the part "page" failed: is there a Chromium?')
  }
}

/** All rounds of a part: in each, the subjects take turns */
async function measure (part: Part, settings: Settings, ours: boolean): Promise<Samples> {
  const samples: Samples = {}
  const measurements = part.measurements.filter(({ name }) => options.only == null || name.includes(options.only))

  for (let round = 0; round < settings.rounds; round++) {
    for (const measurement of measurements) {
      for (const subject of subjectsOf(measurement, round, ours)) {
        const figures = await measurement.run(subject, round)

        for (const [row, value] of Object.entries(figures)) {
          ((samples[row] ??= {})[subject] ??= []).push(value)
        }

        print(`${part.name} ${round + 1}/${settings.rounds} ${measurement.name} ${subject}: ${Object.values(figures).map(format).join(' ')}\n`)
      }
    }
  }

  return samples
}

/** Who takes part, each round another one first */
function subjectsOf ({ subjects }: Measurement, round: number, ours: boolean): SubjectName[] {
  const present = subjects.filter(subject => {
    return (ours || !subject.startsWith('secure-peer')) && (options.encrypters == null || options.encrypters.includes(subject))
  })
  const first = round % Math.max(1, present.length)

  return [...present.slice(first), ...present.slice(0, first)]
}

function toRows (part: Part, samples: Samples, run: Run): Row[] {
  return part.rows.filter(row => samples[row.id] != null).map(row => ({
    ...row,
    run: run.id,
    results: summarise(samples[row.id])
  }))
}

async function describeRun ({ rounds, milliseconds }: Settings): Promise<Run> {
  return {
    id: '',
    command: ['npm run bench', ...args.length > 0 ? ['--', ...args] : []].join(' '),
    commit: describeCommit(),
    machine: describeMachine(),
    runtime: describeRuntime(),
    load: describeLoad(),
    versions: await packageVersions(),
    rounds,
    milliseconds
  }
}

function printRun (run: Run): void {
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`).join(', ')

  print(`${run.machine}\n${run.runtime}\ncommit ${run.commit}\n${versions}\n${run.rounds} rounds, load average before ${run.load}\n\n`)
}

function print (text: string): void {
  process.stdout.write(text)
}
