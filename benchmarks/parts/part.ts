/**
 * What a part of the suite is made of.
 */

import type { Row } from '../report/results.ts'
import type { SubjectName, Source } from '../subjects.ts'

export interface Settings {
  source: Source
  rounds: number

  /** How long one measurement takes, and its warm-up before */
  milliseconds: number
  warmUpMs: number

  /** A smoke test: few connections, several measurements per pair of processes */
  quick: boolean

  /** Where CPU profiles go, absent when none are wanted */
  profiles?: string
}

/** What is run once per round and subject */
export interface Measurement {
  name: string
  subjects: SubjectName[]

  /** Returns a figure per row */
  run (subject: SubjectName, round: number): Promise<Record<string, number>>
}

export interface Part {
  name: string
  rows: RowDefinition[]
  measurements: Measurement[]
}

/** A line of the report, its figures to come */
export type RowDefinition = Omit<Row, 'run' | 'results'>

export type CreatePart = (settings: Settings) => Promise<Part>
