/**
 * The report as Markdown tables.
 */

import { format } from '../statistics.ts'
import { CEILINGS, ENCRYPTERS, PRIMITIVES } from '../subjects.ts'
import type { Figures, Results, Row, Run } from './results.ts'
import type { SubjectName } from '../subjects.ts'

const ORDER: SubjectName[] = [...CEILINGS, PRIMITIVES, ...ENCRYPTERS]

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
    'Medians of all rounds, the least and the most in small print. The last columns are secure-peer over the others, median of the rounds: for throughput and handshakes more is better, for times, CPU and memory less.',
    ...tables,
    '## Measured with',
    ...runs.map(describeRun)
  ].join('\n\n')}\n`
}

function toTable (rows: Row[]): string {
  const has = (test: (figures: Figures) => boolean) => (subject: SubjectName): boolean => rows.some(({ results }) => {
    const figures = results[subject]

    return figures != null && test(figures)
  })
  const subjects = ORDER.filter(has(() => true))
  const compared = ORDER.filter(has(({ ratio }) => ratio != null))
  const lines = [
    ['', 'unit', ...subjects, ...compared.map(subject => `× ${subject}`)],
    ['---', '---', ...subjects.map(() => '---:'), ...compared.map(() => '---:')],
    ...rows.map(row => [
      row.title,
      row.unit,
      ...subjects.map(subject => toCell(row.results[subject])),
      ...compared.map(subject => row.results[subject]?.ratio?.toFixed(2) ?? '')
    ])
  ]

  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

function toCell (figures?: Figures): string {
  if (figures == null) {
    return ''
  }

  return `${format(figures.median)}<br><sub>${format(figures.min)} to ${format(figures.max)}</sub>`
}

function describeRun (run: Run): string {
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`).join(', ')

  return `\`${run.command}\`, ${run.id.slice(0, 10)}, commit ${run.commit}, ${run.rounds} rounds of ${run.milliseconds / 1_000} s: ${run.machine}, load average before ${run.load}; ${run.runtime}; ${versions}.`
}
