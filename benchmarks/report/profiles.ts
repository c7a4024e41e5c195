/**
 * CPU profiles in short: the functions in which the most time was spent. Reading
 * from sockets is outside of all functions, and counts as idle.
 *
 * `node benchmarks/report/profiles.ts [file ...]` prints those of earlier runs.
 */

import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

const FUNCTIONS = 15

// what this package's functions took with all they called
const OWN = / (dist\/)?src\/[^ ]*$/

interface ProfileNode {
  id: number
  children?: number[]
  callFrame: { functionName: string, url: string, lineNumber: number }
}

interface CpuProfile {
  nodes: ProfileNode[]
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
  const profile: CpuProfile = JSON.parse(await readFile(path, 'utf8'))
  const self = new Map<string, number>()
  const total = new Map<string, number>()
  const callers = callersOf(profile)
  let all = 0
  let busy = 0

  profile.samples.forEach((id, i) => {
    const time = profile.timeDeltas[i]
    const stack = callers.get(id) ?? ['unknown']
    all += time

    if (stack[0] !== '(idle)') {
      busy += time
      add(self, stack[0], time)
      new Set(stack).forEach(name => { add(total, name, time) })
    }
  })

  const list = (times: Map<string, number>, test: (name: string) => boolean): string[] => {
    const heaviest = [...times].filter(([name]) => test(name)).sort(([, a], [, b]) => b - a).slice(0, FUNCTIONS)

    return heaviest.map(([name, time]) => `  ${percent(time, busy).padStart(6)}  ${name}`)
  }

  return [
    `\n${basename(path)}: busy ${percent(busy, all)} of ${Math.round(all / 1_000)} ms, of that`,
    ...list(self, () => true),
    ' with all they call',
    ...list(total, name => OWN.test(name)),
    ''
  ].join('\n')
}

/** The function of each node, and those that called it */
function callersOf ({ nodes }: CpuProfile): Map<number, string[]> {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const callers = new Map<number, string[]>()
  const visit = (node: ProfileNode, above: string[]): void => {
    const stack = [describe(node.callFrame), ...above]
    callers.set(node.id, stack)
    node.children?.forEach(id => { visit(byId.get(id) ?? node, stack) })
  }

  visit(nodes[0], [])

  return callers
}

function add (times: Map<string, number>, name: string, time: number): void {
  times.set(name, (times.get(name) ?? 0) + time)
}

function describe ({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const file = url.includes('/node_modules/') ? url.replace(/^.*\/node_modules\//, '') : url.replace(/^.*\/(?=(dist\/)?src\/|benchmarks\/)/, '')

  return file === '' ? functionName : `${functionName === '' ? '(anonymous)' : functionName} ${file}:${lineNumber + 1}`
}

function percent (part: number, whole: number): string {
  return `${(part / whole * 100).toFixed(1)}%`
}
