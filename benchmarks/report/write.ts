/**
 * The report's files.
 */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toChart } from './chart.ts'
import { toMarkdown } from './markdown.ts'
import { addRows, readResults, writeResults } from './results.ts'
import type { Row, Run } from './results.ts'

/** Merge rows into the folder's results and write table and chart anew */
export async function writeReport (folder: string, run: Run, rows: Row[]): Promise<void> {
  await mkdir(folder, { recursive: true })

  const path = join(folder, 'results.json')
  const results = addRows(await readResults(path), run, rows)

  await writeResults(path, results)
  await writeFile(join(folder, 'results.md'), toMarkdown(results))
  await writeFile(join(folder, 'results.svg'), toChart(results))
}
