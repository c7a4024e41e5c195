/**
 * Measures encrypters against each other in a page of Chromium:
 * `npm run bench:browser -- [--rounds <n>] [--seconds <n>] [--src] [--output <folder>]`.
 *
 * The part "page" of `npm run bench`. Rows are added to the others'; with `--src` nothing is written
 * unless `--output` says where.
 */

import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { playwrightFolder, requireChromium, systemChromium } from '../../test/browser/chromium.ts'
import { describeCommit, describeLoad, describeMachine, packageVersions } from '../environment.ts'
import { summarise } from '../report/results.ts'
import { toText } from '../report/text.ts'
import { writeReport } from '../report/write.ts'
import { format } from '../statistics.ts'
import { bundle } from './bundle.ts'
import type { PageSubject, TransferResult } from './page.ts'
import type { RowDefinition } from '../parts/part.ts'
import type { Row, Run } from '../report/results.ts'
import type { AddressInfo } from 'node:net'
import type { Browser, CDPSession, Page } from 'playwright-core'

const MIB = 2 ** 20
const WARM_UP_MS = 500

const ROW = { platform: 'chromium', unit: 'MiB/s', better: 'higher' } as const

const ROWS: RowDefinition[] = [
  { ...ROW, id: 'chromium/handshake/Ed25519', part: 'handshake', title: 'handshakes, Ed25519, hybrid', unit: '1/s', floors: { noise: 3 } },
  { ...ROW, id: 'chromium/handshake/Ed25519-classical', part: 'handshake', title: 'handshakes, Ed25519, classical (X25519)', unit: '1/s', floors: { noise: 3 } },
  { ...ROW, id: 'chromium/throughput/64KiB', part: 'throughput', title: 'in memory, writes of 64 KiB', floors: { noise: 5 } },
  { ...ROW, id: 'chromium/throughput/1KiB', part: 'throughput', title: 'in memory, writes of 1 KiB', floors: { noise: 5 } },
  { ...ROW, id: 'chromium/main-thread/64KiB', part: 'throughput', title: 'main thread of both ends, writes of 64 KiB', unit: 'ms/MiB', better: 'lower' },
  { ...ROW, id: 'chromium/main-thread/1KiB', part: 'throughput', title: 'main thread of both ends, writes of 1 KiB', unit: 'ms/MiB', better: 'lower' }
]

const SIZES = { '64KiB': 65_536, '1KiB': 1_024 }
const SUBJECTS: PageSubject[] = ['plaintext', 'noise', 'secure-peer', 'secure-peer x25519']

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1.2' },
    src: { type: 'boolean', default: false },
    output: { type: 'string' }
  }
})
const rounds = Number(values.rounds)
const milliseconds = 1_000 * Number(values.seconds)
const source = values.src ? 'src' : 'dist'
const output = values.output ?? (values.src ? undefined : join(import.meta.dirname, '..'))

const missing = requireChromium()

if (missing != null) {
  throw new Error(missing)
}

const { code } = await bundle('export * from \'./benchmarks/browser/page.ts\'', { source })
const server = createServer((request, response) => {
  response.setHeader('content-type', request.url === '/page.js' ? 'text/javascript' : 'text/html')
  response.end(request.url === '/page.js' ? code : '<!doctype html><title>benchmark</title>')
})
await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

const { chromium } = createRequire(import.meta.url)(playwrightFolder())
const browser: Browser = await chromium.launch({ executablePath: systemChromium(), args: ['--disable-gpu', '--disable-quic'] })

try {
  await main()
} finally {
  await browser.close()
  server.close()
}

async function main (): Promise<void> {
  const run: Run = {
    id: '',
    command: `npm run bench:browser -- --rounds ${rounds} --seconds ${values.seconds}${values.src ? ' --src' : ''}`,
    commit: describeCommit(),
    machine: describeMachine(),
    load: describeLoad(),
    runtime: `Chromium ${browser.version()}`,
    versions: await packageVersions(),
    rounds,
    milliseconds
  }
  const samples: Record<string, Partial<Record<PageSubject, number[]>>> = {}

  for (let round = 0; round < rounds; round++) {
    const first = round % SUBJECTS.length

    // each round another one first
    for (const subject of [...SUBJECTS.slice(first), ...SUBJECTS.slice(0, first)]) {
      for (const [row, value] of Object.entries(await measure(subject))) {
        ((samples[row] ??= {})[subject] ??= []).push(value)
        print(`${round + 1}/${rounds} ${row} ${subject}: ${format(value)}\n`)
      }
    }
  }

  run.id = new Date().toISOString()
  const rows: Row[] = ROWS.map(row => ({ ...row, run: run.id, results: summarise(samples[row.id]) }))
  print(`\n${run.machine}\n${run.runtime}\n\n${toText(rows)}\n`)

  if (output != null) {
    await writeReport(output, run, rows)
    print(`written to ${output}\n`)
  }
}

/** One subject's figures, each from a page of its own */
async function measure (subject: PageSubject): Promise<Record<string, number>> {
  const rate = await inPage(async page => page.evaluate(async ([subject, warmUpMs, milliseconds]) => {
    const { createPair, handshakes } = await import('/page.js' as string)
    const pair = await createPair(subject)
    await handshakes(pair, warmUpMs)

    return handshakes(pair, milliseconds)
  }, [subject, 2 * WARM_UP_MS, milliseconds] as const))

  const figures: Record<string, number> = {}

  // the others have one handshake, it is compared with both of ours
  if (subject !== 'secure-peer x25519') {
    figures['chromium/handshake/Ed25519'] = rate
  }

  if (subject !== 'secure-peer') {
    figures['chromium/handshake/Ed25519-classical'] = rate
  }

  if (subject === 'secure-peer x25519') {
    return figures
  }

  for (const [name, writeBytes] of Object.entries(SIZES)) {
    const { bytes, milliseconds, mainThreadMs } = await inPage(async page => measureTransfer(page, subject, writeBytes))
    figures[`chromium/throughput/${name}`] = bytes / MIB / milliseconds * 1_000
    figures[`chromium/main-thread/${name}`] = mainThreadMs / (bytes / MIB)
  }

  return figures
}

async function measureTransfer (page: Page, subject: PageSubject, writeBytes: number): Promise<TransferResult & { mainThreadMs: number }> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' })

  const run = async (milliseconds: number, complete: boolean): Promise<TransferResult> => page.evaluate(async ([subject, writeBytes, milliseconds, complete]) => {
    const { createPair, transfer } = await import('/page.js' as string)

    return transfer(await createPair(subject), writeBytes, milliseconds, complete)
  }, [subject, writeBytes, milliseconds, complete] as const)

  await run(WARM_UP_MS, true)
  const before = await mainThreadMs(devTools)
  const result = await run(milliseconds, false)

  return { ...result, mainThreadMs: await mainThreadMs(devTools) - before }
}

/** What the page's main thread has worked until now */
async function mainThreadMs (devTools: CDPSession): Promise<number> {
  const { metrics } = await devTools.send('Performance.getMetrics')

  return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN)
}

async function inPage <Result> (use: (page: Page) => Promise<Result>): Promise<Result> {
  const page = await browser.newPage()

  try {
    await page.goto(url)

    return await use(page)
  } finally {
    await page.close()
  }
}

function print (text: string): void {
  process.stdout.write(text)
}
