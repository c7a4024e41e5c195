/**
 * The report for a terminal.
 */

import { format } from '../statistics.ts'
import { reachesFloor } from './results.ts'
import type { Figures, Row } from './results.ts'
import type { SubjectName } from '../subjects.ts'

/** A block per row: median, spread and ratio of each subject */
export function toText (rows: Row[]): string {
  return rows.map(row => {
    const lines = (Object.entries(row.results) as Array<[SubjectName, Figures]>).map(([subject, figures]) => {
      const spread = `(${format(figures.min)} to ${format(figures.max)})`

      return `  ${subject.padEnd(24)}${format(figures.median).padStart(9)}  ${spread.padEnd(22)}${describeRatio(row, subject)}`.trimEnd()
    })

    return [`${row.title}, ${row.unit}`, ...lines].join('\n')
  }).join('\n\n')
}

function describeRatio (row: Row, subject: SubjectName): string {
  const ratio = row.results[subject]?.ratio

  if (ratio == null) {
    return ''
  }

  const floor = row.floors?.[subject]

  if (floor == null) {
    return `ours is ${ratio.toFixed(2)} times`
  }

  const bound = row.better === 'higher' ? 'at least' : 'at most'

  return `ours is ${ratio.toFixed(2)} times, wanted ${bound} ${floor}${reachesFloor(row, subject) === true ? '' : ' MISSED'}`
}
