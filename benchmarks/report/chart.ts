/**
 * The report as a picture: how many times noise, for what is better when higher.
 */

import { OURS } from '../subjects.ts'
import type { Figures, Results, Row } from './results.ts'
import type { EncrypterName } from '../subjects.ts'

const BASE: EncrypterName = 'noise'
const SHOWN: EncrypterName[] = ['plaintext', 'noise', 'tls', 'secure-peer']

const WIDTH = 840
const LABEL_WIDTH = 330
const FIGURE_WIDTH = 50
const BAR_HEIGHT = 10
const BAR_STEP = 12
const GROUP_GAP = 14
const TOP = 56
const BOTTOM = 16

export function toChart ({ rows }: Results): string {
  const shown = rows.filter(row => row.better === 'higher' && row.part !== 'ceilings' && figuresOf(row, BASE) != null && figuresOf(row, OURS) != null)
  const groups = shown.map(row => SHOWN.filter(subject => figuresOf(row, subject) != null && (subject !== 'plaintext' || isComparable(row))))
  const longest = Math.max(1, ...shown.flatMap((row, i) => groups[i].map(subject => times(row, subject))))
  const scale = (WIDTH - LABEL_WIDTH - FIGURE_WIDTH) / longest

  let y = TOP
  const body = shown.map((row, i) => {
    const height = groups[i].length * BAR_STEP
    const bars = groups[i].map((subject, j) => toBar(subject, times(row, subject), y + j * BAR_STEP, scale))
    const label = `<text class="label" x="${LABEL_WIDTH - 10}" y="${y + height / 2 + 4}">${escape(shorten(row))}</text>`
    y += height + GROUP_GAP

    return [label, ...bars].join('\n')
  })
  const height = y + BOTTOM

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Throughput and handshakes per second of js-libp2p connection encrypters as a multiple of noise</title>
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.label { text-anchor: end }
.heading { font-weight: 600; font-size: 14px }
.figure { font-size: 10px }
.plaintext { fill: #b1bac4 }
.noise { fill: #d4a72c }
.tls { fill: #6e7781 }
.secure-peer { fill: #1a7f64 }
.base { stroke: #8c959f; stroke-dasharray: 2 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.plaintext { fill: #57606a }
.tls { fill: #9ea7b3 }
.secure-peer { fill: #2fbf94 }
}
</style>
<text class="heading" x="10" y="20">Times as fast as noise, longer is better</text>
${SHOWN.map((subject, i) => toLegend(subject, LABEL_WIDTH + i * 110)).join('\n')}
<line class="base" x1="${LABEL_WIDTH + scale}" x2="${LABEL_WIDTH + scale}" y1="${TOP - 6}" y2="${height - BOTTOM}"/>
${body.join('\n')}
</svg>
`
}

/** The classical handshake is ours under another name */
function figuresOf ({ results }: Row, subject: EncrypterName): Figures | undefined {
  return results[subject] ?? (subject === OURS ? results['secure-peer x25519'] : undefined)
}

/** Plaintext's handshake is none, and in a page's memory it moves no byte: bars that would dwarf all others */
function isComparable ({ part, platform }: Row): boolean {
  return part !== 'handshake' && platform === 'node'
}

function times (row: Row, subject: EncrypterName): number {
  return (figuresOf(row, subject)?.median ?? 0) / (figuresOf(row, BASE)?.median ?? 1)
}

function toBar (subject: EncrypterName, value: number, y: number, scale: number): string {
  const width = Math.max(1, value * scale)

  return `<rect class="${subject}" x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}"/><text class="figure" x="${(LABEL_WIDTH + width + 5).toFixed(1)}" y="${y + BAR_HEIGHT - 1}">${value.toFixed(1)}</text>`
}

function toLegend (subject: EncrypterName, x: number): string {
  return `<rect class="${subject}" x="${x}" y="32" width="10" height="10"/><text x="${x + 15}" y="41">${subject}</text>`
}

/** The label has to fit beside the bars */
function shorten ({ title, platform }: Row): string {
  const label = title.replace('TCP + yamux, ', '').replace(' of the event loop', '').replace('one stream, ', '').replace(' from 40 nodes in four processes', '')

  return platform === 'node' ? label : `${platform}: ${label}`
}

function escape (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
