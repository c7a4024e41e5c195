// Puts the figures of benchmarks/results.json into the README: `npm run docs:bench`.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { readResults } from '../../benchmarks/report/results.ts'
import type { Results, Row } from '../../benchmarks/report/results.ts'

const readme = new URL('../../README.md', import.meta.url)
const results = new URL('../../benchmarks/results.json', import.meta.url)

const BEGIN = '<!-- benchmarks: npm run docs:bench -->'
const END = '<!-- /benchmarks -->'
const COMPARED = ['noise', 'tls', 'plaintext'] as const

/** What stands between the marks. */
export function figures ({ rows, runs }: Results): string {
  const compared = rows.filter(row => row.part !== 'ceilings' && COMPARED.some(subject => row.results[subject]?.ratio != null))

  if (compared.length === 0) {
    return ''
  }

  const table = [
    ['', 'better', ...COMPARED.map(subject => `against ${subject}`)],
    ['---', '---', ...COMPARED.map(() => '---:')],
    ...compared.map(row => [title(row), row.better, ...COMPARED.map(subject => row.results[subject]?.ratio?.toFixed(2) ?? '')])
  ]

  return [
    '# Measured',
    '![secure-peer, noise, TLS and plaintext side by side](./benchmarks/results.svg)',
    `secure-peer over the others, medians of the rounds' ratios. All figures, their spread and the machine are in [benchmarks/results.md](./benchmarks/results.md); \`${[...new Set(runs.map(run => run.command))].join('`, `')}\` made them.`,
    table.map(cells => `| ${cells.join(' | ')} |`).join('\n')
  ].join('\n\n')
}

function title ({ title, unit, platform }: Row): string {
  return `${title}, ${unit}${platform === 'node' ? '' : `, ${platform}`}`
}

/** The block as it is now. */
export function blockOf (text: string): string {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)

  if (begin === -1 || end < begin) {
    throw new Error(`the README lacks ${BEGIN} or ${END}`)
  }

  return text.slice(begin + BEGIN.length, end)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await readFile(readme, 'utf8')
  const block = figures(await readResults(results))

  await writeFile(readme, text.replace(`${BEGIN}${blockOf(text)}${END}`, () => `${BEGIN}\n\n${block}\n\n${END}`))
}
