/**
 * The report as Markdown tables.
 */

import { format } from '../statistics.ts'
import { CEILINGS, ENCRYPTERS, OURS } from '../subjects.ts'
import type { Results, Row, Run } from './results.ts'
import type { SubjectName } from '../subjects.ts'

const ORDER: SubjectName[] = [...CEILINGS, ...ENCRYPTERS]

const PLATFORMS: Record<Row['platform'], string> = {
  node: 'Node.js',
  chromium: 'Chromium'
}

export function toMarkdown ({ rows, runs }: Results): string {
  const tables = Object.entries(Object.groupBy(rows, row => `${PLATFORMS[row.platform]}: ${row.part}`)).map(([title, group]) => {
    return `## ${title}\n\n${toTable(group ?? [])}`
  })

  return `${[
    '# Benchmark results',
    'Median of all rounds, and the least and the most in small print. The factor is secure-peer over that column, median of the rounds; for times, CPU and memory below 1 is better.',
    ...tables,
    '## Measured with',
    ...runs.map(describeRun)
  ].join('\n\n')}\n`
}

function toTable (rows: Row[]): string {
  const subjects = ORDER.filter(subject => rows.some(row => row.results[subject] != null))
  const lines = [
    ['', 'unit', ...subjects],
    ['---', '---', ...subjects.map(() => '---:')],
    ...rows.map(row => [row.title, row.unit, ...subjects.map(subject => toCell(row, subject))])
  ]

  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

function toCell (row: Row, subject: SubjectName): string {
  const figures = row.results[subject]

  if (figures == null) {
    return ''
  }

  const middle = subject.startsWith(OURS) ? `**${format(figures.median)}**` : format(figures.median)
  const factor = figures.ratio == null ? '' : `, × ${figures.ratio.toFixed(2)}`

  return `${middle}${factor}<br><sub>${format(figures.min)} to ${format(figures.max)}</sub>`
}

function describeRun (run: Run): string {
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`).join(', ')

  return `\`${run.command}\`, ${run.id.slice(0, 10)}, commit ${run.commit}, ${run.rounds} rounds of ${run.milliseconds / 1_000} s: ${run.machine}; ${run.runtime}; ${versions}.`
}
