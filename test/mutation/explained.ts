import { readFileSync } from 'node:fs'

/** What of Stryker's report is looked at (the mutation testing report schema). */
interface Report {
  files: Record<string, { source: string, mutants: Mutant[] }>
}

interface Mutant {
  status: string
  replacement?: string
  location: { start: Position, end: Position }
}

interface Position {
  /** From 1 on, and so is the column. */
  line: number
  column: number
}

/** A mutant that no test can tell from the original, or none that runs here. */
interface Explained {
  line: string
  code: string
  mutant: string
  why: string
}

const SURVIVED = ['Survived', 'NoCoverage']

const report: Report = read('../../.mutation/report.json')
const explained: Record<string, Explained[]> = read('survivors.json')
let survivors = 0
let unexplained = 0

for (const [file, { source, mutants }] of Object.entries(report.files)) {
  const lines = source.split('\n')

  for (const { location: { start, end }, replacement = '' } of mutants.filter(({ status }) => SURVIVED.includes(status))) {
    const line = lines[start.line - 1]
    const code = line.slice(start.column - 1, start.line === end.line ? end.column - 1 : undefined)
    const isExplained = explained[file]?.some(entry => entry.line === line.trim() && entry.code === code && entry.mutant === replacement)
    survivors++

    if (isExplained !== true) {
      unexplained++
      print(`${file}:${start.line}: ${code} -> ${replacement}\n  ${line.trim()}`)
    }
  }
}

print(`${survivors} mutants survived, ${unexplained} of them without an explanation in test/mutation/survivors.json`)
process.exitCode = unexplained === 0 ? 0 : 1

function print (text: string): void {
  process.stdout.write(`${text}\n`)
}

function read<T> (path: string): T {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
}
