// Holds the handshake and the records to their floor of covered lines, from the
// report that `npm run test:node` leaves.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** What is read of an istanbul report. */
interface FileCoverage {
  statementMap: Record<string, { start: { line: number } }>
  s: Record<string, number>
}

const FLOOR_PERCENT = 95
const FOLDERS = ['src/handshake', 'src/record']

const root = fileURLToPath(new URL('../../', import.meta.url))
const report: Record<string, FileCoverage> = JSON.parse(await readFile(path.join(root, '.coverage/coverage-final.json'), 'utf8'))

for (const folder of FOLDERS) {
  let covered = 0
  let total = 0

  for (const name of await readdir(path.join(root, folder))) {
    const file = path.join(root, folder, name)
    const lines = codeLines(await readFile(file, 'utf8'), report[file])
    const missed = [...lines].filter(([, hit]) => !hit).map(([line]) => line)
    covered += lines.size - missed.length
    total += lines.size

    if (lines.size === 0) {
      throw new Error(`${folder}/${name} is not loaded by any test`)
    }

    if (missed.length > 0) {
      say(`${folder}/${name}: lines ${missed.join(', ')} not covered`)
    }
  }

  const percent = 100 * covered / total
  say(`${folder}: ${percent.toFixed(1)}% of ${total} lines covered, floor ${FLOOR_PERCENT}%`)

  if (!(percent > FLOOR_PERCENT)) {
    process.exitCode = 1
  }
}

/** Whether each line of code was run; nothing for a file that no test loads. */
function codeLines (source: string, file?: FileCoverage): Map<number, boolean> {
  const lines = new Map<number, boolean>()
  const text = source.split('\n')

  for (const [id, { start }] of Object.entries(file?.statementMap ?? {})) {
    // the report counts blank lines and comments as well
    if (!/^\s*($|\/\/|\/?\*)/.test(text[start.line - 1])) {
      lines.set(start.line, lines.get(start.line) === true || (file?.s[id] ?? 0) > 0)
    }
  }

  return lines
}

function say (line: string): void {
  process.stdout.write(`${line}\n`)
}
