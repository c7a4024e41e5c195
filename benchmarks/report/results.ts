/**
 * The format of results.json.
 *
 * Rows are kept by id, each with the run it is from, so that a part can be
 * measured again, and other platforms (`platform: 'chromium'`) can add theirs
 * with `addRows`.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { median } from '../statistics.ts'
import { OURS } from '../subjects.ts'
import type { SubjectName } from '../subjects.ts'

const FORMAT = 1

/** The least (or most, where lower is better) that ours is to be of a subject's */
export type Floors = Partial<Record<SubjectName, number>>

/** One subject's figures in a row */
export interface Figures {
  median: number
  min: number
  max: number

  /** One per round, in the order of the rounds */
  samples: number[]

  /** Ours over this one's, median of the rounds' ratios */
  ratio?: number
}

/** One line of the report */
export interface Row {
  /** The part and its name within it, `throughput/64KiB` */
  id: string
  part: string
  title: string
  unit: string
  better: 'higher' | 'lower'
  platform: 'node' | 'chromium'
  floors?: Floors

  /** The id of the run the figures are from */
  run: string
  results: Partial<Record<SubjectName, Figures>>
}

/** Where and how figures were taken */
export interface Run {
  /** When it ended, ISO 8601 */
  id: string
  command: string
  commit: string
  machine: string
  runtime: string

  /** What the machine was busy with before: the load average of a minute */
  load: number
  versions: Record<string, string>
  rounds: number
  milliseconds: number
}

export interface Results {
  format: typeof FORMAT
  runs: Run[]
  rows: Row[]
}

/** Samples to figures: rounds of all subjects have to be in the same order */
export function summarise (samples: Partial<Record<SubjectName, number[]>>): Row['results'] {
  const ours = samples[OURS] ?? samples['secure-peer x25519']
  const results: Row['results'] = {}

  for (const [subject, values] of Object.entries(samples) as Array<[SubjectName, number[]]>) {
    results[subject] = {
      median: median(values),
      min: Math.min(...values),
      max: Math.max(...values),
      samples: values,
      ...(ours != null && ours !== values && { ratio: median(values.map((value, round) => ours[round] / value)) })
    }
  }

  return results
}

/** Whether a ratio reaches its floor, undefined if there is none */
export function reachesFloor (row: Row, subject: SubjectName): boolean | undefined {
  const ratio = row.results[subject]?.ratio
  const floor = row.floors?.[subject]

  if (ratio == null || floor == null) {
    return undefined
  }

  return row.better === 'higher' ? ratio >= floor : ratio <= floor
}

/** Replace rows of the same id, keep the others, and the runs still needed */
export function addRows (results: Results, run: Run, rows: Row[]): Results {
  const added = new Map(rows.map(row => [row.id, row]))
  const merged = results.rows.map(row => {
    const replacement = added.get(row.id) ?? row
    added.delete(row.id)

    return replacement
  }).concat([...added.values()])

  return {
    format: FORMAT,
    runs: [...results.runs, run].filter(({ id }) => merged.some(row => row.run === id)),
    rows: merged
  }
}

export async function readResults (path: URL | string): Promise<Results> {
  try {
    const results: Results = JSON.parse(await readFile(path, 'utf8'))

    if (results.format === FORMAT) {
      return results
    }
  } catch (err: any) {
    if (err.code !== 'ENOENT') {
      throw err
    }
  }

  return { format: FORMAT, runs: [], rows: [] }
}

export async function writeResults (path: URL | string, results: Results): Promise<void> {
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`)
}
