/**
 * CPU profiles in short: the functions in which the most time was spent. Reading
 * from sockets is outside of all functions, and counts as idle.
 *
 * `node benchmarks/report/profiles.ts [file ...]` prints those of earlier runs.
 */

import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

const FUNCTIONS = 15

interface CpuProfile {
  nodes: Array<{
    id: number
    callFrame: { functionName: string, url: string, lineNumber: number }
  }>
  samples: number[]
  timeDeltas: number[]
}

if (import.meta.main) {
  const files = process.argv.slice(2)

  if (files.length === 0) {
    await printProfiles(join(import.meta.dirname, '../profiles'), text => process.stdout.write(text))
  }

  for (const file of files) {
    process.stdout.write(await summarise(file))
  }
}

export async function printProfiles (folder: string, print: (text: string) => void): Promise<void> {
  const files = await readdir(folder)

  for (const file of files.filter(name => name.endsWith('.cpuprofile')).sort()) {
    print(await summarise(join(folder, file)))
  }
}

async function summarise (path: string): Promise<string> {
  const { nodes, samples, timeDeltas }: CpuProfile = JSON.parse(await readFile(path, 'utf8'))
  const names = new Map(nodes.map(({ id, callFrame }) => [id, describe(callFrame)]))
  const selfTime = new Map<string, number>()
  let busy = 0

  samples.forEach((id, i) => {
    const name = names.get(id) ?? 'unknown'

    if (name !== '(idle)') {
      selfTime.set(name, (selfTime.get(name) ?? 0) + timeDeltas[i])
      busy += timeDeltas[i]
    }
  })

  const total = timeDeltas.reduce((sum, delta) => sum + delta, 0)
  const heaviest = [...selfTime].sort(([, a], [, b]) => b - a).slice(0, FUNCTIONS)

  return [
    `\n${basename(path)}: busy ${percent(busy, total)} of ${Math.round(total / 1_000)} ms, of that`,
    ...heaviest.map(([name, time]) => `  ${percent(time, busy).padStart(6)}  ${name}`),
    ''
  ].join('\n')
}

function describe ({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const file = url.includes('/node_modules/') ? url.replace(/^.*\/node_modules\//, '') : url.replace(/^.*\/(?=(dist\/)?src\/|benchmarks\/)/, '')

  return file === '' ? functionName : `${functionName === '' ? '(anonymous)' : functionName} ${file}:${lineNumber + 1}`
}

function percent (part: number, whole: number): string {
  return `${(part / whole * 100).toFixed(1)}%`
}
