/**
 * The command line.
 */

import { parseArgs } from 'node:util'
import { ENCRYPTERS } from './subjects.ts'
import type { Source } from './subjects.ts'

export const HELP = `Usage: npm run bench -- [part ...] [options]

Parts: throughput, round-trip, handshake, dial, memory, load, scenarios, ceilings,
page, all of them by default; page only where something is written

  --only <text>        only measurements whose name contains the text, "64KiB"
  --encrypters <list>  only these: ${ENCRYPTERS.join(', ')}
  --rounds <n>         5 by default
  --seconds <n>        per measurement, 1.2 by default
  --quick              one short round, nothing is written: a smoke test
  --prof               leave CPU profiles in benchmarks/profiles and print the
                       heaviest functions, write no results
  --src                measure src instead of the build, write no results
  --output <folder>    where results.json, results.md and results.svg go
`

export interface Options {
  parts: string[]
  only?: string
  encrypters?: string[]
  rounds: number
  milliseconds: number
  warmUpMs: number
  quick: boolean
  prof: boolean
  source: Source

  /** Absent when the figures are not for the record */
  output?: string
  help: boolean
}

const WARM_UP_MS = 400
const QUICK_MS = 100

export function parseOptions (args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      encrypters: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      prof: { type: 'boolean', default: false },
      src: { type: 'boolean', default: false },
      output: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  const { quick, prof, src, help, only, encrypters, output } = values
  const forTheRecord = !quick && !prof && !src && only == null && encrypters == null

  return {
    parts: positionals,
    only,
    encrypters: encrypters?.split(',').map(name => name.trim()),
    rounds: positive('rounds', values.rounds ?? (quick ? '1' : '5')),
    milliseconds: values.seconds == null && quick ? QUICK_MS : positive('seconds', values.seconds ?? '1.2') * 1_000,
    warmUpMs: quick ? QUICK_MS : WARM_UP_MS,
    quick,
    prof,
    source: src ? 'src' : 'dist',
    output: output ?? (forTheRecord ? import.meta.dirname : undefined),
    help
  }
}

function positive (name: string, text: string): number {
  const value = Number(text)

  if (!(value > 0)) {
    throw new Error(`--${name} has to be a number above 0, not "${text}"`)
  }

  return value
}
